import { Problem } from '../../contract/problem.ts'
import type { Bind } from '../bind.ts'
import { Call } from '../call.ts'

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
      const limited = new LimitedCall(call)
      try {
        const answer = handler(input, limited)
        return answer instanceof Promise
          ? await withinTime(answer, longest, reason => limited.abort(reason))
          : answer
      } catch (error) {
        if (error instanceof Problem && error.code === 'invalid')
          throw new Problem('bad_request', error.message, error.details)
        throw error
      } finally {
        limited.forget()
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

/** A call whose signal aborts at the deadline, too. */
class LimitedCall extends Call {
  readonly #whole: Call
  #made: AbortController | undefined
  #stop: (() => void) | undefined

  constructor(whole: Call) {
    super(whole.http, whole.workspace, whole.actor, whole.author)
    this.#whole = whole
  }

  override get signal(): AbortSignal {
    if (this.#made) return this.#made.signal
    const made = new AbortController()
    const asked = this.#whole.signal
    const hungUp = (): void => made.abort(asked.reason)
    if (asked.aborted) hungUp()
    else asked.addEventListener('abort', hungUp, { once: true })
    this.#stop = () => asked.removeEventListener('abort', hungUp)
    this.#made = made
    return made.signal
  }

  abort(reason: unknown): void {
    this.#made?.abort(reason)
  }

  forget(): void {
    this.#stop?.()
  }
}
