import { status } from '../sessions/status.ts'
import type { Machines } from './machines.ts'
import type { Known, Serves } from './serves.ts'
import { overThere } from './trouble.ts'

/** Which of our serves a restart of their host took, and nobody stopped or replaced since. */
export const takenByReboot = async (
  machines: Machines,
  serves: Serves,
  reference: string,
): Promise<Known[]> => {
  const place = machines.at(reference)
  const seen = await overThere(place.name, status(place.host, place.site, { deadline: 10_000 }))
  for (const session of seen.sessions)
    if (!serves.find(session.id)?.kept.ending) serves.observe(place, session)
  const rebooted = new Set(
    seen.sessions
      .filter(
        ({ meta, state, stopRequested }) =>
          meta && meta.boot !== seen.boot && state === 'lost' && !stopRequested,
      )
      .map(({ id }) => id),
  )
  const newest = new Map<string, Known>()
  for (const one of serves.all()) {
    const other = newest.get(one.kept.lineage)
    if (!other || one.kept.attempt > other.kept.attempt) newest.set(one.kept.lineage, one)
  }
  return [...newest.values()]
    .filter(
      one => one.kept.host === place.id && rebooted.has(one.kept.id) && one.kept.ending?.kind === 'lost',
    )
    .filter(one => one.kept.kind === 'serve' || one.kept.kind === 'container')
    .filter(one => serves.view(one).mine)
    .sort((a, b) => a.kept.launched_at - b.kept.launched_at)
}
