import { Problem } from '../../contract/problem.ts'
import type { Bind, Call } from '../bind.ts'

/** Existing clients give up at twenty seconds, and an answer needs time to travel. */
const LONGEST = 11_000

/**
 * Codex routes answer in time: when the handler is not done, the caller is told so and the handler's signal aborts.
 * What a noun calls invalid is a 400 here; a 422 is for what could not even be read.
 */
export const inTime =
  (bind: Bind, longest = LONGEST): Bind =>
  (route, handler) =>
    bind(route, async (input, call) => {
      let ending: AbortController | null = null
      const hungUp = (): void => ending?.abort(call.signal.reason)
      // Most handlers never look at their signal, and making one costs more than their answer.
      const begin = (): AbortSignal => {
        if (!ending) {
          ending = new AbortController()
          call.signal.addEventListener('abort', hungUp, { once: true })
        }
        return ending.signal
      }
      let timer: NodeJS.Timeout | undefined
      const over = new Promise<never>((_resolve, reject) => {
        timer = setTimeout(() => {
          const late = new Problem(
            'timeout',
            `Request exceeded ${Math.round(longest / 1000)}s timeout; look at what was done before asking again`,
          )
          ending?.abort(late)
          reject(late)
        }, longest)
      })
      const limited: Call = Object.create(call, { signal: { get: begin } })
      try {
        return await Promise.race([handler(input, limited), over])
      } catch (error) {
        if (error instanceof Problem && error.code === 'invalid')
          throw new Problem('bad_request', error.message, error.details)
        throw error
      } finally {
        clearTimeout(timer)
        if (ending) call.signal.removeEventListener('abort', hungUp)
      }
    })
