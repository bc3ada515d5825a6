import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface FakeGpu {
  index: number
  uuid: string
  name: string
  busId: string
  totalMiB: number
  capability: string
  /** Watts. */
  powerLimit: number
  /** Held by something that is no process here: a display, a process in another container. */
  baseMiB: number
}

export interface Claim {
  pid: number
  /** Clock ticks since boot, so that a reused pid is not taken for the process that claimed. */
  started: string
  gpu: number
  mib: number
  name: string
  /** 0-100, what the process does to the GPU right now. */
  busy: number
}

/** The machine's pretended GPUs: `gpus.json`, and a file per process and GPU that holds memory. */
export class GpuState {
  readonly dir: string

  constructor(dir: string) {
    this.dir = dir
  }

  gpus(): FakeGpu[] {
    try {
      return JSON.parse(readFileSync(join(this.dir, 'gpus.json'), 'utf8')) as FakeGpu[]
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
      throw error
    }
  }

  /** Claims of living processes; the files of dead ones are removed on the way, as a driver frees their memory. */
  claims(): Claim[] {
    const folder = join(this.dir, 'claims')
    const living: Claim[] = []
    for (const file of list(folder)) {
      if (!file.endsWith('.json')) continue
      const path = join(folder, file)
      let claim: Claim
      try {
        claim = JSON.parse(readFileSync(path, 'utf8')) as Claim
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') continue
        throw error
      }
      if (startOf(claim.pid) === claim.started) living.push(claim)
      else rmSync(path, { force: true })
    }
    return living
  }

  usedMiB(gpu: number): number {
    const base = this.gpus().find(one => one.index === gpu)?.baseMiB ?? 0
    return this.claims().reduce((sum, claim) => (claim.gpu === gpu ? sum + claim.mib : sum), base)
  }

  freeMiB(gpu: number): number {
    const found = this.gpus().find(one => one.index === gpu)
    return found ? Math.max(0, found.totalMiB - this.usedMiB(gpu)) : 0
  }

  claim(gpu: number, mib: number, name: string, busy = 0, pid = process.pid): void {
    const folder = join(this.dir, 'claims')
    mkdirSync(folder, { recursive: true })
    const claim: Claim = { pid, started: startOf(pid) ?? '', gpu, mib: Math.round(mib), name, busy }
    const path = join(folder, `${pid}-${gpu}.json`)
    writeFileSync(`${path}.new`, JSON.stringify(claim))
    renameSync(`${path}.new`, path)
  }
}

/** Start time of a living process (field 22 of its stat line), null when it is gone or a zombie. */
export function startOf(pid: number): string | null {
  let text: string
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8')
  } catch {
    // Without /proc (macOS) a pid alone has to do.
    return process.platform === 'linux' ? null : alive(pid)
  }
  // The name in parentheses may hold spaces and parentheses of its own.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return fields[0] === 'Z' ? null : (fields[19] ?? null)
}

function alive(pid: number): string | null {
  try {
    process.kill(pid, 0)
    return 'alive'
  } catch {
    // The signal could not be delivered: nobody there.
    return null
  }
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

export function gpuState(): GpuState {
  return new GpuState(process.env.FAKE_GPU_STATE ?? '/nonexistent')
}

/** The devices a process may use, in its own numbering. */
export function visibleGpus(state: GpuState): FakeGpu[] {
  const all = state.gpus()
  const chosen = process.env.CUDA_VISIBLE_DEVICES
  if (chosen === undefined) return all
  const picked: FakeGpu[] = []
  for (const name of chosen.split(',').map(part => part.trim())) {
    const gpu = all.find(one => String(one.index) === name || one.uuid === name)
    // CUDA stops at the first name it does not know.
    if (!gpu) break
    picked.push(gpu)
  }
  return picked
}
