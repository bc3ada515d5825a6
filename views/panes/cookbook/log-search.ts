import type { Client } from '../../../src/client/client.ts'
import { sanitiseText } from '../../terminal/sanitise.ts'
import { maxLine } from '../../widgets/log/lines.ts'
import type { Growth, LogModel } from '../../widgets/log/model.ts'
import { Needle } from '../../widgets/log/needle.ts'
import { searchLog } from './log-marks.ts'

/** Which lines of a search are shown: all, only its hits, or only the others. */
export type Filter = 'all' | 'only' | 'except'

/** What is searched for in an open log: its hits, also those that come while it grows, and what is shown of them. */
export class LogSearch {
  query = ''
  filter: Filter = 'all'
  readonly #client: Client
  readonly #id: string
  readonly #model: LogModel
  readonly #note: (text: string) => void
  #needle = new Needle('', false)
  #total = 0
  /** Every hit there is is known; of many, only the first are, and those of a flood are not. */
  #isWhole = true
  #asking = new AbortController()
  #asked: Promise<unknown> | null = null
  /** It was left before it was through. */
  #isCut = false
  /** One has come back to it, and nothing was told of what was written meanwhile. */
  #isBack = false
  #steps: Promise<void> = Promise.resolve()

  constructor(client: Client, id: string, model: LogModel, note: (text: string) => void) {
    this.#client = client
    this.#id = id
    this.#model = model
    this.#note = note
    model.onGrowth(growth => this.#grown(growth))
  }

  leave(): void {
    this.#isCut ||= this.#asked !== null
    this.#asking.abort()
  }

  /** Goes on where it was left. */
  resume(): void {
    this.#isBack = true
    if (this.#isCut) this.#askAgain()
  }

  /** Searches and goes to the first hit from here on, else to the nearest before. */
  async find(query: string): Promise<void> {
    this.#show('all')
    this.query = query
    const isThrough = await this.#ask()
    const model = this.#model
    if (!isThrough || query === '') return
    if (this.#total === 0) this.#note(this.#missing())
    else if (this.#isWhole) model.next('/', model.isAhead('/', 1) ? 1 : -1)
    else if (!(await this.#seek(1)) && !(await this.#seek(-1))) model.next('/', -1)
  }

  /** The next (1) or previous (-1) hit; one step after the other, however soon they are asked for. */
  step(direction: 1 | -1): Promise<void> {
    const step = this.#steps.then(() => this.#step(direction))
    this.#steps = step.catch(() => undefined)
    return step
  }

  async #step(direction: 1 | -1): Promise<void> {
    const model = this.#model
    while (this.#asked) await this.#asked
    if (this.#isCut) return
    if (this.query === '') this.#note('Search for something first: / asks for it.')
    else if (this.filter === 'except') this.#note('The hits are left out now; ! shows them again.')
    else if (this.#total === 0) this.#note(this.#missing())
    else if (this.#isWhole || !(await this.#seek(direction))) {
      const before = model.current
      // Of many hits the last ones are found from the end of the log.
      const isFromEnd = !this.#isWhole && direction === -1 && (await model.seek(this.#needle, -1, true))
      const found = isFromEnd ? { at: -1, round: true } : model.next('/', direction)
      if (found?.round && this.#total === 1 && found.at === before) this.#note('This is the only hit.')
      else if (found?.round)
        this.#note(
          direction === 1
            ? 'That was the last hit: on from the first.'
            : 'That was the first hit: on from the last.',
        )
    }
  }

  /** Steps that were asked for before are made first, in what is shown now. */
  turn(filter: 'only' | 'except'): Promise<void> {
    const turned = this.#steps.then(() => this.#turn(filter))
    this.#steps = turned.catch(() => undefined)
    return turned
  }

  #turn(filter: 'only' | 'except'): void {
    if (this.query === '') this.#note('Search for something first: / asks for it.')
    else this.#show(this.filter === filter ? 'all' : filter)
  }

  /** `/KV cache  3 of 17`. */
  words(): string {
    if (this.query === '') return ''
    const hits = this.#model.ticks('/')
    const { current } = this.#model
    // Of a line without an end, a later part may be what is looked at.
    const at =
      current === undefined || !this.#isWhole
        ? -1
        : hits.findLastIndex(hit => hit === current || (hit < current && current % maxLine === 0))
    const total = this.#asked || this.#isCut ? 'searching' : this.#total.toLocaleString('en')
    return `${{ all: '/', only: '&', except: '!' }[this.filter]}${sanitiseText(this.query)}  ${at >= 0 ? `${at + 1} of ` : ''}${total}`
  }

  #seek(direction: 1 | -1): Promise<boolean> {
    return this.#model.seek(this.#needle, direction)
  }

  #missing(): string {
    return `'${this.query}' is not in this log.`
  }

  /** Asks for the hits, and answers whether all were told; who steps meanwhile waits for them. */
  async #ask(): Promise<boolean> {
    const asked = this.#askNow()
    this.#asked = asked.catch(() => undefined)
    const mine = this.#asked
    try {
      return await asked
    } finally {
      if (this.#asked === mine) this.#asked = null
    }
  }

  async #askNow(): Promise<boolean> {
    const model = this.#model
    const { query } = this
    this.#asking.abort()
    this.#asking = new AbortController()
    const { signal } = this.#asking
    const ignoreCase = query === query.toLowerCase()
    this.#needle = new Needle(query, ignoreCase)
    this.#total = 0
    this.#isWhole = true
    this.#isCut = false
    model.setTicks('/', [])
    model.highlight =
      query === '' ? null : new RegExp(query.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), ignoreCase ? 'i' : '')
    if (query === '') return true
    const size = model.status.size
    try {
      const total = await searchLog(this.#client, this.#id, model, { query, ignoreCase }, signal)
      if (signal.aborted) return false
      this.#total = total
      this.#isWhole = total === model.ticks('/').length
    } catch (error) {
      if (signal.aborted) return false
      this.query = ''
      model.highlight = null
      throw error
    }
    // What came while it was searched may have been seen, or not.
    if (this.#isWhole && model.status.size > size) this.#take(size)
    this.#refilter()
    return true
  }

  /** Looks through what came; a line that was cut before is looked through again. */
  #grown({ replaced, from }: Growth): void {
    if (this.query === '') return
    const isMissed = replaced || (this.#isBack && !this.#model.since(from))
    this.#isBack = false
    if (isMissed) this.#askAgain()
    else if (!this.#asked) this.#take(from)
  }

  #askAgain(): void {
    // What is wrong with the log is said by the log.
    void this.#ask().catch(() => undefined)
  }

  #take(from: number): void {
    const model = this.#model
    const fresh = model.since(from)
    if (!fresh) {
      this.#isWhole = false
      this.#refilter()
      return
    }
    const before = model.ticks('/')
    const more = this.#needle.linesIn(fresh.bytes, fresh.start)
    if (!this.#isWhole) {
      this.#total += more.filter(line => line >= from).length
      return
    }
    const kept = before.filter(hit => hit < fresh.start)
    if (more.length === 0 && kept.length === before.length) return
    this.#total += kept.length + more.length - before.length
    model.setTicks('/', [...kept, ...more])
    if (this.filter === 'only') model.addOnly(model.ticks('/'))
  }

  #refilter(): void {
    const model = this.#model
    if (this.filter === 'only' && !this.#isWhole) {
      model.showOnly(null)
      model.showWhere(model.highlight)
    } else if (this.filter === 'only') model.addOnly(model.ticks('/'))
  }

  #show(filter: Filter): void {
    const model = this.#model
    if (filter === this.filter) return
    this.filter = filter
    model.showOnly(filter === 'only' && this.#isWhole ? model.ticks('/') : null)
    if (filter === 'all' || (filter === 'only' && this.#isWhole)) model.showWhere(null)
    else model.showWhere(model.highlight, filter === 'only')
  }
}
