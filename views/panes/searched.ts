import type { Shell } from '../shell/shell.ts'
import type { Answer } from '../store/collection.ts'
import { ListSide } from './list-side.tsx'
import type { Motion } from './pane.ts'

export interface SearchedSpec<T> {
  /** A stored change of one of these asks again; null: any change. */
  nouns: readonly string[] | null
  idOf(item: T): string
  row(item: T, width: number): string
  /** Where there is nothing: what is empty and the key that changes it. */
  empty(): string
  page(query: {
    search?: string
    limit: number
    cursor?: string
  }): Promise<{ items: T[]; next: string | null }>
  /** One that may lie beyond what was read. */
  get?(id: string): Promise<T>
}

const step = 200
/** What the API takes as words to search for. */
const longest = 200

/** A list that the API searches and hands out in pages; more of it is read when the selection comes near its end. Nothing is read before it was looked at. */
export class Searched<T> {
  readonly side: ListSide<T>
  readonly filter: { text: string; set(text: string): void }
  readonly #shell: Shell
  readonly #spec: SearchedSpec<T>
  readonly #answer: Answer<readonly T[]>
  #limit = step
  #more = false
  #looked = false
  #seen = false
  #extra: T | null = null

  constructor(shell: Shell, spec: SearchedSpec<T>) {
    this.#shell = shell
    this.#spec = spec
    this.#answer = shell.live.answer(spec.nouns ?? [], () => this.#read())
    if (spec.nouns === null)
      shell.live.onEvent(({ seq }) => {
        if (seq !== null && this.#looked) void this.#answer.refresh()
      })
    this.filter = {
      text: '',
      set: text => {
        this.filter.text = text
        this.again()
      },
    }
    this.side = new ListSide<T>({
      items: () => this.items,
      idOf: spec.idOf,
      row: spec.row,
      words: () => '',
      empty: () => {
        if (this.#answer.error !== null) return this.#answer.error
        if (!this.#seen) return 'reading'
        return this.filter.text === ''
          ? spec.empty()
          : `Nothing matches '${this.filter.text}'. Esc shows all.`
      },
      changed: shell.signal.now,
    })
  }

  get items(): readonly T[] {
    const { value } = this.#answer
    const read = value ?? []
    const extra = this.#extra
    if (extra === null || read.some(item => this.#spec.idOf(item) === this.#spec.idOf(extra))) return read
    return [extra, ...read]
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

  /** Asks anew: what is looked for has changed. */
  again(): void {
    this.#extra = null
    this.#limit = step
    void this.#answer.refresh()
    this.#shell.signal.now()
  }

  move(motion: Motion): void {
    this.side.move(motion)
    const { items } = this
    const { index } = this.side.state
    if (!this.#more || index < items.length - step / 4) return
    this.#limit = items.length + step
    void this.#answer.refresh()
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

  async #read(): Promise<readonly T[]> {
    if (!this.#looked) return []
    const items: T[] = []
    const search = this.filter.text.trim().slice(0, longest)
    let cursor: string | undefined
    do {
      const page = await this.#spec.page({
        limit: Math.min(500, this.#limit - items.length),
        ...(search === '' ? {} : { search }),
        ...(cursor === undefined ? {} : { cursor }),
      })
      items.push(...page.items)
      cursor = page.next ?? undefined
    } while (cursor !== undefined && items.length < this.#limit)
    this.#more = cursor !== undefined
    this.#seen = true
    return items
  }
}
