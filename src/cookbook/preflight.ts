import { preflight as lookThere } from '../sessions/preflight.ts'
import type { Spec } from '../sessions/session.ts'
import { literal } from '../sessions/word.ts'
import { isPython } from './command/programs.ts'
import type { Place } from './machines.ts'

export interface Readiness {
  /** What is not there, in words; null where it is. */
  missing: string | null
  warnings: string[]
}

const DEADLINE = 6000
const NEARLY_FULL = 0.85

/** What can be known before anything starts: is the engine there, are its variables set, is there room on the GPUs. */
export const readiness = async (
  place: Place,
  spec: Spec,
  /** The serve it takes the place of: what that holds is as good as free. */
  replaces?: string,
): Promise<Readiness> => {
  const warnings = crowdedGpus(place, spec.gpus ?? [], replaces)
  const module = moduleOf(spec)
  try {
    const seen = await lookThere(place.host, spec, { module: module ?? undefined, deadline: DEADLINE })
    warnings.push(...seen.notes.map(note => note.replace(/^ithaca: /, '')))
    warnings.push(...seen.unset.map(name => `$${name} is not set on ${place.name}; it will be empty.`))
    if (seen.program === null)
      return { missing: notThere(place, literal(spec.run.argv[0] ?? []) ?? 'the program'), warnings }
    if (module && seen.module === null)
      return { missing: notThere(place, `the Python package ${module.name}`), warnings }
    return { missing: null, warnings }
  } catch (error) {
    if ((error as { code?: string }).code !== 'deadline') throw error
    return {
      missing: null,
      warnings: [...warnings, `${place.name} was too slow to say whether the engine is installed.`],
    }
  }
}

const moduleOf = (spec: Spec): { python: Spec['run']['argv'][number]; name: string } | null => {
  const [python, ...args] = spec.run.argv
  if (!python || !isPython((literal(python) ?? '').split('/').at(-1) ?? '')) return null
  const at = args.findIndex(argument => literal(argument) === '-m')
  const name = at < 0 ? null : literal(args[at + 1] ?? [])
  return name === null ? null : { python, name }
}

const notThere = (place: Place, what: string): string =>
  `${what} is not installed on ${place.name}, as far as its environment shows. Install it there, or name the environment it is in: ithaca hosts edit ${place.name} --env venv --env-path '~/venv'`

const crowdedGpus = (place: Place, gpus: readonly number[], replaces: string | undefined): string[] => {
  const processes = place.gpus.reading?.processes ?? []
  const its = replaces === undefined ? [] : processes.filter(one => one.session === replaces)
  return (place.gpus.reading?.gpus ?? []).flatMap(({ index, usedMiB, totalMiB }) => {
    if (!gpus.includes(index) || usedMiB === null || totalMiB === null) return []
    const freed = its.reduce((sum, one) => sum + (one.gpu === index ? (one.usedMiB ?? 0) : 0), 0)
    const used = usedMiB - freed
    if (used / totalMiB <= NEARLY_FULL) return []
    return [
      `GPU ${index} is nearly full: ${(used / 1024).toFixed(0)} of ${(totalMiB / 1024).toFixed(0)} GiB are used.`,
    ]
  })
}
