import { quote } from '../hosts/quote.ts'
import type { Spec } from '../sessions/session.ts'
import type { Fits } from './fit.ts'
import type { EngineFlags } from './flags-known.ts'
import { hubsOf } from './hubs.ts'
import type { Place } from './machines.ts'
import type { Plan } from './plan.ts'

/** What is worth saying of a launch before it happens, and never a reason to hold it up. */
export type Advise = (place: Place, plan: Plan, spec: Spec) => Promise<string[]>

const WITHIN = 1900
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
    const fitted = await fits.of(place, plan, { deadline: WITHIN })
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
      { lane: 'slow', deadline: WITHIN },
    )
    const free = Number(stdout.toString().trim()) / 1024 ** 2
    return free > 0 && free < SHORT_GIB
      ? [`Disk is short on ${place.name}: ${free.toFixed(1)} GiB are left for downloads.`]
      : []
  }

  return async (place, plan, spec) => {
    if (plan.kind !== 'serve') return []
    const said: string[] = []
    const parts = [memory(place, plan), flags.check(place, spec, WITHIN)].map(part =>
      part.then(
        warnings => void said.push(...warnings),
        error => {
          // Advice that could not be had in time is none; what else went wrong is worth a note.
          if ((error as { code?: string }).code !== 'deadline') deps.report(error)
        },
      ),
    )
    const late = new Promise<void>(resolve => setTimeout(resolve, WITHIN).unref())
    await Promise.race([Promise.all(parts), late])
    return [...said]
  }
}
