import { Problem } from '../contract/problem.ts'
import type { Serve } from '../contract/serve.ts'
import type { Host } from '../hosts/host.ts'
import { range, tail as tailOf } from '../logs/pages.ts'
import { capture } from '../logs/pane.ts'
import { type Found, search } from '../logs/search.ts'
import type { Slice } from '../logs/slice.ts'
import { clean, foldReturns } from '../logs/text.ts'
import { status } from '../sessions/status.ts'
import { following } from './following.ts'
import type { Machines } from './machines.ts'
import { type Known, logPathOf, type Serves } from './serves.ts'
import { asProblem, overThere } from './trouble.ts'

/** Logs, read where they are. */
export interface Reading {
  /** The last lines, from the log or else the pane. */
  output(
    id: string,
    lines: number,
    options: { attempt?: number; raw: boolean },
  ): Promise<{ source: 'log' | 'pane' | 'none'; output: string }>
  /** Where its log is on its host; null where it has none that can be reached. */
  path(id: string): Promise<string | null>
  bytes(id: string, offset: number, length: number, attempt?: number): Promise<Slice>
  /**
   * Pushes what is written, from `offset` (or the last lines) on, until it ends or is given up. What there is to follow is
   * known once it is there, or is refused; the rest comes as it is written.
   */
  follow(
    id: string,
    options: { offset?: number; lines: number; signal: AbortSignal },
  ): Promise<AsyncGenerator<Buffer>>
  search(
    id: string,
    options: {
      query: string
      regex: boolean
      ignoreCase: boolean
      limit: number
      lines?: boolean
      signal: AbortSignal
    },
  ): AsyncGenerator<Found>
  wait(
    id: string,
    until: 'ready' | 'ended',
    ms: number,
    signal: AbortSignal,
  ): Promise<{ reached: boolean; serve: Serve; tail: string }>
}

const SMALL_TAIL = 20

export const openReading = (deps: {
  machines: Machines
  serves: Serves
  subscribe(listener: (id: string) => void): () => void
}): Reading => {
  const { machines, serves } = deps

  const logOf = (one: Known, attempt?: number): string | null => {
    const { session } = one.sight
    if (attempt !== undefined && session) {
      const found = session.attempts.find(each => each.number === attempt)
      if (!found)
        throw new Problem(
          'not_found',
          `${one.kept.name} has no attempt ${attempt}; it has ${session.attempts.length}.`,
        )
      return found.log
    }
    return logPathOf(one)
  }

  /** After a start of ours the path of an old log is known again as soon as its host was looked at. */
  const located = async (id: string, attempt?: number): Promise<{ one: Known; path: string | null }> => {
    const one = serves.get(id)
    if (!one.sight.session && one.kept.origin === 'launched') await overThere(one.kept.host, find(one))
    return { one, path: logOf(one, attempt) }
  }
  const find = async (one: Known): Promise<void> => {
    const place = machines.at(one.kept.host)
    const seen = await status(place.host, place.site)
    const session = seen.sessions.find(each => each.id === one.kept.id)
    if (session) one.sight = { ...one.sight, session }
  }

  const needed = async (id: string, attempt?: number): Promise<{ one: Known; path: string }> => {
    const { one, path } = await located(id, attempt)
    if (!path) throw new Problem('not_found', `${one.kept.name} has no log that can be reached.`)
    return { one, path }
  }

  /** A serve that was launched a moment ago has its log as soon as its host was looked at. */
  const logThere = async (id: string, signal: AbortSignal): Promise<string | null> => {
    while (!signal.aborted) {
      const { promise: changed, resolve } = Promise.withResolvers<void>()
      const unsubscribe = deps.subscribe(which => which === id && resolve())
      const given = () => resolve()
      signal.addEventListener('abort', given)
      try {
        const { one, path } = await located(id)
        if (path) return path
        if (one.kept.ending) return (await needed(id)).path
        await changed
      } finally {
        unsubscribe()
        signal.removeEventListener('abort', given)
      }
    }
    return null
  }

  async function* followed(
    id: string,
    { offset, lines, signal }: { offset?: number; lines: number; signal: AbortSignal },
  ): AsyncGenerator<Buffer> {
    const one = serves.get(id)
    const { host, name } = machines.at(one.kept.host)
    try {
      const path = await logThere(one.kept.id, signal)
      if (!path) return
      const logs = (): string[] => (one.sight.session?.attempts ?? []).flatMap(each => each.log || [])
      const first = { path, at: offset ?? (await lastLines(host, path, lines)) }
      const followed = {
        host,
        next: (path: string) => logs()[logs().indexOf(path) + 1] ?? null,
        ended: () => one.kept.ending !== null,
        onChange: (listener: () => void) => deps.subscribe(changed => changed === one.kept.id && listener()),
      }
      yield* following(followed, first, signal)
    } catch (error) {
      if (!signal.aborted) throw asProblem(error, name)
    }
  }

  const output: Reading['output'] = async (id, lines, { attempt, raw }) => {
    const { one, path } = await located(id, attempt)
    const { host, name } = machines.at(one.kept.host)
    if (path) {
      const slice = await overThere(name, tailOf(host, path, lines))
      const text = slice.bytes.toString('utf8')
      if (text !== '' || !one.kept.place) return { source: 'log', output: raw ? text : plain(text) }
    }
    const { place } = one.kept
    if (!place?.session) return { source: 'none', output: '' }
    const pane = await overThere(
      name,
      capture(host, { socket: place.socket, session: place.session }, lines, { colours: raw }),
    )
    return pane === null
      ? { source: 'none', output: '' }
      : { source: 'pane', output: raw ? pane : plain(pane) }
  }

  return {
    output,
    path: async id => (await located(id)).path,

    async bytes(id, offset, length, attempt) {
      const { one, path } = await needed(id, attempt)
      const { host, name } = machines.at(one.kept.host)
      if (offset >= 0) return overThere(name, range(host, path, offset, offset + length))
      const size = one.sight.session?.log?.size ?? 0
      const fresh = await overThere(name, range(host, path, size, size))
      const start = Math.max(0, fresh.size + offset)
      return overThere(name, range(host, path, start, Math.min(fresh.size, start + length)))
    },

    async follow(id, options) {
      const { one, path } = await located(id)
      if (!path && (one.kept.ending || one.kept.origin !== 'launched')) await needed(id)
      return followed(id, options)
    },

    async *search(id, { query, regex, ignoreCase, limit, lines, signal }) {
      const { one, path } = await needed(id)
      const { host, name } = machines.at(one.kept.host)
      try {
        yield* search(host, path, {
          pattern: query,
          kind: regex ? 'regex' : 'text',
          ignoreCase,
          cap: limit,
          lines,
          signal,
        })
      } catch (error) {
        throw asProblem(error, name)
      }
    },

    async wait(id, until, ms, signal) {
      const one = serves.get(id)
      const reached = (): boolean =>
        one.kept.ending !== null || (until === 'ready' && serves.state(one) === 'ready')
      if (!reached() && ms > 0 && !signal.aborted)
        await new Promise<void>(resolve => {
          const done = (): void => {
            clearTimeout(timer)
            unsubscribe()
            signal.removeEventListener('abort', done)
            resolve()
          }
          const timer = setTimeout(done, ms)
          const unsubscribe = deps.subscribe(changed => changed === one.kept.id && reached() && done())
          signal.addEventListener('abort', done, { once: true })
        })
      const end = await output(id, SMALL_TAIL, { raw: false }).catch(() => ({ output: '' }))
      const good = until === 'ended' ? one.kept.ending !== null : serves.state(one) === 'ready'
      return { reached: good, serve: serves.view(one), tail: end.output }
    },
  }
}

/** As a person reads it: the last state of each progress bar, no colours, no orders to a terminal. */
const plain = (text: string): string => clean(foldReturns(text), { colours: false })

/** Where the last lines begin. */
const lastLines = async (host: Host, path: string, lines: number): Promise<number> => {
  const slice = await tailOf(host, path, Math.max(1, lines))
  return lines === 0 ? slice.size : slice.start
}
