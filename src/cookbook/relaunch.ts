import type { KeptServe } from '../../store/serves.ts'
import type { cookbook as routes } from '../contract/cookbook.ts'
import { Problem } from '../contract/problem.ts'
import type { Parsed } from '../contract/route.ts'
import type { Diagnosis, Operation } from '../contract/serve.ts'
import type { Environment } from '../sessions/environment.ts'
import type { Invocation } from '../sessions/word.ts'
import { changeCommand, differenceOf, settingOf, unsettingOf } from './change.ts'
import { type Policy, parseCommand } from './command/command.ts'
import { isSecretName, refuseStarred } from './command/redact.ts'
import { takeSecrets } from './command/secrets.ts'
import { servingOf } from './command/serving.ts'
import { formatOperation } from './diagnosis/format.ts'
import type { Operation as EngineOperation } from './diagnosis/types.ts'
import type { LaunchAsked } from './launching.ts'
import type { Machines, Place } from './machines.ts'
import type { Known, Serves } from './serves.ts'
import type { Why } from './why.ts'

export type RelaunchAsked = Parsed<typeof routes.relaunch>

/** A new attempt of an old launch: the same command with changes, in the same lineage. */
export interface Relaunch {
  /** What is to be launched. Nothing has happened yet. */
  plan(asked: RelaunchAsked): Promise<{ known: Known; wanted: LaunchAsked; difference: string[] }>
}

export const openRelaunch = (deps: {
  machines: Machines
  serves: Serves
  why: Why
  policy: () => Policy
  seal: { open(sealed: Buffer): string }
}): Relaunch => {
  const { machines, serves, why } = deps

  const fixOf = async (one: Known, id: string): Promise<Diagnosis['fixes'][number]> => {
    const { diagnosis } = await why.of(one.kept.id)
    const fix = diagnosis.fixes.find(each => each.id === id || each.id.startsWith(id))
    if (fix) return fix
    const offered = diagnosis.fixes.map(each => `${each.id} (${each.title})`).join(', ')
    throw new Problem(
      'not_found',
      `There is no fix '${id}' for ${one.kept.name}. ${offered ? `There are: ${offered}.` : 'None is known for what its log says.'}`,
      { fixes: diagnosis.fixes.map(each => each.id) },
    )
  }

  const secretsOf = (kept: KeptServe, gone: readonly string[]): Record<string, string> => {
    if (!kept.sealed) return {}
    const all = JSON.parse(deps.seal.open(kept.sealed)) as Record<string, string>
    return Object.fromEntries(Object.entries(all).filter(([name]) => !gone.includes(name)))
  }

  return {
    async plan(asked) {
      const one = serves.get(asked.id)
      const { kept } = one
      const before = kept.run as Invocation | null
      if (before === null || kept.origin !== 'launched')
        throw new Problem(
          'conflict',
          `${kept.name} was not launched here; launch it with its command instead.`,
        )
      if (kept.kind === 'container' || kept.kind === 'copy')
        throw new Problem('conflict', `A ${kept.kind} is started anew, not relaunched.`)
      if (!kept.ending && !asked.stop)
        throw new Problem(
          'conflict',
          `${kept.name} is still live. Stop it first, or relaunch it with --stop.`,
          { state: serves.state(one) },
        )
      if (asked.cmd) refuseStarred(asked.cmd)
      const fix = asked.apply ? await fixOf(one, asked.apply) : null
      const operations = [
        ...(fix?.operations ?? []),
        ...(asked.unset ?? []).map(text => said(unsettingOf(text), text, '--flag or NAME')),
        ...(asked.set ?? []).map(text => said(settingOf(text), text, '--flag=value or NAME=value')),
      ]
      const { run: start, secrets: given } = asked.cmd
        ? takeSecrets(parseCommand(asked.cmd, deps.policy()))
        : { run: before, secrets: {} }
      const changed = changeCommand(start, operations)
      const place = machines.at(kept.host)
      const gpus = gpusAfter(changed.left, kept, place)
      const byHand = changed.left.filter(operation => operation.op !== 'pick_gpus')
      if (byHand.length > 0) throw handProblem(byHand, kept, place)
      const gone = operations.flatMap(each => (each.op === 'env' && each.value === null ? [each.name] : []))
      const fresh = takeSecrets(changed.run)
      const difference = [
        ...differenceOf(before, changed.run),
        ...(gpus.join() === kept.gpus.join() ? [] : [`-gpus ${kept.gpus.join()}`, `+gpus ${gpus.join()}`]),
        ...gone.filter(isSecretName).map(name => `-${name}=***`),
      ]
      const attempt = Math.max(kept.attempt, ...serves.lineage(kept.lineage).map(each => each.attempt)) + 1
      const task =
        kept.kind === 'download' ? { kind: kept.kind, name: kept.name, model: kept.model ?? '' } : undefined
      return {
        known: one,
        difference,
        wanted: {
          cmd: kept.shown,
          run: fresh.run,
          environment: kept.environment as Environment | null,
          secrets: { ...secretsOf(kept, gone), ...given, ...fresh.secrets },
          host: kept.host,
          gpus: gpus.length > 0 ? gpus.join(',') : null,
          name: kept.name,
          restart: kept.restart ? `on-failure:${kept.restart.times}` : null,
          task,
          ...(task || servingOf(before).model === kept.model ? {} : { repo_id: kept.model ?? undefined }),
          lineage: { lineage: kept.lineage, attempt, parent: kept.id, fix: fix?.id ?? null, difference },
        },
      }
    },
  }
}

const said = (operation: Operation | null, text: string, form: string): Operation => {
  if (operation) return operation
  throw new Problem('invalid', `'${text.slice(0, 100)}' is not a change: write ${form}.`)
}

/** Other GPUs, with the most memory free, where a fix asks for that. */
const gpusAfter = (left: readonly Operation[], kept: KeptServe, place: Place): number[] => {
  const pick = left.find(operation => operation.op === 'pick_gpus')
  if (!pick) return kept.gpus
  const count = pick.count ?? Math.max(1, kept.gpus.length)
  const free = (place.gpus.reading?.gpus ?? [])
    .filter(gpu => pick.freeGiB === null || (gpu.freeMiB ?? 0) >= pick.freeGiB * 1024)
    .sort((a, b) => (b.freeMiB ?? 0) - (a.freeMiB ?? 0))
  if (free.length < count)
    throw new Problem(
      'conflict',
      `${place.name} has no ${count} GPU${count === 1 ? '' : 's'}${pick.freeGiB === null ? '' : ` with ${pick.freeGiB} GiB free`} to pick now.`,
    )
  return free
    .slice(0, count)
    .map(gpu => gpu.index)
    .sort((a, b) => a - b)
}

const handProblem = (left: readonly Operation[], kept: KeptServe, place: Place): Problem => {
  const steps = left.map(operation => formatOperation(operation as EngineOperation))
  const packages = left.flatMap(operation =>
    operation.op === 'install' && operation.by === 'pip' ? operation.packages : [],
  )
  const how =
    packages.length > 0
      ? ` Install with: ithaca models install ${packages.join(' ')} --host ${place.name}.`
      : ''
  return new Problem(
    'conflict',
    `This fix is not a change of the command. Do it on ${place.name}: ${steps.join('; ')}.${how} Then relaunch: ithaca cookbook relaunch ${kept.id}`,
    { by_hand: steps },
  )
}
