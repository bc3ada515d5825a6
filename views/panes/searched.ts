import type { ReactNode } from 'react'
import type { Shell } from '../shell/shell.ts'
import type { Answer } from '../store/collection.ts'
import { sanitiseText } from '../terminal/sanitise.ts'
import { Filter } from './filter.ts'
import { ListSide, nothingMatches } from './list-side.tsx'
import type { Box, Motion, Picked } from './pane.ts'
import { readAgain } from './read-again.ts'
import type { Slip } from './slips.ts'

export interface SearchedSpec<T> {
  /** A stored change of one of these asks again; null: any change. */
  nouns: readonly string[] | null
  idOf(item: T): string
  row(item: T, width: number): string
  /** Where there is nothing: what is empty and the key that changes it. */
  empty(): string
  /** How it is narrowed, for the last row of the list. */
  notes?(): readonly string[]
  page(query: {
    search?: string
    limit: number
    cursor?: string
  }): Promise<{ items: T[]; next: string | null }>
  /** One that may lie beyond what was read. */
  get?(id: string): Promise<T>
}

const step = 200
const markedAtOnce = 5000
/** What the API takes as words to search for. */
const longest = 200

/** A list that the API searches and hands out in pages; the next one is read when the selection comes near the end. Nothing is read before it was looked at. */
export class Searched<T> {
  readonly side: ListSide<T>
  readonly filter: Filter
  readonly #shell: Shell
  readonly #spec: SearchedSpec<T>
  readonly #answer: Answer<readonly T[]>
  #limit = step
  #next: string | undefined
  #reading = 0
  #asked: string | undefined
  #looked = false
  #seen = false
  #extra: T | null = null
  /** What was read of what was asked for before is not shown under a new heading. */
  #question = 0
  #answered = 0
  #asking: Promise<void> = Promise.resolve()

  constructor(shell: Shell, spec: SearchedSpec<T>) {
    this.#shell = shell
    this.#spec = spec
    this.#answer = shell.live.answer(spec.nouns ?? [], () => this.#read())
    if (spec.nouns === null)
      shell.live.onEvent(({ seq }) => {
        if (seq !== null && this.#looked) void this.#answer.refresh()
      })
    this.filter = new Filter(
      () => this.turn(),
      () => this.#asking,
    )
    this.side = new ListSide<T>({
      items: () => this.items,
      idOf: spec.idOf,
      row: spec.row,
      words: () => '',
      empty: () => {
        if (this.#answer.error !== null) return this.#answer.error
        if (!this.#seen || !this.#isAnswered) return 'reading'
        return this.filter.text === '' ? spec.empty() : nothingMatches(this.filter.text)
      },
      notes: () => this.#notes(),
      changed: shell.signal.now,
    })
  }

  get items(): readonly T[] {
    const { value } = this.#answer
    const read = this.#isAnswered ? (value ?? []) : []
    const extra = this.#extra
    if (extra === null || read.some(item => this.#spec.idOf(item) === this.#spec.idOf(extra))) return read
    return [extra, ...read]
  }

  get at(): string | null {
    return this.side.at
  }

  get held(): readonly string[] {
    return this.side.held
  }

  get slip(): Slip | null {
    return this.side.slip
  }

  get selected(): T | undefined {
    return this.side.selected
  }

  get chosen(): readonly T[] {
    return this.side.chosen
  }

  look(): void {
    if (this.#looked) return
    this.#looked = true
    if (this.#shell.live.link) void this.#answer.refresh()
  }

  /** Asks for the same again, where something changed that no stored event told of. */
  refresh(): void {
    if (this.#looked && this.#shell.live.link) void this.#answer.refresh()
  }

  /** Asks for something else, or in another order: what was there before is drawn until then, but no key meets it. */
  turn(): void {
    this.#question++
    this.side.expect()
    this.#extra = null
    this.#next = undefined
    this.#limit = step
    this.#looked = true
    this.#asking = this.#answer.refresh()
    this.#shell.signal.now()
  }

  get #isAnswered(): boolean {
    return this.#answered === this.#question
  }

  move(motion: Motion): void {
    this.side.move(motion)
    if (this.side.state.index >= this.items.length - step / 4) void this.#further()
  }

  pick(y: number): Picked {
    return this.side.pick(y)
  }

  select(id: string): void {
    this.side.select(id)
  }

  mark(): void {
    this.side.mark()
  }

  markRange(): void {
    this.side.markRange()
  }

  /** All that match, not only what was read so far; of very many the first, which is said. */
  async markAll(): Promise<void> {
    if (this.#next !== undefined) {
      this.#limit = markedAtOnce
      await this.#answer.refresh()
    }
    this.side.markAll()
    if (this.#next !== undefined)
      this.#shell.toast('warn', `Only the first ${this.items.length} are marked; there are more.`)
  }

  unmark(): boolean {
    return this.side.unmark()
  }

  view(box: Box): ReactNode {
    const waits = this.#seen && !this.#isAnswered && this.#answer.error === null
    return this.side.view(box, waits ? (this.#answer.value ?? []) : undefined)
  }

  /** Selects one wherever it lies. */
  async reveal(id: string): Promise<void> {
    this.#looked = true
    this.filter.text = ''
    await this.#answer.refresh()
    if (!this.items.some(item => this.#spec.idOf(item) === id) && this.#spec.get)
      this.#extra = await this.#spec.get(id)
    this.side.select(id)
  }

  #notes(): string[] {
    const { text } = this.filter
    const { length } = this.items
    const more = this.#next !== undefined
    const found = this.#isAnswered ? `${length}${more ? '+' : ''} found` : 'not known yet'
    return [
      ...(text === '' ? [] : [sanitiseText(`/${text}: ${found}`)]),
      ...(this.#spec.notes?.() ?? []),
      ...(more && text === '' ? [`the first ${length}, more below`] : []),
    ]
  }

  #page(cursor: string | undefined, limit: number) {
    const search = this.filter.text.trim().slice(0, longest)
    return this.#spec.page({
      limit,
      ...(search === '' ? {} : { search }),
      ...(cursor === undefined ? {} : { cursor }),
    })
  }

  /** The next page after what there is; where all was read anew meanwhile, more of it is read. */
  async #further(): Promise<void> {
    const cursor = this.#next
    const reading = this.#reading
    if (cursor === undefined || this.#asked === cursor) return
    this.#asked = cursor
    await this.#shell.act('more', async () => {
      const page = await this.#page(cursor, step)
      if (this.#reading !== reading) {
        this.#limit = this.items.length + step
        void this.#answer.refresh()
        return
      }
      const known = new Set((this.#answer.value ?? []).map(this.#spec.idOf))
      const fresh = page.items.filter(item => !known.has(this.#spec.idOf(item)))
      this.#answer.value = [...(this.#answer.value ?? []), ...fresh]
      this.#limit = this.#answer.value.length
      this.#next = page.next ?? undefined
    })
    this.#asked = undefined
    this.#shell.signal.soon()
  }

  /** As much as was read before, as it is now; more where others came in above what is selected or marked. */
  async #read(): Promise<readonly T[]> {
    this.#reading++
    const question = this.#question
    if (!this.#looked) return []
    const { idOf } = this.#spec
    const { items, next } = await readAgain((cursor, limit) => this.#page(cursor, limit), this.#limit, {
      idOf,
      before: new Set(this.#isAnswered ? (this.#answer.value ?? []).map(idOf) : []),
      isHeld: id => id === this.side.state.selected || this.side.state.marked.has(id),
    })
    this.#reading++
    if (question === this.#question) this.#limit = Math.max(this.#limit, items.length)
    this.#next = next
    this.#seen = true
    this.#answered = question
    return items
  }
}
