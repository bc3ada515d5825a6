import { existsSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { Problem } from '../../contract/problem.ts'
import type { Dav } from './dav.ts'
import type { Told } from './worker.ts'

/** The protocol as the rest sees it. The thread is there while it is needed, and a minute longer. */
export interface DavThread {
  dav: Dav
  /** What went over the wire so far: bodies in bytes, and exchanges. */
  carried(): { there: number; back: number; exchanges: number }
  close(): Promise<void>
}

const IDLE = 60_000
const CALLS = [
  ...(['discover', 'calendars', 'make', 'describe'] as const),
  ...(['changes', 'listing', 'receive', 'put', 'remove'] as const),
]

const source = new URL('./worker.ts', import.meta.url)
const file = existsSync(source) ? source : new URL('./dav-worker.mjs', import.meta.url)

interface Waiting {
  resolve(value: unknown): void
  reject(error: Error): void
}

export const openDavThread = (): DavThread => {
  let worker: Worker | null = null
  let idle: NodeJS.Timeout | undefined
  let next = 0
  let closed = false
  const waiting = new Map<number, Waiting>()
  const before = { there: 0, back: 0, exchanges: 0 }
  let now = { there: 0, back: 0, exchanges: 0 }

  const ended = (which: Worker, reason: string): void => {
    if (worker !== which) return
    worker = null
    for (const key of ['there', 'back', 'exchanges'] as const) before[key] += now[key]
    now = { there: 0, back: 0, exchanges: 0 }
    for (const each of waiting.values()) each.reject(new Problem('unavailable', reason))
    waiting.clear()
  }

  const start = (): Worker => {
    const made = new Worker(file, { execArgv: ['--disable-warning=ExperimentalWarning'] })
    made.on('message', (told: Told) => {
      const { there, back, exchanges } = told
      now = { there, back, exchanges }
      const asked = waiting.get(told.id)
      waiting.delete(told.id)
      if (waiting.size === 0) rest(made)
      if (told.ok) asked?.resolve(told.value)
      else asked?.reject(new Problem(told.code, told.message, told.details))
    })
    made.once('error', error => ended(made, error.message))
    made.once('exit', () => ended(made, 'The calendar connection was closed.'))
    worker = made
    return made
  }

  /** Nothing is under way: the process may end, and the thread does after a while. */
  const rest = (which: Worker): void => {
    which.unref()
    idle = setTimeout(() => {
      if (waiting.size === 0 && worker === which) void which.terminate()
    }, IDLE).unref()
  }

  const ask = (call: keyof Dav, args: unknown[]): Promise<unknown> => {
    if (closed) return Promise.reject(new Problem('unavailable', 'The workspace is being closed.'))
    clearTimeout(idle)
    const to = worker ?? start()
    to.ref()
    const id = ++next
    return new Promise((resolve, reject) => {
      waiting.set(id, { resolve, reject })
      to.postMessage({ id, call, args })
    })
  }

  return {
    dav: Object.fromEntries(
      CALLS.map(call => [call, (...args: unknown[]) => ask(call, args)]),
    ) as unknown as Dav,
    carried: () => ({
      there: before.there + now.there,
      back: before.back + now.back,
      exchanges: before.exchanges + now.exchanges,
    }),
    async close() {
      closed = true
      clearTimeout(idle)
      await worker?.terminate()
    },
  }
}
