import type { Changes } from '../../store/changes.ts'
import type { Machines, Place } from './machines.ts'

const GONE_AFTER = 30_000
const GONE = 'hosts.unreachable'
const BACK = 'hosts.reached'

/** A host's own trouble is told once when it lasts, and once when it is over, however often it is tried and Ithaca started. */
export const openAbsences = (deps: { machines: Machines; changes: Changes; now: () => number }) => {
  const { machines, changes, now } = deps
  const told = new Map<string, boolean>()

  /** What was told last; before this start, as the trail has it. */
  const isTold = (id: string): boolean => {
    const known = told.get(id)
    if (known !== undefined) return known
    const { items } = changes.audit({ noun: 'host', object: id, limit: 100 })
    const last = items.find(({ action }) => action === GONE || action === BACK)
    told.set(id, last?.action === GONE)
    return last?.action === GONE
  }

  /** It may have been changed or forgotten while it was looked at. */
  const isStale = (place: Place): boolean => !machines.all().includes(place)

  const tell = ({ id }: Place, action: string, summary: string): void => {
    told.set(id, action === GONE)
    changes.write({ actor: 'ithaca' }, tx =>
      tx.say({ action, noun: 'host', id, summary, data: machines.view(id) }),
    )
  }

  return {
    missed(place: Place): void {
      const { reach } = place.host
      if (reach.state !== 'unreachable' || now() - reach.since < GONE_AFTER) return
      if (isStale(place) || isTold(place.id)) return
      tell(place, GONE, `${place.name} cannot be reached: ${reach.reason}`)
    },
    seen(place: Place): void {
      if (!isStale(place) && isTold(place.id)) tell(place, BACK, `${place.name} can be reached again`)
    },
  }
}
