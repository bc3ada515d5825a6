import type { ShownCalendar } from '../../../store/calendar.ts'
import type { Access } from '../dav/dav.ts'
import { ACTOR, type SyncDeps } from './sync.ts'

const NAME = 1
const COLOR = 2
/** What a server does not take stays here alone, until it is changed again. */
const ONLY_HERE = 4

/** Tells a server what a calendar is called and how it is coloured, where that was changed here. */
export const tellName = async (deps: SyncDeps, calendar: ShownCalendar, access: Access): Promise<void> => {
  const { store, remote, changes, dav } = deps
  const { id, name, color, href } = calendar
  const { telling } = remote.state(id)
  if ((telling & (NAME | COLOR)) === 0 || (telling & ONLY_HERE) !== 0) return
  const taken = await dav.describe(access, href!, {
    ...(telling & NAME ? { name } : {}),
    ...(telling & COLOR ? { color } : {}),
  })
  changes.write(ACTOR, tx => {
    const now = store.calendars().find(each => each.id === id)
    // Changed again meanwhile: that is still to be told.
    if (now?.name !== name || now.color !== color) return
    const state = remote.state(id)
    const [there, shade] = JSON.parse(state.said ?? '[]') as [string?, (string | null)?]
    const said = JSON.stringify([telling & NAME ? name : there, telling & COLOR ? color : shade])
    if (taken) return remote.putState(tx, { ...state, telling: 0, said })
    remote.putState(tx, { ...state, telling: telling | ONLY_HERE })
    tx.say({
      action: 'calendars.edit',
      noun: 'calendar',
      id,
      summary: `"${name}" ${onlyHere(telling)}`,
      data: { id, name, color },
    })
  })
}

/** What the server did not take of it, in a sentence, or null. */
export const untaken = (telling: number): string | null =>
  (telling & ONLY_HERE) === 0 ? null : `It ${onlyHere(telling)}`

const onlyHere = (telling: number): string =>
  `has its new ${['name', 'colour', 'name and colour'][(telling & 3) - 1]} only here: its server does not take it.`
