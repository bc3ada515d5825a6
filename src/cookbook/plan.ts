import { Problem } from '../contract/problem.ts'
import type { Environment } from '../sessions/environment.ts'
import { type Invocation, type Word, word } from '../sessions/word.ts'
import { type Command, judgeInvocation, type Policy, parseCommand } from './command/command.ts'
import { environmentPrefix, gpuIndexes, modelId } from './command/fields.ts'
import { setFlag } from './command/flags.ts'
import { refuseStarred, showCommand } from './command/redact.ts'
import { takeSecrets } from './command/secrets.ts'
import { noPort, type Serving, servingOf } from './command/serving.ts'
import { checkVariable } from './command/variables.ts'
import type { Place } from './machines.ts'

/** A launch as it was asked for, by whichever door. */
export interface Asked {
  cmd: string
  repo_id?: string
  gpus?: string | null
  env_prefix?: string | null
  name?: string
  restart?: string | null
  container?: string
  /** The command as data, instead of its text: of ours, or kept from a launch before. */
  run?: Invocation
  /** Entered instead of what `env_prefix` would say. */
  environment?: Environment | null
  /** Kept from a launch before: what its command had set and what nobody is shown. */
  secrets?: Record<string, string>
  /** Something that works and ends instead of serving: a command of ours, nobody's text. */
  task?: { kind: 'download' | 'copy'; name: string; model: string; hosts?: readonly string[] }
}

/** The same, understood: what will run, and what it needs. Nothing has happened yet. */
export interface Plan {
  run: Invocation
  kind: 'serve' | 'install' | 'container' | 'download' | 'copy'
  shown: string
  serving: Serving
  name: string
  model: string | null
  environment: Environment | null
  gpus: number[]
  /** The ports to try, in order; empty for what does not listen. */
  ports: number[]
  restart: { times: number } | null
  variables: Record<string, string>
  /** What must never be stored or shown: handed to the process through its environment alone. */
  secrets: Record<string, string>
}

const OLLAMA_PORTS = 11

export const planLaunch = (asked: Asked, place: Place, policy: Policy): Plan => {
  const { run: kept, task } = asked
  if (!kept) refuseStarred(asked.cmd)
  for (const { name } of kept?.assignments ?? []) checkVariable(name)
  const command: Command = kept
    ? ({ ...kept, kind: task ? 'install' : judgeInvocation(kept, policy) } as Command)
    : parseCommand(asked.cmd, policy)
  const install = command.kind === 'install'
  const wrong = install ? null : noPort(command)
  if (wrong !== null)
    throw new Problem('invalid', `'${wrong}' is not a port: that is a number from 1 to 65535.`)
  const serving = servingOf(command)
  const model = task?.model ?? (asked.repo_id ? modelId(asked.repo_id, install) : serving.model)
  const environment =
    asked.environment !== undefined
      ? asked.environment
      : asked.env_prefix
        ? environmentPrefix(asked.env_prefix)
        : defaultEnvironment(place)
  const gpus = install ? [] : gpusFor(asked, place, serving)
  const { run: bare, secrets } = takeSecrets(command)
  const run = asked.container ? inContainer(bare, asked.container, gpus) : bare
  return {
    run,
    kind: task ? task.kind : install ? 'install' : asked.container ? 'container' : 'serve',
    shown: showCommand(run),
    serving,
    name: task?.name || asked.name?.trim() || nameOf(serving, model) || (install ? 'install' : 'serve'),
    model,
    environment: asked.container ? null : environment,
    gpus,
    ports: install ? [] : portsFor(serving, place),
    restart: restartRule(asked.restart),
    variables: variablesFor(place, command, gpus),
    secrets: { ...asked.secrets, ...secrets },
  }
}

/** The plan with one of its ports written into the command where the command does not say it. */
export const withPort = (plan: Plan, port: number | null): Plan => {
  if (port === null || plan.serving.portGiven || port === plan.serving.port) return plan
  const run: Invocation =
    plan.serving.engine === 'ollama'
      ? {
          ...plan.run,
          assignments: [...plan.run.assignments, { name: 'OLLAMA_HOST', value: word(`127.0.0.1:${port}`) }],
        }
      : { ...plan.run, argv: setFlag(plan.run.argv, '--port', String(port)) }
  return { ...plan, run, shown: showCommand(run) }
}

const defaultEnvironment = ({ settings }: Place): Environment | null => {
  if (settings.env === 'none' || !settings.env_path) return null
  const path = homed(settings.env_path)
  return settings.env === 'venv' ? { kind: 'source', path } : { kind: 'conda', name: path }
}

const homed = (path: string): Word =>
  path === '~' || path.startsWith('~/') ? [{ kind: 'home' }, ...word(path.slice(1))] : word(path)

/** What the command sets itself wins, over there too; where it names a GPU by anything but its number, none is known. */
const gpusFor = (asked: Asked, place: Place, serving: Serving): number[] => {
  const named = gpuIndexes(asked.gpus)
  if (serving.gpus) {
    return serving.gpus.every(index => /^\d{1,4}$/.test(index)) ? serving.gpus.map(Number) : []
  }
  return named ?? gpuIndexes(place.settings.gpus) ?? []
}

const portsFor = (serving: Serving, { settings }: Place): number[] => {
  if (serving.port === null) return []
  if (serving.portGiven) return [serving.port]
  if (settings.port_range) {
    const [from, to] = settings.port_range
    return Array.from({ length: Math.max(0, to - from + 1) }, (_, at) => from + at).slice(0, 200)
  }
  if (serving.engine === 'ollama') return Array.from({ length: OLLAMA_PORTS }, (_, at) => serving.port! + at)
  return [serving.port]
}

const variablesFor = (place: Place, command: Command, gpus: readonly number[]): Record<string, string> => {
  const set = new Set(command.assignments.map(assignment => assignment.name))
  const visible = gpus.length > 0 ? { CUDA_VISIBLE_DEVICES: gpus.join(',') } : {}
  return Object.fromEntries(
    Object.entries({ ...place.settings.variables, ...visible }).filter(([name]) => !set.has(name)),
  )
}

const restartRule = (text: string | null | undefined): { times: number } | null => {
  if (!text || text === 'no') return null
  const found = text.match(/^on-failure(?::(\d{1,2}))?$/)
  if (!found) throw new Problem('invalid', `'${text}' is not a restart rule: write on-failure:3.`)
  return { times: Number(found[1] ?? 3) }
}

const nameOf = (serving: Serving, model: string | null): string =>
  serving.servedName ?? model?.split('/').filter(Boolean).at(-1) ?? serving.engine

/** The engine of an image instead of the host's own; its files are the host's. */
const inContainer = (command: Invocation, image: string, gpus: readonly number[]): Invocation => {
  if (!/^[\w][\w./:@-]{0,254}$/.test(image))
    throw new Problem('invalid', `'${image}' is not the name of an image.`)
  const variables = command.assignments.flatMap(({ name, value }) => [
    word('-e'),
    [...word(`${name}=`), ...value],
  ])
  const devices = gpus.length > 0 ? `"device=${gpus.join(',')}"` : 'all'
  const cache: Word = [{ kind: 'home' }, ...word('/.cache/huggingface:/root/.cache/huggingface')]
  const docker = ['docker', 'run', '--rm', '--network', 'host', '--ipc', 'host', '--gpus', devices, '-v']
  return { assignments: [], argv: [...docker.map(word), cache, ...variables, word(image), ...command.argv] }
}
