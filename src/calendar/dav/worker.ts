// The protocol in a thread of its own: a server may list ten thousand events at once, and taking that apart is no work for
// the thread that draws.
import { parentPort } from 'node:worker_threads'
import { Problem } from '../../contract/problem.ts'
import { type Dav, openDav } from './dav.ts'

export interface Asked {
  id: number
  call: keyof Dav
  args: unknown[]
}
export type Told = {
  id: number
  there: number
  back: number
  exchanges: number
} & (
  | { ok: true; value: unknown }
  | { ok: false; code: Problem['code']; message: string; details: Problem['details'] }
)

const count = { there: 0, back: 0, exchanges: 0 }
const dav = openDav((there, back) => {
  count.there += there
  count.back += back
  count.exchanges += 1
})

parentPort?.on('message', async ({ id, call, args }: Asked) => {
  const counts = () => ({ ...count })
  try {
    const value = await (dav[call] as (...all: unknown[]) => Promise<unknown>)(...args)
    parentPort?.postMessage({ id, ok: true, value, ...counts() } satisfies Told)
  } catch (error) {
    const code = error instanceof Problem ? error.code : 'failed'
    parentPort?.postMessage({
      id,
      ok: false,
      code,
      message: (error as Error).message,
      details: error instanceof Problem ? error.details : undefined,
      ...counts(),
    } satisfies Told)
  }
})
