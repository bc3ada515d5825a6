import { setImmediate as turn } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import type { CalendarStore, ShownCalendar } from '../../../store/calendar.ts'
import type { SubscriptionStore } from '../../../store/calendar-subscriptions.ts'
import type { Changes } from '../../../store/changes.ts'
import type { Kept } from '../entries.ts'
import type { CalendarEvent, Override } from '../event.ts'
import { asKept } from '../received.ts'
import { inTurns } from '../turns.ts'

const ACTOR = { actor: 'ithaca' }
const AT_ONCE = 20

/** Brings a calendar to what its feed says: some at a time, so that others get their turn. */
export const merger =
  (deps: {
    store: CalendarStore<Override>
    feeds: SubscriptionStore
    changes: Changes
    now: () => number
    zone: () => string
  }) =>
  async (
    calendar: ShownCalendar,
    events: readonly CalendarEvent[],
    alarms: boolean,
    signal: AbortSignal,
  ): Promise<void> => {
    const { store, feeds, changes, now } = deps
    const gone = new Map(feeds.uids(calendar.id).map(({ uid, id }) => [uid, id]))
    const counts = { added: 0, changed: 0, gone: 0 }
    let puts: Kept[] = []
    let removes: string[] = []
    const flush = async (): Promise<void> => {
      // It may have been deleted, or all of it may end, while others had their turn.
      if (signal.aborted || !feeds.get(calendar.id)) return
      if (puts.length + removes.length > 0)
        changes.cache(quiet => {
          for (const event of puts) store.cache(quiet, event)
          for (const id of removes) store.uncache(quiet, id)
        })
      puts = []
      removes = []
      await turn()
    }
    const give = inTurns()
    for (const said of events) {
      await give()
      const event = alarms ? said : quiet(said)
      const before = gone.has(event.uid) ? store.byUid(event.uid, calendar.id)[0] : undefined
      gone.delete(event.uid)
      const kept = asKept(event, before, { calendar: calendar.id, source: 'subscription', at: now() })
      if (before && same(before, kept)) continue
      counts[before ? 'changed' : 'added']++
      puts.push(kept)
      if (puts.length === AT_ONCE) await flush()
    }
    for (const id of gone.values()) {
      counts.gone++
      removes.push(id)
      if (removes.length === AT_ONCE) await flush()
    }
    await flush()
    const { added, changed, gone: lost } = counts
    if (added + changed + lost === 0 || signal.aborted || !feeds.get(calendar.id)) return
    changes.write(ACTOR, tx =>
      tx.say({
        action: 'calendars.refresh',
        noun: 'calendar',
        id: calendar.id,
        summary: `Read "${calendar.name}": ${added} added, ${changed} changed, ${lost} gone`,
        data: { id: calendar.id, ...counts },
      }),
    )
  }

/** Other people's alarms are theirs. */
const quiet = (event: CalendarEvent): CalendarEvent => ({
  ...event,
  alarms: [],
  overrides: event.overrides.map(({ changes: { alarms: _alarms, ...changes }, ...override }) => ({
    ...override,
    changes,
  })),
})

const same = (one: Kept, other: Kept): boolean => isDeepStrictEqual(content(one), content(other))

const content = ({
  updated_at: _at,
  n: _n,
  all_day: _day,
  ...event
}: Kept & { n?: unknown; all_day?: unknown }) => JSON.parse(JSON.stringify(event)) as unknown
