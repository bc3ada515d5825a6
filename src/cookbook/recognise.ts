import { word, words } from '../sessions/word.ts'
import { isPython } from './command/programs.ts'
import { showCommand } from './command/redact.ts'
import { servingOf } from './command/serving.ts'

/** What a process says of itself by its real arguments: that it serves a model, or that it fetches one. */
export interface Recognised {
  kind: 'serve' | 'download'
  engine: string | null
  model: string | null
  /** As clients or people would call it, where the arguments say so. */
  name: string | null
  port: number | null
  portGiven: boolean
  gpus: number[]
  /** The command with its secrets masked. */
  shown: string
}

/** Programs that serve whatever their arguments, and those that do so under one verb. */
const SERVERS = new Set([
  'llama-server',
  'llama-server.exe',
  'llama_server',
  'text-generation-launcher',
  'mlx_lm.server',
  'mlx_vlm.server',
  'trtllm-serve',
  'tabbyapi',
  'vllm.entrypoints.openai.api_server',
  'vllm.entrypoints.api_server',
  'sglang.launch_server',
  'llama_cpp.server',
  'tensorrt_llm.commands.serve',
])
const SERVE_VERB = new Set(['vllm', 'vllm.entrypoints.cli.main', 'sglang', 'ollama', 'lmdeploy', 'trtllm'])
const SERVER_VERB = new Set(['mlx_lm', 'mlx_vlm'])
const DOWNLOADERS: Record<string, string> = { hf: 'download', 'huggingface-cli': 'download', ollama: 'pull' }
const SHELLS = new Set(['sh', 'bash', 'dash', 'zsh', 'ksh'])
/** Options of interpreters that take the next word with them. */
const WITH_VALUE = new Set(['-W', '-X', '-Q', '-r', '--require', '--import', '--loader', '-O', '-o'])

/** The process as a server or a download; null for everything else: editors, shells, clients, readers of logs. */
export const recognise = (
  argv: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Recognised | null => {
  const run = withoutInterpreter(argv)
  if (!run) return null
  const [program = '', ...args] = run
  const serves =
    SERVERS.has(program) ||
    (SERVE_VERB.has(program) && args[0] === 'serve') ||
    (SERVER_VERB.has(program) && args[0] === 'server')
  const fetches = !serves && DOWNLOADERS[program] !== undefined && args[0] === DOWNLOADERS[program]
  if (!serves && !fetches) return null
  const assignments = Object.entries(variables).map(([name, value]) => ({ name, value: word(value) }))
  const shown = showCommand({ assignments: [], argv: words(...argv) })
  if (fetches) {
    const model = args.slice(1).find(arg => !arg.startsWith('-')) ?? null
    return {
      kind: 'download',
      engine: null,
      model,
      name: model,
      port: null,
      portGiven: false,
      gpus: [],
      shown,
    }
  }
  const known = servingOf({ assignments, argv: words(program, ...args) })
  return {
    kind: 'serve',
    engine: known.engine === 'other' ? null : known.engine,
    model: known.model,
    name: known.servedName ?? known.model?.split('/').filter(Boolean).at(-1) ?? null,
    port: known.port,
    portGiven: known.portGiven,
    gpus: (known.gpus ?? []).map(Number).filter(Number.isInteger),
    shown,
  }
}

/** `python -m vllm…`, `/venv/bin/python /venv/bin/vllm serve`, `node /x/vllm`: what is interpreted counts. */
const withoutInterpreter = (argv: readonly string[]): string[] | null => {
  const program = base(argv[0] ?? '')
  const python = isPython(program)
  if (!python && program !== 'node' && !SHELLS.has(program)) return [program, ...argv.slice(1)]
  for (let at = 1; at < argv.length; at++) {
    const word = argv[at]!
    if (python && word === '-m') return argv.length > at + 1 ? argv.slice(at + 1) : null
    if (/^-[A-Za-z]*[ce]$|^--eval$|^--print$|^-p$/.test(word)) return null
    if (!word.startsWith('-')) return [base(word), ...argv.slice(at + 1)]
    if (WITH_VALUE.has(word)) at += 1
  }
  return null
}

const base = (path: string): string => path.slice(path.lastIndexOf('/') + 1)
