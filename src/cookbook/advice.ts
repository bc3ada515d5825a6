import { quote } from '../hosts/quote.ts'
import type { Spec } from '../sessions/session.ts'
import type { Fits } from './fit.ts'
import type { EngineFlags } from './flags-known.ts'
import { hubsOf } from './hubs.ts'
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
/** With less disk left than this, a download is likely not to end well. */
const SHORT_GIB = 20
const NAMED = /^[\w.-]+\/[\w.-]+$/

export const openAdvice = (deps: {
  fits: Fits
  flags: EngineFlags
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
      ...(await disk(place)),
    ]
  }

  const disk = async (place: Place): Promise<string[]> => {
    const folders = [...hubsOf(place), '~'].map(path => (path === '~' ? '"$HOME"' : quote(path)))
    const { stdout } = await place.host.ask(
      `for d in ${folders.join(' ')}; do [ -d "$d" ] && { df -Pk "$d" | awk 'NR == 2 { print $4 }'; break; }; done`,
      { lane: 'slow', deadline: AT_MOST },
    )
    const free = Number(stdout.toString().trim()) / 1024 ** 2
    return free > 0 && free < SHORT_GIB
      ? [`Disk is short on ${place.name}: ${free.toFixed(1)} GiB are left for downloads.`]
      : []
  }

  return async (place, plan, spec, late) => {
    if (plan.kind !== 'serve') return []
    const said: string[] = []
    let over = false
    const parts = [memory(place, plan), flags.check(place, spec, AT_MOST)].map(part =>
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
