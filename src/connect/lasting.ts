import { setTimeout as pause } from 'node:timers/promises'
import type { Carry, Join } from '../client/client.ts'
import { Problem } from '../contract/problem.ts'
import { awaitOwner, type Connection, connect, hears } from './connect.ts'
import type { InsideOptions } from './inside.ts'

/** A connection for a screen that stays open: it finds its way again when the owner changes or the link breaks. */
export interface Lasting {
  readonly carry: Carry
  readonly join: Join
  readonly current: Connection
  readonly lost: { since: number; reason: string } | null
  onChange(listener: () => void): () => void
  close(): Promise<void>
}

const HEIR_WAIT = 10_000
const RETRY = [100, 250, 500, 1000, 2000, 5000]

export interface Patience {
  /** After this without an answer somebody is asked whether he is there at all; how long that may take. */
  answer: number
  /** How long what is asked while there is no way waits for one. */
  way: number
}

export const connectLasting = async (
  options: InsideOptions,
  first?: Connection,
  patience: Patience = { answer: 4000, way: 2000 },
): Promise<Lasting> => {
  const open = (): Promise<Connection> =>
    connect({ ...options, listen: options.listen ?? { mode: 'inside' } })
  const listeners = new Set<() => void>()
  const tell = (): void => {
    for (const listener of listeners) listener()
  }
  let current = first ?? (await open())
  let lost: Lasting['lost'] = null
  let found = Promise.withResolvers<void>()
  /** Ends all that was asked of somebody who does not answer any more. */
  let silence = new AbortController()
  let asking = false
  let over = false

  const find = async (reason: string, heir: boolean): Promise<void> => {
    const since = Date.now()
    for (let turn = 0; !over; turn++) {
      lost = { since, reason }
      tell()
      const limit = AbortSignal.timeout(patience.answer)
      try {
        if (current.again) current = await current.again(limit)
        else {
          // Whoever asked for the workspace gets the time to take it.
          current = (heir && turn === 0 ? await awaitOwner(options.paths, HEIR_WAIT) : null) ?? (await open())
          watch(current)
        }
        break
      } catch (error) {
        reason = current.again && limit.aborted ? silent(current) : (error as Error).message
        await pause(RETRY[Math.min(turn, RETRY.length - 1)])
      }
    }
    // Whoever left meanwhile has closed what was there then.
    if (over) return current.close()
    lost = null
    silence = new AbortController()
    found.resolve()
    tell()
  }
  const heal = (reason: string, heir = false): void => {
    if (over || lost) return
    found = Promise.withResolvers()
    void find(reason, heir)
  }
  const watch = (connection: Connection): void => {
    connection.inside?.closed.then(() => heal('The workspace was given to a daemon.', true))
  }
  watch(current)

  /** One that only takes its time says that it is there. */
  const isThere = async (): Promise<boolean> => {
    try {
      await hears(current.carry, AbortSignal.timeout(patience.answer))
      return true
    } catch {
      return false
    }
  }
  const askWhetherThere = async (): Promise<void> => {
    if (asking || lost) return
    asking = true
    const there = await isThere()
    asking = false
    if (there || lost || over) return
    const reason = silent(current)
    heal(reason)
    silence.abort(new Problem('unavailable', reason, { unreachable: true }))
  }
  /** Nothing of it has been sent yet. */
  const awaitWay = async (): Promise<void> => {
    if (!lost) return
    await Promise.race([found.promise, pause(patience.way, undefined, { ref: false })])
    if (lost) throw new Problem('unavailable', `Not connected: ${lost.reason}`, { unreachable: true })
  }
  const noticing = async <T>(asked: Promise<T>): Promise<T> => {
    try {
      return await asked
    } catch (error) {
      if (error instanceof Problem && error.details?.unreachable) heal(error.message)
      throw error
    }
  }
  const carryFar = async (request: Request): Promise<Response> => {
    const { url, findsKey } = current
    const { signal } = silence
    const asked = new Request(request, { signal: AbortSignal.any([request.signal, signal]) })
    const slow = setInterval(askWhetherThere, patience.answer)
    try {
      const response = await current.carry(asked)
      // Whoever answers there now has another key: nothing was done.
      if (response.status === 401 && findsKey)
        throw new Problem('unavailable', `${url} has another owner now.`, { unreachable: true, unsent: true })
      return response
    } catch (error) {
      throw signal.aborted && !request.signal.aborted ? signal.reason : error
    } finally {
      clearInterval(slow)
    }
  }

  const carryOnce = async (request: Request): Promise<Response> => {
    try {
      return await noticing(current.inside ? current.carry(request) : carryFar(request))
    } catch (error) {
      throw doubtful(request.method, error)
    }
  }

  return {
    get current() {
      return current
    },
    get lost() {
      return lost
    },
    async carry(request) {
      await awaitWay()
      try {
        return await carryOnce(request)
      } catch (error) {
        // Looking twice changes nothing: whoever looked just then need not hear of it.
        if (!lost || request.method !== 'GET') throw error
        await awaitWay()
        return carryOnce(request)
      }
    },
    async join(request) {
      await awaitWay()
      return noticing(current.join(request))
    },
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async close() {
      over = true
      found.resolve()
      await current.close()
    },
  }
}

const silent = ({ url }: Connection): string => `No answer from ${url}.`

/** A change that was on its way when the answer stayed out may have been made. */
const doubtful = (method: string, error: unknown): unknown =>
  method === 'GET' || !(error instanceof Problem) || !error.details?.unreachable || error.details.unsent
    ? error
    : new Problem(error.code, `${error.message} It may have been done all the same.`, error.details)
