import { quote } from '../hosts/quote.ts'
import { type Candidate, expired } from '../logs/retention.ts'
import { remove, sizes } from '../sessions/remove.ts'
import type { Session } from '../sessions/session.ts'
import { siteScript } from '../sessions/shell.ts'
import { status } from '../sessions/status.ts'
import type { Machines, Place } from './machines.ts'
import type { Serves } from './serves.ts'

export interface KeepFor {
  days: number
  bytes: number
}

const OVER = new Set<Session['state']>(['ended', 'unknown', 'lost'])
const DAY = 24 * 3600

/** Takes away what logs of ours a host need not keep: nothing that runs, no lineage of the last days, nobody else's. */
export const openRetention = (deps: {
  machines: Machines
  serves: Serves
  operator: string
  keep: () => KeepFor
  report: (error: unknown) => void
}) => {
  const { machines, serves, operator } = deps

  const lineageOf = ({ id, meta }: Session): string => {
    const said = (meta?.about as { lineage?: unknown } | undefined)?.lineage
    return typeof said === 'string' ? said : id
  }

  const sweep = async (place: Place): Promise<string[]> => {
    const { days, bytes } = deps.keep()
    const seen = await status(place.host, place.site, { deadline: 20_000 })
    const sized = await sizes(place.host, place.site)
    const candidates = seen.sessions
      .filter(({ meta }) => meta === null || meta.operator === operator)
      .map((session): Candidate => {
        const last = session.attempts.at(-1)
        return {
          id: session.id,
          lineage: lineageOf(session),
          over: OVER.has(session.state),
          lastAt: Math.max(last?.endedAt ?? 0, session.log?.modifiedAt ?? 0, session.meta?.at ?? 0),
          bytes: sized.get(session.id) ?? 0,
        }
      })
    const gone = await remove(
      place.host,
      place.site,
      expired(candidates, { maxAgeSeconds: days * DAY, maxBytes: bytes }, seen.now),
    )
    for (const id of gone) {
      const one = serves.find(id)
      if (one) one.sight = { ...one.sight, session: null }
    }
    await removeAdopted(place, days)
    return gone
  }

  /** Logs of adopted panes that are not piped into any more. */
  const removeAdopted = async (place: Place, days: number): Promise<void> => {
    const live = serves
      .all()
      .filter(({ kept }) => kept.host === place.id && !kept.ending && kept.place?.log)
      .map(({ kept }) => `! -path ${quote(kept.place!.log!)}`)
    await place.host.ask(
      `${siteScript(place.site)}
[ -d "$ithaca_state/adopted/$ithaca_machine_name" ] || exit 0
find "$ithaca_state/adopted/$ithaca_machine_name" -type f -name '*.log' -mtime +${Math.floor(days)} ${live.join(' ')} -exec rm -f {} \\;`,
      { lane: 'slow', deadline: 30_000 },
    )
  }

  return {
    sweep,
    /** Every host that can be reached right now. */
    async round(): Promise<void> {
      for (const place of machines.all()) {
        if (place.host.reach.state === 'unreachable') continue
        await sweep(place).catch(deps.report)
      }
    },
  }
}
