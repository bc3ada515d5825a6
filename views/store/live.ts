import { setTimeout as pause } from 'node:timers/promises'
import { type Carry, type Client, createClient, type Join } from '../../src/client/client.ts'
import type { Event } from '../../src/contract/events.ts'
import { Problem } from '../../src/contract/problem.ts'
import { Answer, Collection, type CollectionSpec } from './collection.ts'
import { onceOnly } from './once.ts'
import { readingOnly } from './reading.ts'
import { Signal } from './signal.ts'

/** The way to the API as the program hands it in; it heals itself and says when it cannot. */
export interface Link {
  readonly carry: Carry
  readonly join: Join
  readonly mode: 'inside' | 'attached' | 'remote'
  readonly url: string
  readonly lost: { since: number; reason: string } | null
  onChange(listener: () => void): () => void
  close(): Promise<void>
}

const retry = [100, 250, 500, 1000, 2000, 5000]
/** A token that is not taken is not taken a moment later either. */
const retryRefused = 30_000
/** Clocks are this far apart anyhow, and an answer was this long on its way. */
const tolerated = 60_000
/** An answer that takes longer is seen to be waited for. */
const slow = 1000

/** Everything the screen knows, and the one stream that keeps it true. */
export class Live {
  readonly signal = new Signal()
  readonly client: Client
  link: Link | null = null
  lost: { since: number; reason: string } | null = null
  /** How far the clocks here and there are apart, where it is so far that ages are wrong. */
  apart = 0
  /** How often the stream of changes was opened: what failed before may be asked again. */
  lines = 0
  readonly #linked = Promise.withResolvers<Link>()
  readonly #sources: (Collection<never> | Answer<unknown>)[] = []
  readonly #listeners = new Set<(event: Event) => void>()
  readonly #ended = new AbortController()
  readonly #overdue = new Set<unknown>()
  #seq: number | undefined
  #following = new AbortController()

  constructor(isReadOnly: () => boolean = () => false) {
    const linked = this.#linked.promise
    const client = createClient(
      async request => this.#timed(await this.#awaited((await linked).carry(request))),
      async request => this.#awaited((await linked).join(request)),
    )
    this.client = readingOnly(
      onceOnly(client, () => this.link?.mode !== 'inside'),
      isReadOnly,
    )
    // Nobody may be asking at the moment the way is found closed; whoever asks hears of it.
    this.#linked.promise.catch(() => undefined)
  }

  collection<T>(spec: CollectionSpec<T>): Collection<T> {
    const made = new Collection(spec, this.signal.soon)
    this.#sources.push(made as unknown as Collection<never>)
    if (this.link) void made.refresh()
    return made
  }

  /** `nouns`: a stored change of one of them asks again. */
  answer<T>(nouns: readonly string[], read: () => Promise<T>): Answer<T> {
    const made = new Answer(nouns, read, this.signal.soon)
    this.#sources.push(made as Answer<unknown>)
    if (this.link) void made.refresh()
    return made
  }

  /** Every event as it comes, for what is said once: toasts. */
  onEvent(listener: (event: Event) => void): void {
    this.#listeners.add(listener)
  }

  /** What tells of no change by itself is asked for now and then. */
  poll(source: { refresh(): Promise<void> }, every: number): void {
    const timer = setInterval(() => {
      if (this.link && !this.lost) void source.refresh()
    }, every)
    this.#ended.signal.addEventListener('abort', () => clearInterval(timer))
  }

  start(link: Link): void {
    this.link = link
    let wasLost = false
    link.onChange(() => {
      if (link.lost) this.#lose(link.lost.reason)
      // What was followed may be a workspace this process has given away: it says nothing any more.
      else if (wasLost) this.#following.abort()
      wasLost = link.lost !== null
      this.signal.soon()
    })
    this.#linked.resolve(link)
    void this.#listen()
  }

  /** How many answers are overdue. */
  get waiting(): number {
    return this.#overdue.size
  }

  /** An answer from another machine says what time it is there. */
  #timed(response: Response): Response {
    const there = Date.parse(response.headers.get('date') ?? '')
    const apart = Number.isNaN(there) ? 0 : Math.abs(there - Date.now())
    this.apart = apart > tolerated ? apart : 0
    return response
  }

  async #awaited<T>(answer: Promise<T>): Promise<T> {
    const timer = setTimeout(() => {
      this.#overdue.add(answer)
      this.signal.soon()
    }, slow)
    try {
      return await answer
    } finally {
      clearTimeout(timer)
      if (this.#overdue.delete(answer)) this.signal.soon()
    }
  }

  /** Ends when everything that is shown was read. */
  async refresh(): Promise<void> {
    await Promise.all(this.#sources.map(source => source.refresh()))
  }

  stop(): void {
    this.#ended.abort()
    this.signal.stop()
    this.#linked.reject(new Error('The screen was closed.'))
  }

  async #listen(): Promise<void> {
    const { signal } = this.#ended
    const { follow } = await import('../../src/client/events.ts')
    for (let turn = 0; !signal.aborted; turn++) {
      const following = new AbortController()
      this.#following = following
      let wait = retry[Math.min(turn, retry.length - 1)]
      try {
        for await (const told of follow(this.client, {
          since: this.#seq,
          signal: AbortSignal.any([signal, following.signal]),
          begun: () => {
            this.lost = null
            this.lines++
            void this.refresh()
          },
        })) {
          turn = 0
          if (told.kind === 'event') this.#hear(told.event)
          else {
            this.#seq = told.newest
            void this.refresh()
          }
        }
        if (!signal.aborted && !following.signal.aborted) this.#lose('The stream of changes ended.')
      } catch (error) {
        if (signal.aborted) return
        if (following.signal.aborted) continue
        this.#lose(error instanceof Problem ? error.message : 'The stream of changes was cut.')
        if (error instanceof Problem && error.code === 'unauthenticated') wait = retryRefused
      }
      await pause(wait, undefined, { ref: false })
    }
  }

  #lose(reason: string): void {
    this.lost = { since: this.lost?.since ?? Date.now(), reason }
    this.signal.soon()
  }

  #hear(event: Event): void {
    if (event.seq !== null) this.#seq = event.seq
    for (const source of this.#sources) source.hear(event)
    for (const listener of this.#listeners) listener(event)
    if (event.seq !== null) this.signal.nextFrame()
  }
}
