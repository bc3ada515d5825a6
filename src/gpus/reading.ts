/** One GPU at one moment; null where the driver would not say. */
export interface Gpu {
  vendor: 'nvidia' | 'amd'
  index: number
  uuid: string
  name: string
  busId: string | null
  driver: string | null
  totalMiB: number | null
  usedMiB: number | null
  freeMiB: number | null
  /** Percent of the last sample period in which a kernel ran. */
  utilisation: number | null
  memoryUtilisation: number | null
  /** Degrees Celsius. */
  temperature: number | null
  /** Watts. */
  power: number | null
  powerLimit: number | null
  /** `8.9` for NVIDIA, `gfx942` for AMD. */
  capability: string | null
  computeMode: string | null
  mig: boolean
  /** Memory is shared with the machine: total and free are those of its RAM, and page cache counts as used. */
  unified: boolean
}

export interface GpuProcess {
  pid: number
  /** Index of the GPU, null for one whose GPU the driver does not name. */
  gpu: number | null
  name: string
  usedMiB: number | null
  parent: number | null
  /** The name of its parent: who adopts orphans is often not process 1 but a user's service manager. */
  guardian: string | null
  user: string | null
  /** Clock ticks after boot; with the pid it is an identity. */
  started: string | null
  command: string | null
  /** The session of ours in whose environment it runs. */
  session: string | null
  place: Place
}

/** Where a process belongs, read off its control group. */
export interface Place {
  container: string | null
  unit: string | null
  slurmJob: string | null
}

export interface GpuReading {
  at: number
  gpus: Gpu[]
  processes: GpuProcess[]
  /** Why there is nothing, or not all, in the driver tool's own words. */
  problem: string | null
}

/** A process that no later one can be taken for. */
export const holder = ({ pid, started }: Pick<GpuProcess, 'pid' | 'started'>): string => `${pid} ${started}`

const ADOPTERS = new Set(['systemd', 'init', 'launchd'])

/**
 * GPU processes nobody looks after: their parent is gone, no container, unit or job holds them, and none of `owned`
 * is them. A stopped server's workers end up here when they live on.
 */
export function orphans(reading: GpuReading, owned: ReadonlySet<number>): GpuProcess[] {
  return reading.processes.filter(
    one =>
      (one.parent === 1 || ADOPTERS.has(one.guardian ?? '')) &&
      !owned.has(one.pid) &&
      one.place.container === null &&
      one.place.unit === null &&
      one.place.slurmJob === null,
  )
}

/** Memory in use that no visible process explains: another container's, another user's, or a dying driver's. */
export function unexplainedMiB(reading: GpuReading, gpu: Gpu): number | null {
  if (gpu.usedMiB === null || gpu.unified) return null
  let explained = 0
  for (const one of reading.processes) {
    if (one.gpu !== gpu.index) continue
    if (one.usedMiB === null) return null
    explained += one.usedMiB
  }
  return Math.max(0, gpu.usedMiB - explained)
}
