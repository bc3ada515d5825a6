import type { Client } from '../../../src/client/client.ts'
import { type Growth, LogModel } from '../../widgets/log/model.ts'
import { markTrouble } from './log-marks.ts'
import { LogSearch } from './log-search.ts'
import { serveLog } from './log-source.ts'

/** A flood is over when so long nothing came that was too much to be seen. */
const countAfter = 3000
const never = -1

/** A log that is on the screen, or was lately: where in it one is, what was searched for, and where its trouble is. */
export class OpenLog {
  readonly model: LogModel
  readonly search: LogSearch
  readonly #client: Client
  readonly #id: string
  readonly #replaced: () => void
  #isLive = false
  #asking = new AbortController()
  #marking: Promise<void> | null = null
  /** How long the log was when its trouble was last asked for. */
  #markedAt = never
  #counting: NodeJS.Timeout | undefined

  constructor(client: Client, id: string, note: (text: string) => void, replaced: () => void) {
    this.#client = client
    this.#id = id
    this.#replaced = replaced
    this.model = new LogModel(serveLog(client, id))
    this.search = new LogSearch(client, id, this.model, note)
    this.model.onGrowth(growth => this.#grown(growth))
  }

  /** Reads what comes; where nothing more will, that is one last look. */
  read(isLive: boolean): void {
    if (this.#isLive && !isLive) this.#markedAt = never
    this.#isLive = isLive
    this.model.stop()
    this.model.start()
    if (!isLive) this.model.stop()
    this.search.resume()
  }

  /** Asks for nothing until it is read again; what a person did in it stays. */
  leave(): void {
    clearTimeout(this.#counting)
    this.#counting = undefined
    this.#asking.abort()
    this.search.leave()
    this.model.leave()
  }

  /** Its errors and tracebacks, once somebody looks at it. */
  study(): void {
    if (this.#markedAt !== never) return
    this.#mark().catch(() => {
      // A log without marks is read as well; `e` says what is wrong.
    })
  }

  /** Looks for errors again where the log has grown since and none of those known is ahead. */
  async seekTrouble(direction: 1 | -1): Promise<void> {
    await this.#markWhile(() => !this.model.isAhead('e', direction))
  }

  #grown({ replaced, from }: Growth): void {
    if (!replaced) {
      this.#recount(this.model.since(from) === undefined)
      return
    }
    this.#asking.abort()
    this.#markedAt = never
    this.#replaced()
  }

  /** After a flood that was not seen whole its lines are counted, and its errors marked. */
  #recount(isFlood: boolean): void {
    if (isFlood) {
      clearTimeout(this.#counting)
      this.#counting = undefined
    }
    const isUncounted = () => !this.model.numbers.last.exact
    if ((this.#markedAt === never && !this.#marking) || this.#counting || !isUncounted()) return
    this.#counting = setTimeout(() => {
      this.#counting = undefined
      // What is wrong with the log is said by the log.
      this.#markWhile(isUncounted).catch(() => undefined)
    }, countAfter)
  }

  /** What is being looked for may not hold the newest: it is waited for, then what is still wanted is looked for. */
  async #markWhile(isWanted: () => boolean): Promise<void> {
    if (!isWanted()) return
    await this.#marking?.catch(() => undefined)
    if (isWanted()) await this.#mark()
  }

  /** Marks what is there now. */
  #mark(): Promise<void> {
    const { size } = this.model.status
    if (this.#markedAt === size) return Promise.resolve()
    this.#marking ??= this.#markNow(size).finally(() => {
      this.#marking = null
    })
    return this.#marking
  }

  async #markNow(size: number): Promise<void> {
    this.#asking = new AbortController()
    const { signal } = this.#asking
    try {
      await markTrouble(this.#client, this.#id, this.model, signal)
      this.#markedAt = signal.aborted ? never : size
    } catch (error) {
      if (signal.aborted) return
      // As if it had been empty: asked again by a person, not by every frame.
      this.#markedAt = 0
      throw error
    }
  }
}
