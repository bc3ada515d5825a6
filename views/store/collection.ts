import type { Event } from '../../src/contract/events.ts'
import { Newest } from './newest.ts'

/** Answers whose event may still come. */
const awaitedAtMost = 1000

export interface CollectionSpec<T> {
  /** Of the events that concern it. */
  noun: string
  idOf(item: T): string
  read(): Promise<readonly T[]>
  /** What belongs in it, where it does not hold everything of its noun. */
  keeps?(item: T): boolean
  /** An event's `data` as an item; undefined where it does not carry a whole one, and the list is read again. */
  from?(data: unknown): T | undefined
}

/** A list of things as they are now: read once, then kept true by the stream of changes. */
export class Collection<T> {
  /** Why it could not be read; what is shown then is old. */
  error: string | null = null
  #state: 'unread' | 'reading' | 'read' = 'unread'
  #items = new Map<string, T>()
  #list: readonly T[] = []
  #reading: Promise<void> | null = null
  #again = false
  readonly #spec: CollectionSpec<T>
  readonly #changed: () => void
  readonly #answered = new Newest<string, number>(awaitedAtMost)
  #missed: Event[] = []

  constructor(spec: CollectionSpec<T>, changed: () => void) {
    this.#spec = spec
    this.#changed = changed
  }

  get items(): readonly T[] {
    return this.#list
  }

  get isRead(): boolean {
    return this.#state === 'read'
  }

  get(id: string): T | undefined {
    return this.#items.get(id)
  }

  /** Reads it anew; several wishes while it is being read are one. Ends when it holds what was true when this was called, or later. */
  refresh(): Promise<void> {
    this.#again = this.#reading !== null
    this.#reading ??= this.#readAll()
    return this.#reading
  }

  async #readAll(): Promise<void> {
    do {
      this.#again = false
      this.#state = 'reading'
      try {
        const items = await this.#spec.read()
        this.#items = new Map(items.map(item => [this.#spec.idOf(item), item]))
        this.error = null
      } catch (error) {
        this.error = error instanceof Error ? error.message : String(error)
      }
      this.#state = 'read'
      for (const event of this.#missed.splice(0)) this.#apply(event)
      this.#settle()
    } while (this.#again)
    this.#reading = null
  }

  /** What an answer said of one item: the event of the same change is old news then. */
  put(item: T, seq: number | null = null): void {
    const id = this.#spec.idOf(item)
    if (seq !== null) this.#answered.set(id, seq)
    this.#outrun()
    if (this.#spec.keeps?.(item) ?? true) this.#items.set(id, item)
    else this.#items.delete(id)
    this.#settle()
  }

  drop(id: string): void {
    this.#outrun()
    this.#items.delete(id)
    this.#settle()
  }

  /** What is being read may be from before this. */
  #outrun(): void {
    if (this.#state === 'reading') this.#again = true
  }

  hear(event: Event): void {
    if (event.noun !== this.#spec.noun || this.#state === 'unread') return
    if (this.#state === 'reading') this.#missed.push(event)
    else if (this.#apply(event)) this.#settle()
  }

  #apply(event: Event): boolean {
    const { id, seq, data } = event
    if (seq !== null && seq <= (this.#answered.get(id) ?? 0)) return false
    const item = this.#spec.from ? this.#spec.from(data) : (data as T | null)
    // Without the whole thing nothing is known but that it changed: it may be gone.
    if (item == null || this.#spec.idOf(item) !== id) {
      void this.refresh()
      return false
    }
    if (this.#spec.keeps?.(item) ?? true) this.#items.set(id, item)
    else this.#items.delete(id)
    return true
  }

  #settle(): void {
    this.#list = [...this.#items.values()]
    this.#changed()
  }
}

/** One answer that is asked for again when something it depends on has changed. */
export class Answer<T> {
  value: T | null = null
  error: string | null = null
  readonly #nouns: ReadonlySet<string>
  readonly #read: () => Promise<T>
  readonly #changed: () => void
  #reading: Promise<void> | null = null
  #again = false
  #asked = false

  constructor(nouns: readonly string[], read: () => Promise<T>, changed: () => void) {
    this.#nouns = new Set(nouns)
    this.#read = read
    this.#changed = changed
  }

  /** Ends when it holds what was true when this was called, or later. */
  refresh(): Promise<void> {
    this.#asked = true
    this.#again = this.#reading !== null
    this.#reading ??= this.#readAll()
    return this.#reading
  }

  async #readAll(): Promise<void> {
    do {
      try {
        this.value = await Promise.resolve().then(this.#read)
        this.error = null
      } catch (error) {
        this.error = error instanceof Error ? error.message : String(error)
      }
    } while (this.#takeAgain())
    this.#reading = null
    this.#changed()
  }

  /** Somebody asked meanwhile; what there is already is shown. */
  #takeAgain(): boolean {
    if (!this.#again) return false
    this.#again = false
    this.#changed()
    return true
  }

  hear(event: Event): void {
    if (this.#asked && event.seq !== null && this.#nouns.has(event.noun)) void this.refresh()
  }
}
