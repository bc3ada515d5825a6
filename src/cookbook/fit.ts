import type { FitReport } from '../contract/serve.ts'
import { readGpus } from '../gpus/gpus.ts'
import type { GpuReading } from '../gpus/reading.ts'
import { type Fit, fitLaunch } from '../models/fit/fit.ts'
import { type EngineName, learnOverhead } from '../models/fit/overhead.ts'
import type { FitSettings } from '../models/fit/question.ts'
import { readModelFacts } from '../models/fit/read.ts'
import { settingsOf } from '../models/fit/settings.ts'
import { hubsOf } from './hubs.ts'
import type { Place } from './machines.ts'
import { argvOf, fitEngine, measuredBefore } from './measured.ts'
import type { Plan } from './plan.ts'
import type { Serves } from './serves.ts'

export interface Fitted {
  report: FitReport
  sentence: string
  /** False: its files are not on the host. */
  present: boolean
}

export interface Fits {
  /** Whether a planned launch fits its GPUs; null where the engine is none whose arithmetic is known. */
  of(
    place: Place,
    plan: Pick<Plan, 'run' | 'serving' | 'model' | 'gpus'>,
    options: {
      signal?: AbortSignal
      deadline: number
      more?: Partial<FitSettings>
      /** The serve it is compared with. */
      like?: string
      /** The serve it takes the place of: what that holds is as good as free. */
      replaces?: string
    },
  ): Promise<Fitted | null>
}

const GIB = 1024 ** 3
const MIB = 1024 ** 2
const FRESH = 30_000

export const openFits = (deps: { serves: Serves; now: () => number }): Fits => {
  const reading = async (place: Place, deadline: number): Promise<GpuReading> => {
    const known = place.gpus.reading
    if (known && deps.now() - known.at < FRESH) return known
    return readGpus(place.host, { deadline })
  }

  /** What this engine took for itself on this host before. */
  const overhead = (place: Place, engine: EngineName) =>
    learnOverhead(
      engine,
      deps.serves
        .all()
        .filter(({ kept }) => kept.host === place.id && kept.engine === engine)
        .flatMap(({ kept }) => kept.score?.figures ?? []),
    )

  return {
    async of(place, plan, { signal, deadline, more, like, replaces }) {
      const engine = fitEngine(plan.serving.engine)
      if (engine === null || !plan.model) return null
      const [facts, seen] = await Promise.all([
        readModelFacts(place.host, plan.model, { hubs: hubsOf(place), signal, deadline }),
        reading(place, deadline),
      ])
      if (!facts) return { report: unknown(), sentence: '', present: false }
      const settings = { ...settingsOf(engine, argvOf(plan.run)), ...more }
      const wanted = engine === 'llama.cpp' ? seen.gpus.length : settings.tp * settings.pp
      const chosen =
        plan.gpus.length > 0
          ? seen.gpus.filter(gpu => plan.gpus.includes(gpu.index))
          : seen.gpus.slice(0, wanted)
      const measured = chosen.filter(gpu => gpu.totalMiB !== null)
      if (measured.length === 0)
        return { report: unknown(), sentence: 'Cannot tell: no GPU is seen there.', present: true }
      const before = measuredBefore(
        deps.serves.all().map(({ kept }) => kept),
        place.id,
        plan,
      )
      const freed = freedBy(seen, replaces)
      const fit = fitLaunch({
        engine,
        architecture: facts.architecture,
        weightBytes: facts.weightBytes,
        gpus: measured.map(gpu => ({
          name: gpu.name,
          totalBytes: gpu.totalMiB! * MIB,
          freeBytes: (gpu.freeMiB ?? gpu.totalMiB! - (gpu.usedMiB ?? 0)) * MIB + freed(gpu.index),
          capability: gpu.capability,
          unified: gpu.unified,
        })),
        gpusOnHost: seen.gpus.length,
        settings,
        overhead: overhead(place, engine),
        measured: before?.measured,
      })
      const kin = like === undefined ? null : deps.serves.find(like)?.kept.lineage
      const start =
        before &&
        `attempt ${before.kept.attempt}${before.kept.lineage === kin ? '' : ` of ${before.kept.name}`}`
      const report = reportOf(fit, start, Math.max(0, ...measured.map(gpu => freed(gpu.index))))
      const basis = report.measured_in ? ` Measured in ${report.measured_in}.` : ''
      return { report, sentence: `${fit.sentence}${basis}`, present: true }
    },
  }
}

/** What a serve holds of each GPU. */
const freedBy = (seen: GpuReading, serve: string | undefined): ((gpu: number) => number) => {
  const its = serve === undefined ? [] : seen.processes.filter(one => one.session === serve)
  return gpu => its.filter(one => one.gpu === gpu).reduce((sum, one) => sum + (one.usedMiB ?? 0), 0) * MIB
}

const unknown = (): FitReport => ({
  verdict: 'unknown',
  spare_gib: null,
  upper_bound: false,
  basis: 'estimated',
  measured_in: null,
  longest: null,
  freed_gib: 0,
  parts: [],
  settings: [],
  problems: [],
})

const reportOf = (
  { estimate, problems, suggestions }: Fit,
  start: string | null,
  freed: number,
): FitReport => ({
  verdict: estimate.verdict === 'does not' ? 'does_not' : estimate.verdict,
  spare_gib: Number.isFinite(estimate.spare) ? hundredths(estimate.spare / GIB) : null,
  upper_bound: estimate.bound === 'upper',
  basis: estimate.measured ? 'measured' : 'estimated',
  measured_in: estimate.measured ? start : null,
  longest: estimate.verdict === 'unknown' ? null : Math.floor(estimate.longest),
  freed_gib: hundredths(freed / GIB),
  parts: Object.entries(estimate.terms).map(([what, bytes]) => ({ what, gib: hundredths(bytes / GIB) })),
  settings: suggestions.map(({ flag, value, cost }) => ({
    title: `${flag}${value === null ? '' : ` ${value}`}: ${cost}`,
    operations: [value === null ? { op: 'append', flag } : { op: 'set', flag, value }],
  })),
  problems: problems.map(problem => `${problem.message}${problem.fix ? ` ${problem.fix}` : ''}`),
})

const hundredths = (value: number): number => Math.round(value * 100) / 100
