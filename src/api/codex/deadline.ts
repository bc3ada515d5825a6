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
      const ending = lazySignal(call)
      const { actor, author, workspace, http, need, fence } = call
      const limited: Call = {
        ...{ actor, author, workspace, http, need, fence },
        get signal() {
          return ending.signal()
        },
      }
      try {
        const answer = handler(input, limited)
        return answer instanceof Promise ? await withinTime(answer, longest, ending.abort) : answer
      } catch (error) {
        if (error instanceof Problem && error.code === 'invalid')
          throw new Problem('bad_request', error.message, error.details)
        throw error
      } finally {
        ending.forget()
      }
    })

const withinTime = async <T>(
  work: Promise<T>,
  longest: number,
  abort: (reason: unknown) => void,
): Promise<T> => {
  let timer: NodeJS.Timeout | undefined
  const over = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      const late = new Problem(
        'timeout',
        `Request exceeded ${Math.round(longest / 1000)}s timeout; look at what was done before asking again`,
      )
      abort(late)
      reject(late)
    }, longest)
  })
  try {
    return await Promise.race([work, over])
  } finally {
    clearTimeout(timer)
  }
}

/** A signal that costs nothing until a handler asks for it: the request's own is expensive to make. */
const lazySignal = (call: Call) => {
  let made: AbortController | undefined
  const hungUp = (): void => made?.abort(call.signal.reason)
  return {
    signal(): AbortSignal {
      if (!made) {
        made = new AbortController()
        if (call.signal.aborted) hungUp()
        else call.signal.addEventListener('abort', hungUp, { once: true })
      }
      return made.signal
    },
    abort: (reason: unknown): void => made?.abort(reason),
    forget: (): void => {
      if (made) call.signal.removeEventListener('abort', hungUp)
    },
  }
}
