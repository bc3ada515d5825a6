import type { Duplex } from 'node:stream'
import type { Terminal, TerminalShape } from '../contract/terminal.ts'
import { Channels } from './channels.ts'
import { Commands } from './commands.ts'
import {
  type Answer,
  type Ask,
  type Host,
  HostError,
  type LaneName,
  type Reach,
  type Shell,
  type Transport,
} from './host.ts'
import { Questions } from './questions.ts'
import { quoteAll } from './quote.ts'
import { type StreamOptions, streamIn } from './stream.ts'

const FIRST_RETRY_MS = 1000
const LAST_RETRY_MS = 30_000
/** A login that was refused is not tried again by itself: a server may lock out who knocks too often. */
const NEEDS_A_PERSON = new Set(['auth', 'host_key_unknown', 'host_key_changed', 'misnamed'])
const SPAWN_DEADLINE = 15_000

/** A machine that is connected to when first asked, and again by itself when it was lost. */
export class Machine implements Host {
  readonly id: string
  readonly name: string
  readonly commands: Commands
  readonly #connect: (signal: AbortSignal) => Promise<Transport>
  readonly #lanes: Record<LaneName, Questions>
  readonly #listeners = new Set<(reach: Reach) => void>()
  #reach: Reach = { state: 'idle' }
  #channels: Channels | null = null
  #connecting: Promise<Channels> | null = null
  #failures = 0
  #lastError: HostError | null = null
  #retryTimer: NodeJS.Timeout | null = null
  readonly #closing = new AbortController()

  constructor(
    id: string,
    name: string,
    connect: (signal: AbortSignal) => Promise<Transport>,
    commands = new Commands(),
  ) {
    this.id = id
    this.name = name
    this.commands = commands
    this.#connect = connect
    const open = () => this.#spawn()
    this.#lanes = {
      status: new Questions(open, { pipelined: true }),
      pages: new Questions(open, { pipelined: true }),
      slow: new Questions(open, { pipelined: false }),
    }
  }

  get transport(): Transport['kind'] | null {
    return this.#channels?.first.kind ?? null
  }

  get reach(): Reach {
    return this.#reach
  }

  /** Why the last attempt to connect failed, until one succeeds. */
  get refusal(): HostError | null {
    return this.#lastError
  }

  async ask(script: string, options: Ask = {}): Promise<Answer> {
    try {
      const ask = () => this.#lanes[options.lane ?? 'status'].ask(script, options)
      return await this.commands.keep('question', script, ask, ({ code }) => code)
    } catch (error) {
      throw named(error, this.name)
    }
  }

  async stream(script: string, options: StreamOptions = {}): Promise<Shell> {
    return this.commands.keep('stream', script, async () =>
      streamIn(await this.#spawn(options.signal), script, options),
    )
  }

  async connect(port: number, signal?: AbortSignal): Promise<Duplex> {
    const channels = await this.#channelsNow()
    return this.commands.keep('forward', `port ${port}`, () => channels.connect(port, signal))
  }

  async terminal(argv: readonly string[], shape: TerminalShape, signal?: AbortSignal): Promise<Terminal> {
    return this.commands.keep('terminal', quoteAll(argv), () =>
      this.#session(signal, (channels, limit) => channels.terminal(argv, shape, limit)),
    )
  }

  onReach(listener: (reach: Reach) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Forgets why it could not be reached, so that the next question tries at once. */
  retry(): void {
    this.#failures = 0
    this.#lastError = null
    if (this.#retryTimer) clearTimeout(this.#retryTimer)
    if (this.#reach.state === 'unreachable') this.#connectQuietly()
  }

  close(): void {
    const reason = new HostError('lost', `${this.name} was closed as a host.`)
    this.#closing.abort(reason)
    if (this.#retryTimer) clearTimeout(this.#retryTimer)
    for (const lane of Object.values(this.#lanes)) lane.close(reason)
    this.#channels?.close()
    this.#channels = null
  }

  #spawn(signal?: AbortSignal): Promise<Shell> {
    return this.#session(signal, (channels, limit) => channels.spawn(limit))
  }

  async #session<T>(
    signal: AbortSignal | undefined,
    open: (channels: Channels, limit: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const channels = await this.#channelsNow()
    if (signal?.aborted) throw new HostError('aborted', 'It was given up before it was begun.')
    const limit = AbortSignal.any([
      this.#closing.signal,
      AbortSignal.timeout(SPAWN_DEADLINE),
      ...(signal ? [signal] : []),
    ])
    try {
      return await open(channels, limit)
    } catch (error) {
      const stuck = error instanceof HostError && error.code === 'aborted' && !signal?.aborted
      // A connection that opens no channel in so long a time is dead, whatever its socket says.
      if (stuck && channels === this.#channels) channels.close()
      throw stuck ? new HostError('lost', `${this.name} stopped answering.`) : error
    }
  }

  /** For a question: a machine known to be out of reach is not waited for, a timer looks after it. */
  #channelsNow(): Promise<Channels> {
    if (this.#closing.signal.aborted) return Promise.reject(this.#closing.signal.reason)
    if (this.#channels) return Promise.resolve(this.#channels)
    const { retryAt = null } = this.#reach.state === 'unreachable' ? this.#reach : {}
    const isTimers = this.#lastError !== null && !NEEDS_A_PERSON.has(this.#lastError.code)
    const isEarly = retryAt !== null && Date.now() < retryAt
    const isVain = this.#lastError?.code === 'misnamed'
    if (this.#lastError && (isTimers || isEarly || isVain)) return Promise.reject(this.#lastError)
    return this.#connectOnce()
  }

  #connectOnce(): Promise<Channels> {
    this.#connecting ??= this.#connectNow().finally(() => {
      this.#connecting = null
    })
    return this.#connecting
  }

  /** Connects without anybody waiting: what comes of it is told by `reach`. */
  #connectQuietly(): void {
    this.#connectOnce().catch(() => undefined)
  }

  async #connectNow(): Promise<Channels> {
    if (this.#retryTimer) clearTimeout(this.#retryTimer)
    if (this.#reach.state !== 'unreachable') this.#setReach({ state: 'connecting', since: Date.now() })
    try {
      const transport = await this.#connect(this.#closing.signal)
      if (this.#closing.signal.aborted) {
        transport.close()
        throw this.#closing.signal.reason
      }
      const channels = new Channels(transport, () => this.#connect(this.#closing.signal))
      this.#channels = channels
      this.#failures = 0
      this.#lastError = null
      void transport.closed.then(reason => this.#lost(channels, reason))
      this.#setReach({ state: 'connected', since: Date.now(), roundTripMs: null })
      queueMicrotask(() => void this.#measure(channels))
      return channels
    } catch (error) {
      throw this.#failed(error instanceof HostError ? error : new HostError('unreachable', String(error)))
    }
  }

  /** How long the way there and back takes, on a shell that is already there. */
  async #measure(channels: Channels): Promise<void> {
    try {
      await this.ask(':')
      const start = performance.now()
      await this.ask(':')
      const roundTripMs = Math.round((performance.now() - start) * 10) / 10
      if (this.#channels === channels && this.#reach.state === 'connected')
        this.#setReach({ ...this.#reach, roundTripMs })
    } catch {
      // Whoever asks next is told what is wrong; a missing figure is not worth a message of its own.
    }
  }

  #lost(channels: Channels, reason: Error): void {
    if (this.#channels !== channels) return
    this.#channels = null
    channels.close()
    const error = reason instanceof HostError ? reason : new HostError('lost', reason.message)
    for (const lane of Object.values(this.#lanes)) lane.lose(error)
    if (!this.#closing.signal.aborted) this.#failed(error)
  }

  #failed(error: HostError): HostError {
    if (this.#closing.signal.aborted) return error
    this.#failures++
    this.#lastError = error
    const needsPerson = NEEDS_A_PERSON.has(error.code)
    const first = needsPerson ? 10 * FIRST_RETRY_MS : FIRST_RETRY_MS
    const last = needsPerson ? 10 * LAST_RETRY_MS : LAST_RETRY_MS
    const wait = Math.min(last, first * 2 ** (this.#failures - 1)) * (0.75 + Math.random() / 2)
    const since = this.#reach.state === 'unreachable' ? this.#reach.since : Date.now()
    const retryAt = error.code === 'misnamed' ? null : Date.now() + wait
    this.#setReach({ state: 'unreachable', since, reason: error.message, retryAt })
    if (!needsPerson) this.#retryTimer = setTimeout(() => this.#connectQuietly(), wait).unref()
    return error
  }

  #setReach(reach: Reach): void {
    this.#reach = reach
    for (const listener of this.#listeners) listener(reach)
  }
}

function named(error: unknown, name: string): HostError {
  if (!(error instanceof HostError)) return new HostError('lost', `${name}: ${String(error)}`)
  return error.message.includes(name)
    ? error
    : new HostError(error.code, `${name}: ${error.message}`, error.details)
}
