import { setTimeout as pause } from 'node:timers/promises'
import type { Carry, Join } from '../client/client.ts'
import { Problem } from '../contract/problem.ts'
import { awaitOwner, type Connection, connect } from './connect.ts'
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

export const connectLasting = async (options: InsideOptions, first?: Connection): Promise<Lasting> => {
  const open = (): Promise<Connection> =>
    connect({ ...options, listen: options.listen ?? { mode: 'inside' } })
  const listeners = new Set<() => void>()
  const tell = (): void => {
    for (const listener of listeners) listener()
  }
  let current = first ?? (await open())
  let lost: Lasting['lost'] = null
  let finding = false
  let over = false

  const find = async (reason: string, heir: boolean): Promise<void> => {
    lost = { since: Date.now(), reason }
    tell()
    for (let turn = 0; !over; turn++) {
      try {
        // Another machine's address does not change; that it answers again is all there is to find out.
        if (current.mode === 'remote') await current.carry(new Request('http://localhost/healthz'))
        else {
          // Whoever asked for the workspace gets the time to take it.
          current = (heir && turn === 0 ? await awaitOwner(options.paths, HEIR_WAIT) : null) ?? (await open())
          watch(current)
        }
        break
      } catch (error) {
        lost = { since: lost.since, reason: (error as Error).message }
        tell()
        await pause(RETRY[Math.min(turn, RETRY.length - 1)])
      }
    }
    lost = null
    finding = false
    tell()
  }
  const heal = (reason: string, heir = false): void => {
    if (over || finding) return
    finding = true
    void find(reason, heir)
  }
  const watch = (connection: Connection): void => {
    connection.inside?.closed.then(() => heal('The workspace was given to a daemon.', true))
  }
  watch(current)
  const noticing = async <T>(asked: Promise<T>): Promise<T> => {
    try {
      return await asked
    } catch (error) {
      if (error instanceof Problem && error.details?.unreachable) heal(error.message)
      throw error
    }
  }

  return {
    get current() {
      return current
    },
    get lost() {
      return lost
    },
    carry: request => noticing(current.carry(request)),
    join: request => noticing(current.join(request)),
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async close() {
      over = true
      await current.close()
    },
  }
}
