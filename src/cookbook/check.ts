import type * as z from 'zod'
import type { Actor } from '../contract/actor.ts'
import type { cookbook as routes } from '../contract/cookbook.ts'
import { Problem } from '../contract/problem.ts'
import type { Parsed } from '../contract/route.ts'
import type { FitReport } from '../contract/serve.ts'
import type { Spec } from '../sessions/session.ts'
import { status } from '../sessions/status.ts'
import type { Invocation } from '../sessions/word.ts'
import { differenceOf } from './change.ts'
import { type Policy, parseCommand } from './command/command.ts'
import { servingOf } from './command/serving.ts'
import type { Fits } from './fit.ts'
import type { EngineFlags } from './flags-known.ts'
import type { Launching } from './launching.ts'
import type { Machines, Place } from './machines.ts'
import { type Plan, planLaunch } from './plan.ts'
import { type Readiness, readiness } from './preflight.ts'
import type { Serves } from './serves.ts'
import { overThere } from './trouble.ts'

type Checked = z.output<typeof routes.check.out>

/** What a launch would meet, while it is still being typed. */
export interface Check {
  launch(asked: Parsed<typeof routes.check>, actor: Actor): Promise<Checked>
  fit(asked: Parsed<typeof routes.fit>): Promise<FitReport>
}

const WITHIN = 4000
const REMEMBERED = 60_000

export const openCheck = (deps: {
  machines: Machines
  serves: Serves
  launching: Launching
  fits: Fits
  flags: EngineFlags
  policy: () => Policy
  now: () => number
}): Check => {
  const { machines, serves, launching, fits, now } = deps
  const ready = new Map<string, { at: number; answer: Promise<Readiness> }>()

  /** Whether the engine is there changes seldom, and every letter typed asks. */
  const readinessOf = (place: Place, spec: Spec, gone: string | undefined): Promise<Readiness> => {
    const { run, environment, variables } = spec
    const key = JSON.stringify([place.id, environment, variables, run.argv.slice(0, 3), spec.gpus, gone])
    for (const [other, { at }] of ready) if (now() - at > REMEMBERED) ready.delete(other)
    const known = ready.get(key)
    if (known) return known.answer
    const answer = readiness(place, spec, gone)
    ready.set(key, { at: now(), answer })
    answer.catch(() => ready.delete(key))
    return answer
  }

  /** What is to be replaced holds nothing against its successor. */
  const portHolder = async (place: Place, plan: Plan, gone: string | undefined): Promise<string | null> => {
    const [port] = plan.ports
    if (port === undefined || plan.ports.length > 1) return null
    const mine = serves.all().find(({ kept }) => !kept.ending && kept.host === place.id && kept.port === port)
    if (mine && mine.kept.id === gone) return null
    if (mine) return `${mine.kept.name} (${mine.kept.id})`
    const { listening } = await status(place.host, place.site)
    return listening.has(port) ? 'another program' : null
  }

  const busyGpus = (place: Place, plan: Plan, gone: string | undefined): string[] =>
    serves
      .all()
      .filter(one => !one.kept.ending && one.kept.host === place.id && one.kept.id !== gone)
      .flatMap(({ kept }) => {
        const shared = kept.gpus.filter(gpu => plan.gpus.includes(gpu))
        return shared.length > 0 ? [`${kept.name} (${kept.id}) uses GPU ${shared.join(', ')} already.`] : []
      })

  const meets = async (
    place: Place,
    plan: Plan,
    { like, gone }: { like: string | undefined; gone: string | undefined },
    signal: AbortSignal,
  ) => {
    const spec = specOf(plan)
    const within = <T>(work: Promise<T>, otherwise: T): Promise<T> =>
      Promise.race([
        work.catch(() => otherwise),
        new Promise<T>(resolve => {
          signal.addEventListener('abort', () => resolve(otherwise), { once: true })
        }),
      ])
    return Promise.all([
      within<string | null>(portHolder(place, plan, gone), null),
      within<Readiness>(readinessOf(place, spec, gone), { missing: null, warnings: [] }),
      plan.kind === 'serve'
        ? within(fits.of(place, plan, { deadline: WITHIN, like, replaces: gone }), null)
        : null,
      plan.kind === 'serve' ? within(deps.flags.check(place, spec, WITHIN), []) : [],
    ])
  }

  return {
    async launch({ like, replaces, stop_at: _at, ...asked }, actor) {
      const old = like === undefined ? null : serves.get(like).kept
      const before = (old?.run ?? null) as Invocation | null
      const gone = replaces ? old?.id : undefined
      const gpus = asked.gpus ?? (gone && old && old.gpus.length > 0 ? old.gpus.join(',') : undefined)
      let planned: ReturnType<Launching['plan']>
      try {
        planned = launching.plan({ ...asked, gpus }, actor)
      } catch (error) {
        if (!(error instanceof Problem) || error.code === 'not_found') throw error
        return { ...nothing, error: error.message }
      }
      const { place, plan, fence } = planned
      const [holder, before_, fitted, flags] = await meets(
        place,
        plan,
        { like: old?.id, gone },
        AbortSignal.timeout(WITHIN),
      )
      const unreachable = place.host.reach.state === 'unreachable' ? place.host.reach.reason : null
      const error =
        fence ??
        (unreachable === null ? null : `${place.name} cannot be reached: ${unreachable}`) ??
        before_.missing ??
        (holder === null ? null : `Port ${plan.ports[0]} of ${place.name} is taken by ${holder}.`)
      return {
        ok: error === null,
        error,
        engine: plan.kind === 'install' ? null : plan.serving.engine,
        model: plan.model,
        port: plan.ports[0] ?? null,
        gpus: plan.gpus,
        warnings: [
          ...before_.warnings,
          ...busyGpus(place, plan, gone),
          ...(fitted && !fitted.present && plan.model ? [`${plan.model} is not on ${place.name} yet.`] : []),
          ...(fitted?.present ? [fitted.sentence] : []).filter(text => !text.startsWith('Fits')),
          ...flags,
        ],
        difference: before ? differenceOf(before, plan.run) : [],
        fit: fitted?.present ? { ...fitted.report, problems: [...fitted.report.problems, ...flags] } : null,
      }
    },

    async fit({ cmd, model, host, gpus, context, tensor_parallel: tp }) {
      const place = machines.at(host)
      const command = cmd?.trim() ? cmd : model ? `vllm serve ${model}` : null
      if (!command) throw new Problem('invalid', 'Say what: a command, or a model.')
      // A model alone may be named where a command is expected.
      const line =
        /^\S+\/\S+$/.test(command) && !parses(command, deps.policy()) ? `vllm serve ${command}` : command
      const plan = planLaunch({ cmd: line, gpus, repo_id: model }, place, deps.policy())
      const more = { ...(context ? { context } : {}), ...(tp ? { tp } : {}) }
      const [fitted, flags] = await Promise.all([
        overThere(place.name, fits.of(place, plan, { deadline: 20_000, more })),
        cmd && line === cmd ? deps.flags.check(place, specOf(plan), 5000) : [],
      ])
      if (!fitted)
        throw new Problem(
          'invalid',
          `How much memory ${servingOf(plan.run).engine} takes is not known; vllm, sglang and llama-server are.`,
        )
      if (!fitted.present)
        throw new Problem(
          'not_found',
          `${plan.model} is not on ${place.name}. Download it first: ithaca models download ${plan.model} --host ${place.name}`,
        )
      return { ...fitted.report, problems: [...fitted.report.problems, ...flags] }
    },
  }
}

const parses = (command: string, policy: Policy): boolean => {
  try {
    parseCommand(command, policy)
    return true
  } catch {
    // Not a command: then it is the name of a model.
    return false
  }
}

export const specOf = (plan: Plan): Spec => ({
  id: 'look',
  run: plan.run,
  environment: plan.environment,
  variables: plan.variables,
  gpus: plan.gpus,
  operator: '',
  actor: '',
})

const nothing: Checked = {
  ok: false,
  error: null,
  engine: null,
  model: null,
  port: null,
  gpus: [],
  warnings: [],
  difference: [],
  fit: null,
}
