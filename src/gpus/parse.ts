import { parseAmdSmi, parseRocmSmi } from './amd.ts'
import { type Holder, parseNvidiaApps, parseNvidiaGpus } from './nvidia.ts'
import { placeOf } from './place.ts'
import type { Gpu, GpuProcess, GpuReading } from './reading.ts'
import { NVIDIA_BASIC, NVIDIA_NEWER } from './script.ts'

interface Section {
  name: string
  argument: string
  body: string
}

export function sections(text: string, mark: string): Section[] {
  return text
    .split(new RegExp(`^${mark} `, 'm'))
    .slice(1)
    .map(part => {
      const end = part.indexOf('\n')
      const [name = '', argument = ''] = (end < 0 ? part : part.slice(0, end)).split(' ')
      return { name, argument, body: end < 0 ? '' : part.slice(end + 1) }
    })
}

/** What the script of `script.ts` answered, as a reading. */
export function parseGpus(text: string, mark: string, at: number): GpuReading {
  const parts = sections(text, mark)
  const named = (name: string) => parts.find(part => part.name === name)
  const reading: GpuReading = { at, gpus: [], processes: [], problem: null }
  const holders: Holder[] = []

  const nvidia = named('nvidia-all') ?? named('nvidia-basic')
  if (nvidia) {
    const fields = nvidia.name === 'nvidia-basic' ? NVIDIA_BASIC : [...NVIDIA_BASIC, ...NVIDIA_NEWER]
    if (nvidia.argument === '0') reading.gpus.push(...parseNvidiaGpus(nvidia.body, fields))
    else reading.problem = nvidia.body.trim() || `nvidia-smi ended with exit code ${nvidia.argument}`
    holders.push(...parseNvidiaApps(named('nvidia-apps')?.body ?? '', reading.gpus))
  }
  const metric = named('amd-metric')
  const rocm = named('rocm')
  const amd = metric
    ? parseAmdSmi({
        list: named('amd-list')?.body,
        static: named('amd-static')?.body,
        metric: metric.body,
        process: named('amd-process')?.body,
      })
    : rocm
      ? parseRocmSmi(rocm.body)
      : null
  if (amd) {
    reading.gpus.push(...amd.gpus)
    holders.push(...amd.holders)
    if (amd.gpus.length === 0 && reading.problem === null)
      reading.problem = `The AMD tool answered without naming a GPU: ${(metric ?? rocm)?.body.trim().slice(0, 200)}`
  }
  if (parts.at(-1)?.name !== 'end' && reading.problem === null)
    reading.problem = 'The answer was cut off before its end.'
  share(reading.gpus, named('memory')?.body ?? '')
  const facts = new Map(parts.filter(part => part.name === 'process').map(part => [part.argument, part.body]))
  reading.processes = holders.map(holder => describe(holder, facts.get(String(holder.pid))))
  return reading
}

/** A GPU that reports no memory of its own lives in the machine's. */
function share(gpus: Gpu[], memory: string): void {
  const kib = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(memory)?.[1] ?? Number.NaN)
  const total = Math.floor(kib('MemTotal') / 1024)
  const free = Math.floor(kib('MemAvailable') / 1024)
  if (!Number.isFinite(total) || !Number.isFinite(free)) return
  for (const gpu of gpus)
    if (gpu.totalMiB === null && !gpu.mig)
      Object.assign(gpu, { totalMiB: total, freeMiB: free, usedMiB: total - free, unified: true })
}

function describe(holder: Holder, facts: string | undefined): GpuProcess {
  const line = (key: string) => {
    const found = new RegExp(`^${key} (.*)$`, 'm').exec(facts ?? '')?.[1]?.trim()
    return found === undefined || found === '' ? null : found
  }
  const stat = facts?.split('\n')[0]?.split(' ') ?? []
  return {
    ...holder,
    parent: stat[1] === undefined ? null : Number(stat[1]),
    guardian: line('guardian'),
    started: stat[19] ?? null,
    user: line('user'),
    command: line('command'),
    session: line('session'),
    place: placeOf(line('cgroup') ?? ''),
  }
}
