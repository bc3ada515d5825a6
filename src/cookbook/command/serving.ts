import { type Invocation, literal, quoteWord, type Word } from '../../sessions/word.ts'
import { canonical, type Flag, flagNumber, flagValue, flagWord } from './flags.ts'
import { afterUvRun, isPython, programOf } from './programs.ts'

export type Engine =
  | 'vllm'
  | 'sglang'
  | 'llama.cpp'
  | 'ollama'
  | 'tgi'
  | 'mlx'
  | 'lmdeploy'
  | 'trtllm'
  | 'tabbyapi'
  | 'other'

/** What an argument vector says about the server it starts. */
export interface Serving {
  engine: Engine
  model: string | null
  /** The name clients ask for, where it differs from the model. */
  servedName: string | null
  /** The port it will listen on: given, or the engine's own. */
  port: number | null
  portGiven: boolean
  /** Which GPUs `CUDA_VISIBLE_DEVICES` and its like leave it, as they are written; null where nothing limits them. */
  gpus: string[] | null
}

interface Facts {
  port: number | null
  model: Flag
  portFlag: Flag
  name: Flag
}

const PORT = ['--port', '-p']
const NAME = ['--served-model-name', '--alias', '-a', '--model-name']

const FACTS: Record<Engine, Facts> = {
  vllm: { port: 8000, model: '--model', portFlag: '--port', name: '--served-model-name' },
  sglang: {
    port: 30000,
    model: ['--model-path', '--model'],
    portFlag: '--port',
    name: '--served-model-name',
  },
  'llama.cpp': {
    port: 8080,
    model: ['-m', '--model', '-hf', '-hfr', '--hf-repo', '-mu', '--model-url'],
    portFlag: '--port',
    name: ['-a', '--alias', '--model_alias'],
  },
  ollama: { port: 11434, model: [], portFlag: [], name: [] },
  tgi: { port: 3000, model: '--model-id', portFlag: PORT, name: '--served-model-name' },
  mlx: { port: 8080, model: '--model', portFlag: '--port', name: [] },
  lmdeploy: { port: 23333, model: '--model-path', portFlag: '--server-port', name: '--model-name' },
  trtllm: { port: 8000, model: '--model', portFlag: '--port', name: '--served_model_name' },
  tabbyapi: { port: 5000, model: '--model-name', portFlag: '--port', name: [] },
  other: { port: null, model: ['--model', '--model-path'], portFlag: PORT, name: NAME },
}

const ENGINES: [RegExp, Engine][] = [
  [/^vllm/, 'vllm'],
  [/^sglang/, 'sglang'],
  [/^(?:llama[-_]server(?:\.exe)?|llama\.cpp|llama_cpp)/, 'llama.cpp'],
  [/^ollama/, 'ollama'],
  [/^text-generation-launcher$/, 'tgi'],
  [/^mlx_(?:lm|vlm)/, 'mlx'],
  [/^lmdeploy/, 'lmdeploy'],
  [/^(?:trtllm-serve|tensorrt_llm)/, 'trtllm'],
  [/^tabbyapi$/, 'tabbyapi'],
]

const GPU_VARIABLES = ['CUDA_VISIBLE_DEVICES', 'HIP_VISIBLE_DEVICES', 'ROCR_VISIBLE_DEVICES']

export function servingOf(invocation: Invocation): Serving {
  const { name, args } = whatRuns(invocation.argv)
  const engine = ENGINES.find(([pattern]) => pattern.test(name))?.[1] ?? 'other'
  const facts = FACTS[engine]
  const given = givenPort(engine, name, args, invocation) ?? null
  return {
    engine,
    model: modelOf(engine, name, args, facts),
    servedName: flagValue(args, facts.name),
    port: given ?? (name === 'llama_cpp.server' ? 8000 : name === 'http.server' ? 8000 : facts.port),
    portGiven: given !== null,
    gpus: gpusOf(invocation),
  }
}

export const portFlagOf = (engine: Engine): Flag => FACTS[engine].portFlag

export const setVariable = (invocation: Invocation, name: string): string | null => {
  const value = invocation.assignments.findLast(assignment => assignment.name === name)?.value
  return value === undefined ? null : (literal(value) ?? quoteWord(value))
}

/** The program or module that serves, and its own arguments. */
export function whatRuns(argv: readonly Word[]): { name: string; args: Word[] } {
  const program = programOf(argv)
  if (program === 'uv') return whatRuns(afterUvRun(argv.slice(1)))
  if (!isPython(program)) return { name: program, args: argv.slice(1) }
  const at = argv.findIndex((argument, index) => index > 0 && /^-\w*m/.test(literal(argument) ?? ''))
  const attached = at < 0 ? '' : literal(argv[at]!)!.replace(/^-\w*?m/, '')
  if (at < 0) return { name: literal(argv[1] ?? []) ?? '', args: argv.slice(2) }
  if (attached !== '') return { name: attached, args: argv.slice(at + 1) }
  return { name: literal(argv[at + 1] ?? []) ?? '', args: argv.slice(at + 2) }
}

function givenPort(engine: Engine, name: string, args: Word[], invocation: Invocation): number | null {
  const flagged = flagNumber(args, FACTS[engine].portFlag)
  if (flagged !== null) return asPort(flagged)
  if (name === 'http.server') return asPort(Number(literal(args[0] ?? []) ?? Number.NaN))
  const listed = engine === 'ollama' ? setVariable(invocation, 'OLLAMA_HOST') : null
  const fromHost = listed === null ? null : /:(\d{1,5})\/?$/.exec(listed)?.[1]
  if (fromHost) return asPort(Number(fromHost))
  const byVariable = engine === 'llama.cpp' ? setVariable(invocation, 'LLAMA_ARG_PORT') : null
  return byVariable === null ? null : asPort(Number(byVariable))
}

const asPort = (value: number): number | null =>
  Number.isInteger(value) && value >= 1 && value <= 65_535 ? value : null

function modelOf(engine: Engine, name: string, args: Word[], facts: Facts): string | null {
  const positional = (at: number): string | null => {
    const argument = args[at]
    if (argument === undefined || argument.length === 0) return null
    const text = literal(argument) ?? quoteWord(argument)
    return text.startsWith('-') ? null : text
  }
  const verb = literal(args[0] ?? [])
  const flagged = flagValue(args, facts.model)
  if (flagged !== null) return flagged
  if (engine === 'vllm' && verb === 'serve') return positional(1) ?? positional(behindFlags(args))
  if (engine === 'ollama') return verb === 'run' || verb === 'pull' ? positional(1) : null
  if (engine === 'lmdeploy') return verb === 'serve' ? positional(2) : null
  if (engine === 'trtllm' && name === 'trtllm-serve') return positional(verb === 'serve' ? 1 : 0)
  return null
}

const SWITCH = /^--(?:no-|enable-|disable-|trust-remote-code$|enforce-eager$)/
const SEVERAL = new Set(['--served-model-name', '--lora-modules', '--api-key', '--middleware'])

/** Where the first word stands that belongs to no flag of `vllm serve`; a flag that is not known has a value. */
function behindFlags(args: readonly Word[]): number {
  const isFlag = (at: number) => literal(args[at] ?? [])?.startsWith('-') ?? false
  let at = 1
  while (isFlag(at)) {
    const flag = canonical(literal(args[at]!)!)
    at++
    if (flag.includes('=') || SWITCH.test(flag) || isFlag(at)) continue
    at++
    if (SEVERAL.has(flag)) while (at < args.length && !isFlag(at)) at++
  }
  return at
}

/** The port a command names that is none; null where it names one, or what only the host knows. */
export function noPort(invocation: Invocation): string | null {
  const { name, args } = whatRuns(invocation.argv)
  const engine = ENGINES.find(([pattern]) => pattern.test(name))?.[1]
  const value = engine && flagWord(args, FACTS[engine].portFlag)
  const said = value ? literal(value) : null
  return said === null || asPort(/^\d+$/.test(said) ? Number(said) : 0) !== null ? null : said
}

function gpusOf(invocation: Invocation): string[] | null {
  const set = GPU_VARIABLES.map(name => setVariable(invocation, name)).filter(value => value !== null)
  if (set.length === 0) return null
  return [...new Set(set.flatMap(value => value.split(',').filter(index => index !== '')))]
}
