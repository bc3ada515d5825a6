import type { Spec } from '../sessions/session.ts'
import { literal } from '../sessions/word.ts'
import { disksOf, roomWarnings } from './disks.ts'
import type { Fits } from './fit.ts'
import type { EngineFlags } from './flags-known.ts'
import type { Place } from './machines.ts'
import type { Plan } from './plan.ts'

/** What is worth saying of a launch before it happens, and never a reason to hold it up. */
export type Advise = (
  place: Place,
  plan: Plan,
  spec: Spec,
  /** Told what came too late to be waited for. */
  late: (warnings: string[]) => void,
) => Promise<string[]>

const WITHIN = 1900
/** How long it is worth asking for all the same. */
const AT_MOST = 20_000
const NAMED = /^[\w.-]+\/[\w.-]+$/

export const openAdvice = (deps: {
  fits: Fits
  flags: EngineFlags
  weigh: (model: string) => { bytes: number; guessed: boolean } | null
  report: (error: unknown) => void
}): Advise => {
  const { fits, flags } = deps

  const memory = async (place: Place, plan: Plan): Promise<string[]> => {
    const fitted = await fits.of(place, plan, { deadline: AT_MOST })
    if (!fitted) return []
    const { report, sentence, present } = fitted
    if (present)
      return [
        ...(report.verdict === 'tight' || report.verdict === 'does_not' ? [sentence] : []),
        ...report.problems,
      ]
    if (!plan.model || !NAMED.test(plan.model)) return []
    return [
      `${plan.model} is not in the cache of ${place.name}; it will be downloaded first.`,
      ...(await room(place, plan.model)),
    ]
  }

  const room = async (place: Place, model: string): Promise<string[]> =>
    roomWarnings(place, await disksOf(place, AT_MOST), model, deps.weigh(model))

  /** Part of a model may be much less than all of it. */
  const download = async (place: Place, { model, run }: Plan): Promise<string[]> =>
    model && !run.argv.some(one => literal(one) === '--include') ? room(place, model) : []

  return async (place, plan, spec, late) => {
    if (plan.kind !== 'serve' && plan.kind !== 'download') return []
    const said: string[] = []
    let over = false
    const asked =
      plan.kind === 'download'
        ? [download(place, plan)]
        : [memory(place, plan), flags.check(place, spec, AT_MOST)]
    const parts = asked.map(part =>
      part.then(
        warnings => {
          if (!over) said.push(...warnings)
          else if (warnings.length > 0) late(warnings)
        },
        error => {
          // Advice that could not be had in time is none; what else went wrong is worth a note.
          if ((error as { code?: string }).code !== 'deadline') deps.report(error)
        },
      ),
    )
    const enough = new Promise<void>(resolve => setTimeout(resolve, WITHIN).unref())
    await Promise.race([Promise.all(parts), enough])
    over = true
    return said
  }
}
