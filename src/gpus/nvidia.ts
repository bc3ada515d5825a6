import type { Gpu } from './reading.ts'
import type { NVIDIA_BASIC, NVIDIA_NEWER } from './script.ts'

type Field = (typeof NVIDIA_BASIC)[number] | (typeof NVIDIA_NEWER)[number]

/** `[N/A]`, `[Not Supported]`, `ERR!`, `[GPU requires reset]`: whatever is not a number is not known. */
export function figure(text: string | undefined): number | null {
  const trimmed = text?.trim().replace(/ ?(MiB|W|%|C|MB)$/, '') ?? ''
  return /^-?\d+(\.\d+)?$/.test(trimmed) ? Number(trimmed) : null
}

function word(text: string | undefined): string | null {
  const trimmed = text?.trim() ?? ''
  return trimmed === '' || /^\[.*\]$|^N\/A$|^ERR!$/.test(trimmed) ? null : trimmed
}

export function parseNvidiaGpus(csv: string, fields: readonly Field[]): Gpu[] {
  const gpus: Gpu[] = []
  for (const line of csv.split('\n')) {
    const cells = line.split(', ')
    if (cells.length < fields.length) continue
    // A name may hold the separator; nothing else does.
    const extra = cells.length - fields.length
    if (extra > 0) cells.splice(2, extra + 1, cells.slice(2, 3 + extra).join(', '))
    const cell = (field: Field) => cells[fields.indexOf(field)]
    const index = figure(cell('index'))
    if (index === null) continue
    const total = figure(cell('memory.total'))
    const used = figure(cell('memory.used'))
    gpus.push({
      vendor: 'nvidia',
      index,
      uuid: word(cell('uuid')) ?? `index-${index}`,
      name: word(cell('name')) ?? 'unknown GPU',
      busId: word(cell('pci.bus_id')),
      driver: word(cell('driver_version')),
      totalMiB: total,
      usedMiB: used,
      freeMiB: figure(cell('memory.free')) ?? (total !== null && used !== null ? total - used : null),
      utilisation: figure(cell('utilization.gpu')),
      memoryUtilisation: figure(cell('utilization.memory')),
      temperature: figure(cell('temperature.gpu')),
      power: figure(cell('power.draw')),
      powerLimit: figure(cell('power.limit')),
      capability: word(cell('compute_cap')),
      computeMode: word(cell('compute_mode')),
      mig: cell('mig.mode.current')?.trim() === 'Enabled',
      unified: false,
    })
  }
  return gpus
}

export interface Holder {
  gpu: number | null
  pid: number
  usedMiB: number | null
  name: string
}

/** Lines of `gpu_uuid, pid, used_memory, process_name`: the name comes last because it may hold anything. */
export function parseNvidiaApps(csv: string, gpus: readonly Gpu[]): Holder[] {
  const holders: Holder[] = []
  for (const line of csv.split('\n')) {
    const [uuid, pid, used, ...name] = line.split(', ')
    const id = figure(pid)
    if (id === null) continue
    const gpu = gpus.find(one => one.uuid === uuid?.trim())?.index ?? null
    holders.push({ gpu, pid: id, usedMiB: figure(used), name: name.join(', ').trim() })
  }
  return holders
}
