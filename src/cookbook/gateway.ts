import { Problem } from '../contract/problem.ts'
import { HostError } from '../hosts/host.ts'
import { type HttpAnswer, readBody, request } from '../hosts/http.ts'
import { engineKey, keyHeader } from './engine-key.ts'
import type { Machines, Place } from './machines.ts'
import type { Known, Serves } from './serves.ts'
import { asProblem } from './trouble.ts'

/** A model by the name its engine knows it by, and who serves it. */
export interface Offered {
  id: string
  engine: string
  created: number
  serves: Known[]
}

export interface Gateway {
  offered(): Promise<Offered[]>
  /** Sends it to a ready server that has the model; equals take turns. The body travels on as it came. */
  send(asked: Sent): Promise<{ answer: HttpAnswer; serve: Known }>
  /** The names one serve answers to, its own first. */
  names(one: Known): Promise<string[]>
  /** One exchange with the engine of a serve, its key given. */
  exchange(one: Known, asked: Parameters<typeof request>[2]): Promise<HttpAnswer>
}

export interface Sent {
  model: string
  path: string
  bytes: Uint8Array
  /** The same with another model in it, for an engine that knows it by another name. */
  renamed: (model: string) => string
  accept: string | undefined
  signal: AbortSignal
  /** The fence around a host, for who asks; those without one are preferred, and `climb` is asked about the others. */
  fence: (host: Place) => string | null
  climb: (reason: string) => Promise<void>
}

const NAMES_WITHIN = 3000
/** Which models Ollama has changes while it runs. */
const OLLAMA_NAMES_LAST = 30_000
/** An answer that is not streamed begins when it is whole. */
const ANSWER_WITHIN = 30 * 60_000

export const openGateway = (deps: {
  machines: Machines
  serves: Serves
  seal: { open(sealed: Buffer): string }
  now: () => number
}): Gateway => {
  const { machines, serves, now } = deps
  const known = new Map<string, { names: string[]; of: number | null; at: number }>()
  const turns = new Map<string, number>()

  const candidates = (): Known[] =>
    serves
      .all()
      .filter(
        ({ kept }) => !kept.ending && kept.port !== null && kept.engine !== null && kept.origin !== 'seen',
      )

  const exchange: Gateway['exchange'] = (one, asked) => {
    const { kept } = one
    if (kept.port === null) throw new Problem('conflict', `${kept.name} listens on no port that is known.`)
    const headers = { ...asked.headers, ...keyHeader(engineKey(kept, deps.seal.open)) }
    return request(machines.at(kept.host).host, kept.port, { ...asked, headers })
  }

  serves.onEnd(({ kept }) => void known.delete(kept.id))

  const names: Gateway['names'] = async one => {
    const before = known.get(one.kept.id)
    const lasts = one.kept.engine === 'ollama' ? OLLAMA_NAMES_LAST : Number.POSITIVE_INFINITY
    if (before && before.of === one.kept.ready_at && now() - before.at < lasts) return before.names
    const told = await askNames(one)
    if (told) known.set(one.kept.id, { names: told, of: one.kept.ready_at, at: now() })
    return told ?? [one.kept.model ?? one.kept.name]
  }

  const askNames = async (one: Known): Promise<string[] | null> => {
    try {
      const answer = await exchange(one, { path: '/v1/models', timeout: NAMES_WITHIN })
      const { data } = JSON.parse((await readBody(answer)).toString()) as { data?: { id?: unknown }[] }
      const ids = (Array.isArray(data) ? data : []).map(each => each?.id).filter(id => typeof id === 'string')
      return ids.length > 0 ? ids : null
    } catch (error) {
      // An engine that cannot say its names is known by what it was launched with.
      if (error instanceof HostError || error instanceof SyntaxError) return null
      throw error
    }
  }

  const ready = (): Known[] => candidates().filter(one => serves.state(one) === 'ready')

  /** Ready servers of a model, with the name each knows it by: the engine's own names win over the repository's. */
  const serving = async (model: string): Promise<{ one: Known; name: string }[]> => {
    const all = await Promise.all(ready().map(async one => ({ one, names: await names(one) })))
    const exact = all.filter(each => each.names.includes(model)).map(({ one }) => ({ one, name: model }))
    if (exact.length > 0) return exact
    for (const fits of [isModel(model), isLastSegment(model)]) {
      const found = all.filter(each => each.names[0] !== undefined && fits(each.one, each.names))
      if (found.length > 0)
        return found.map(({ one, names }) => ({ one, name: names.find(byPath(model)) ?? names[0]! }))
    }
    return []
  }

  const missing = async (model: string): Promise<Problem> => {
    const fits = (one: Known): boolean =>
      one.kept.name === model || isModel(model)(one) || isLastSegment(model)(one, [])
    const waiting = candidates().find(fits)
    if (waiting) {
      const { state, phase, percent } = serves.view(waiting)
      const how = [state, phase, percent === null ? null : `${percent}%`].filter(Boolean).join(', ')
      return new Problem('unavailable', `The model '${model}' is not ready yet: ${how}. Try again.`, {
        retry_after: 5,
      })
    }
    const served = (await offered()).map(({ id }) => id)
    const list = served.length > 0 ? `Served are: ${served.join(', ')}.` : 'Nothing is served right now.'
    return new Problem('not_found', `The model '${model}' is not served here. ${list}`, { served })
  }

  const offered: Gateway['offered'] = async () => {
    const models = new Map<string, Offered>()
    for (const one of ready())
      for (const id of await names(one)) {
        const before = models.get(id)
        if (before) before.serves.push(one)
        else
          models.set(id, {
            id,
            engine: one.kept.engine ?? 'other',
            created: Math.floor((one.kept.ready_at ?? one.kept.launched_at) / 1000),
            serves: [one],
          })
      }
    return [...models.values()].sort((a, b) => (a.id < b.id ? -1 : 1))
  }

  return {
    offered,
    names,
    exchange,

    async send({ model, path, bytes, renamed, accept, signal, fence, climb }) {
      const all = await serving(model)
      if (all.length === 0) throw await missing(model)
      const fenceOf = ({ one }: { one: Known }): string | null => fence(machines.at(one.kept.host))
      const open = all.filter(each => fenceOf(each) === null)
      if (open.length === 0) await climb(fenceOf(all[0]!)!)
      const found = open.length > 0 ? open : all
      const turn = turns.get(model) ?? 0
      turns.set(model, (turn + 1) % 1_000_000)
      let failed: unknown
      for (let at = 0; at < found.length; at++) {
        const { one, name } = found[(turn + at) % found.length]!
        try {
          const answer = await exchange(one, {
            method: 'POST',
            path,
            headers: { 'content-type': 'application/json', ...(accept ? { accept } : {}) },
            body: name === model ? bytes : renamed(name),
            signal,
            timeout: ANSWER_WITHIN,
          })
          return { answer, serve: one }
        } catch (error) {
          failed = error
          // Another equal may do it; one that was given up, or took too long, is not asked twice.
          const passes = error instanceof HostError && error.code !== 'aborted' && error.code !== 'deadline'
          if (!passes) break
        }
      }
      const last = found[turn % found.length]!.one
      const { host } = machines.at(last.kept.host)
      if (host.reach.state === 'unreachable')
        throw new Problem('unavailable', `${host.name} cannot be reached: ${host.reach.reason}`, {
          retry_after: 5,
        })
      throw failed instanceof HostError && failed.code === 'lost'
        ? new Problem('upstream', `${last.kept.name} did not answer: ${failed.message}`)
        : asProblem(failed, machines.at(last.kept.host).name)
    },
  }
}

const isModel =
  (model: string) =>
  ({ kept }: Known): boolean =>
    kept.model === model

const byPath =
  (model: string) =>
  (name: string): boolean =>
    lastSegment(name) === lastSegment(model)

const isLastSegment =
  (model: string) =>
  ({ kept }: Known, names: readonly string[]): boolean =>
    (kept.model !== null && lastSegment(kept.model) === model) ||
    names.some(name => lastSegment(name) === model)

const lastSegment = (name: string): string => name.split('/').filter(Boolean).at(-1) ?? name
