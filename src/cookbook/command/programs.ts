import { literal, type Word } from '../../sessions/word.ts'
import { checkNode, checkNpx } from './node.ts'
import { checkPip } from './pip.ts'
import { checkPython } from './python.ts'
import { notAllowed, refused } from './refusal.ts'

export interface Policy {
  /** Programs admitted beside ours, by base name. */
  readonly programs?: readonly string[]
  /** Python modules admitted beside ours; a name admits what lies below it. */
  readonly modules?: readonly string[]
  /**
   * Folders whose scripts python and node may run: absolute, below `~`, or below the session's working
   * directory. Without any, scripts below the working directory.
   */
  readonly scriptFolders?: readonly string[]
}

export type Kind = 'serve' | 'install'

export const PROGRAMS: readonly string[] = [
  'vllm',
  'llama-server',
  'llama-server.exe',
  'llama_server',
  'llama.cpp',
  'ollama',
  'python',
  'python3',
  'sglang',
  'lmdeploy',
  'node',
  'npx',
  'mlx_lm.server',
  'tabbyapi',
  'text-generation-launcher',
  'trtllm-serve',
  'uv',
]

export const isPython = (program: string): boolean => /^python(?:3(?:\.\d{1,2})?)?$/.test(program)

/** The base name a program is judged by; empty where only the host could tell what it is. */
export function programOf(argv: readonly Word[]): string {
  const first = argv[0]
  if (first === undefined) return ''
  const last = first.at(-1)
  if (last?.kind !== 'text') return ''
  const slash = last.text.lastIndexOf('/')
  if (slash < 0 && first.length > 1) return ''
  return last.text.slice(slash + 1)
}

/** Says what an argument vector would do, or throws the reason why it must not run. */
export function judge(argv: readonly Word[], policy: Policy): Kind {
  const program = programOf(argv)
  const allowed = [...PROGRAMS, ...(policy.programs ?? [])]
  if (!allowed.includes(program) && !isPython(program)) {
    throw notAllowed(program || (literal(argv[0] ?? []) ?? '$…'), allowed)
  }
  const rest = argv.slice(1)
  if (isPython(program)) {
    const run = checkPython(rest, policy)
    if (run.module !== 'pip') return 'serve'
    checkPip(run.args)
    return 'install'
  }
  if (program === 'node') checkNode(rest, policy)
  else if (program === 'npx') checkNpx(rest)
  else if (program === 'uv') return judge(afterUvRun(rest), policy)
  return 'serve'
}

const UV_ALONE = new Set([
  '--no-sync',
  '--frozen',
  '--locked',
  '--no-project',
  '--active',
  '--quiet',
  '-q',
  '--offline',
])
const UV_WITH_VALUE = new Set(['--project', '--python', '-p', '--extra', '--group'])

/** `uv run vllm serve …`: what comes after uv's own options is judged like any command. */
export function afterUvRun(args: readonly Word[]): Word[] {
  if (literal(args[0] ?? []) !== 'run') throw refused("of uv only 'uv run PROGRAM …' is allowed")
  let at = 1
  for (; at < args.length; at++) {
    const option = literal(args[at]!)
    if (option === null || !option.startsWith('-')) break
    if (option === '--') {
      at++
      break
    }
    if (UV_WITH_VALUE.has(option)) at++
    else if (!UV_ALONE.has(option)) throw refused(`uv run ${option} is not allowed`)
  }
  return args.slice(at)
}
