import { setTimeout as pause } from 'node:timers/promises'
import { type Carry, type Client, createClient, type Join } from '../../src/client/client.ts'
import type { Event } from '../../src/contract/events.ts'
import { Answer, Collection, type CollectionSpec } from './collection.ts'
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

/** Everything the screen knows, and the one stream that keeps it true. */
export class Live {
  readonly signal = new Signal()
  readonly client: Client
  link: Link | null = null
  lost: { since: number; reason: string } | null = null
  readonly #linked = Promise.withResolvers<Link>()
  readonly #sources: (Collection<never> | Answer<unknown>)[] = []
  readonly #listeners = new Set<(event: Event) => void>()
  readonly #ended = new AbortController()
  #seq: number | undefined
  #following = new AbortController()

  constructor() {
    this.client = createClient(
      async request => (await this.#linked.promise).carry(request),
      async request => (await this.#linked.promise).join(request),
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

  refresh(): void {
    for (const source of this.#sources) void source.refresh()
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
      try {
        await this.#reach()
        this.lost = null
        this.refresh()
        for await (const told of follow(this.client, {
          since: this.#seq,
          signal: AbortSignal.any([signal, following.signal]),
        })) {
          turn = 0
          if (told.kind === 'event') this.#hear(told.event)
          else {
            this.#seq = told.newest
            this.refresh()
          }
        }
        if (!signal.aborted && !following.signal.aborted) this.#lose('The stream of changes ended.')
      } catch (error) {
        if (signal.aborted) return
        if (following.signal.aborted) continue
        this.#lose(error instanceof Error ? error.message : String(error))
      }
      await pause(retry[Math.min(turn, retry.length - 1)])
    }
  }

  /** Finds out that the API answers, and the first time where its stream of changes stands. */
  async #reach(): Promise<void> {
    if (this.#seq !== undefined) {
      await this.client.send('GET', '/healthz')
      return
    }
    const response = await this.client.send('GET', '/api/v1/status')
    const status = (await response.json()) as { newest_change?: number }
    this.#seq = status.newest_change
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
