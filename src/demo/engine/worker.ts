import { type ChildProcess, spawn } from 'node:child_process'
import { gpuState } from './gpus.ts'

export type Order = { claim: { gpu: number; mib: number; busy: number } } | { end: true }

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
  const send = (order: Order) => {
    if (child.connected) child.send(order)
  }
  let held = { gpu: 0, mib: 0, busy: 0 }
  return {
    pid: child.pid ?? 0,
    ended,
    hold: (gpu, mib) => {
      held = { gpu, mib, busy: held.busy }
      send({ claim: held })
    },
    work: busy => {
      if (busy === held.busy) return
      held = { ...held, busy }
      send({ claim: held })
    },
    end: () => send({ end: true }),
  }
}

/** The life of a worker: holds what it is told to, ignores a terminal's interrupt, leaves with its parent. */
export function workerMain(title: string, kind: string): void {
  const state = gpuState()
  process.title = title
  process.on('SIGINT', () => {})
  if (kind === 'orphan') process.on('SIGTERM', () => {})
  process.on('message', (order: Order) => {
    if ('end' in order) process.exit(0)
    else state.claim(order.claim.gpu, order.claim.mib, title, order.claim.busy)
  })
  process.on('disconnect', () => {
    if (kind !== 'orphan') process.exit(0)
  })
  // An orphan has no channel left to keep it alive.
  setInterval(() => {}, 60_000)
}
