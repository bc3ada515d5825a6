import { figure, type Holder } from './nvidia.ts'
import type { Gpu } from './reading.ts'

const MIB = 2 ** 20

type Json = Record<string, unknown>

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The tools print warnings before their JSON, so it begins at the first bracket that lets it be read. */
function parse(text: string): unknown {
  for (const start of [text.search(/[[{]/), text.indexOf('\n{') + 1, text.indexOf('\n[') + 1]) {
    if (start < 0) continue
    try {
      return JSON.parse(text.slice(start))
    } catch {
      // Not here: try the next place it could begin.
    }
  }
  return null
}

function rows(text: string | undefined): Json[] {
  const value = text === undefined ? null : parse(text)
  const list = isObject(value) ? (value.gpu_data ?? value.process_list ?? [value]) : value
  return Array.isArray(list) ? list.filter(isObject) : []
}

/** A value down a path, `{value, unit}` opened. */
function at(row: Json | undefined, ...path: string[]): { value: unknown; unit: string } {
  let value: unknown = row
  for (const key of path) value = isObject(value) ? value[key] : undefined
  if (isObject(value) && 'value' in value) return { value: value.value, unit: String(value.unit ?? '') }
  return { value, unit: '' }
}

function number(row: Json | undefined, ...paths: string[][]): number | null {
  for (const path of paths) {
    const { value } = at(row, ...path)
    const found = typeof value === 'number' ? value : typeof value === 'string' ? figure(value) : null
    if (found !== null) return found
  }
  return null
}

function text(row: Json | undefined, ...paths: string[][]): string | null {
  for (const path of paths) {
    const { value } = at(row, ...path)
    if (typeof value === 'string' && value !== 'N/A' && value !== '') return value
  }
  return null
}

function mib(row: Json | undefined, ...path: string[]): number | null {
  const { unit } = at(row, ...path)
  const found = number(row, path)
  if (found === null) return null
  if (unit === 'B') return Math.round(found / MIB)
  if (unit === 'GB' || unit === 'GiB') return Math.round(found * 1024)
  return found
}

export interface AmdSmi {
  list?: string | undefined
  static?: string | undefined
  metric?: string | undefined
  process?: string | undefined
}

export function parseAmdSmi(answers: AmdSmi): { gpus: Gpu[]; holders: Holder[] } {
  const fixed = rows(answers.static)
  const names = rows(answers.list)
  const gpus = rows(answers.metric).map((row, position): Gpu => {
    const index = number(row, ['gpu']) ?? position
    const same = (other: Json) => number(other, ['gpu']) === index
    const plate = fixed.find(same)
    const entry = names.find(same)
    const total = mib(row, 'mem_usage', 'total_vram')
    const used = mib(row, 'mem_usage', 'used_vram')
    return {
      vendor: 'amd',
      index,
      uuid: text(entry, ['uuid']) ?? `amd-${index}`,
      name: text(plate, ['asic', 'market_name']) ?? 'AMD GPU',
      busId: text(entry, ['bdf']),
      driver: text(plate, ['driver', 'version'], ['driver', 'driver_version']),
      totalMiB: total,
      usedMiB: used,
      freeMiB: mib(row, 'mem_usage', 'free_vram') ?? (total !== null && used !== null ? total - used : null),
      utilisation: number(row, ['usage', 'gfx_activity']),
      memoryUtilisation: number(row, ['usage', 'umc_activity']),
      temperature: number(row, ['temperature', 'hotspot'], ['temperature', 'edge']),
      power: number(
        row,
        ['power', 'socket_power'],
        ['power', 'current_socket_power'],
        ['power', 'average_socket_power'],
      ),
      powerLimit: number(plate, ['limit', 'max_power'], ['limit', 'power_cap'], ['limit', 'socket_power']),
      capability: text(plate, ['asic', 'target_graphics_version']),
      computeMode: null,
      mig: false,
      unified: false,
    }
  })
  const holders = rows(answers.process).flatMap(row => {
    const gpu = number(row, ['gpu'])
    const list = Array.isArray(row.process_list) ? row.process_list.filter(isObject) : []
    return list.flatMap((entry): Holder[] => {
      const info = isObject(entry.process_info) ? entry.process_info : entry
      const pid = number(info, ['pid'])
      if (pid === null) return []
      const name = text(info, ['name']) ?? ''
      return [{ gpu, pid, usedMiB: mib(info, 'memory_usage', 'vram_mem') ?? mib(info, 'mem_usage'), name }]
    })
  })
  return { gpus, holders }
}

/** rocm-smi names its fields in prose, and differently from version to version. */
export function parseRocmSmi(answer: string): { gpus: Gpu[]; holders: Holder[] } {
  const value = parse(answer)
  if (!isObject(value)) return { gpus: [], holders: [] }
  const gpus: Gpu[] = []
  const holders: Holder[] = []
  const system = isObject(value.system) ? value.system : {}
  for (const [key, card] of Object.entries(value)) {
    const index = /^card(\d+)$/.exec(key)?.[1]
    if (index === undefined || !isObject(card)) continue
    const named = (pattern: RegExp) => {
      const found = Object.keys(card).find(name => pattern.test(name))
      return found === undefined ? undefined : String(card[found])
    }
    const bytes = (pattern: RegExp) => {
      const found = figure(named(pattern))
      return found === null ? null : Math.round(found / MIB)
    }
    const total = bytes(/^VRAM Total Memory/i)
    const used = bytes(/^VRAM Total Used/i)
    const told = (pattern: RegExp) => {
      const found = named(pattern)
      return found === undefined || found === 'N/A' ? null : found
    }
    gpus.push({
      vendor: 'amd',
      index: Number(index),
      uuid: told(/^Unique ID/i) ?? `amd-${index}`,
      name: told(/^Card Series/i) ?? told(/^Device Name/i) ?? 'AMD GPU',
      busId: told(/^PCI Bus/i),
      driver: typeof system['Driver version'] === 'string' ? system['Driver version'] : null,
      totalMiB: total,
      usedMiB: used,
      freeMiB: total !== null && used !== null ? total - used : null,
      utilisation: figure(named(/^GPU use \(%\)/i)),
      memoryUtilisation: figure(named(/^GPU memory use \(%\)/i)),
      temperature: figure(named(/^Temperature \(Sensor (junction|edge)\)/i)),
      power: figure(named(/Package Power \(W\)/i)),
      powerLimit: figure(named(/^Max Graphics Package Power/i)),
      capability: told(/^GFX Version/i),
      computeMode: null,
      mig: false,
      unified: false,
    })
  }
  for (const [key, line] of Object.entries(system)) {
    const pid = /^PID(\d+)$/.exec(key)?.[1]
    if (pid === undefined || typeof line !== 'string') continue
    // `name, GPUs, VRAM bytes, SDMA, CU`: which GPU is not told, unless there is only one.
    const cells = line.split(', ')
    const vram = figure(cells.at(-3))
    const gpu = gpus.length === 1 ? (gpus[0]?.index ?? null) : null
    const name = cells.slice(0, -4).join(', ')
    holders.push({ gpu, pid: Number(pid), usedMiB: vram === null ? null : Math.round(vram / MIB), name })
  }
  return { gpus, holders }
}
