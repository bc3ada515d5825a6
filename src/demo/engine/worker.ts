import { type ChildProcess, spawn } from 'node:child_process'
import { gpuState } from './gpus.ts'

export interface Worker {
  readonly pid: number
  hold(gpu: number, mib: number): void
  /** How much of the GPU it uses from now on, 0-100. */
  work(busy: number): void
  /** Settles with the signal or code it ended with. */
  readonly ended: Promise<string>
  end(): void
}

/** The process that a server leaves the GPU to. An orphan has a session of its own and survives its parent. */
export function startWorker(title: string, orphan: boolean): Worker {
  const program = process.env.FAKE_ENGINE_PROGRAM
  if (!program)
    throw new Error('FAKE_ENGINE_PROGRAM is not set: start the engine through an installed wrapper')
  const code = `import(${JSON.stringify(program)}).then(program => program.run('worker', ${JSON.stringify([title, orphan ? 'orphan' : 'child'])}))`
  const child: ChildProcess = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', '-e', code], {
    detached: orphan,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  child.on('error', error => process.stderr.write(`worker: ${error.message}\n`))
  const ended = new Promise<string>(resolve =>
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`)),
  )
  const pid = child.pid ?? 0
  const state = gpuState()
  let held = { gpu: 0, mib: 0, busy: 0 }
  // Written here, not by the worker: memory is held before the log says so, however slowly the worker starts.
  const claim = () => state.claim(held.gpu, held.mib, title, held.busy, pid)
  return {
    pid,
    ended,
    hold: (gpu, mib) => {
      held = { gpu, mib, busy: held.busy }
      claim()
    },
    work: busy => {
      if (busy === held.busy) return
      held = { ...held, busy }
      claim()
    },
    end: () => {
      if (child.connected) child.disconnect()
    },
  }
}

/** The life of a worker: holds what it is told to, ignores a terminal's interrupt, leaves with its parent. */
export function workerMain(title: string, kind: string): void {
  process.title = title
  process.on('SIGINT', () => {})
  if (kind === 'orphan') process.on('SIGTERM', () => {})
  else if (!process.connected) process.exit(0)
  process.on('disconnect', () => {
    if (kind !== 'orphan') process.exit(0)
  })
  // An orphan has no channel left to keep it alive.
  setInterval(() => {}, 60_000)
}
