import { literal, type Word } from '../../sessions/word.ts'
import type { Policy } from './programs.ts'
import { refused } from './refusal.ts'
import { checkScript } from './script.ts'

/** A name admits the module and everything below it: `vllm` also means `vllm.entrypoints.openai.api_server`. */
export const MODULES: readonly string[] = [
  'vllm',
  'vllm_omni',
  'sglang',
  'sglang_router',
  'mlx_lm',
  'mlx_vlm',
  'llama_cpp',
  'lmdeploy',
  'http.server',
  'pip',
]

export interface PythonRun {
  module: string | null
  args: readonly Word[]
}

/** Options that only change how the interpreter behaves, not what it runs. */
const SWITCHES = new Set('bBdEIOPqRsSuv')
const WARNINGS = /^(?:default|error|always|module|once|ignore)$/
const EXTENSIONS =
  /^(?:dev|utf8(?:=[01])?|faulthandler|importtime|frozen_modules(?:=on|=off)?|gil=[01]|no_debug_ranges|int_max_str_digits=\d+)$/

export function checkPython(args: readonly Word[], policy: Policy): PythonRun {
  for (let at = 0; at < args.length; at++) {
    const arg = literal(args[at]!)
    if (arg !== null && !arg.startsWith('-')) {
      checkScript(args[at]!, policy.scriptFolders, /\.py$/, 'python')
      return { module: null, args: args.slice(at + 1) }
    }
    if (arg === null) {
      checkScript(args[at]!, policy.scriptFolders, /\.py$/, 'python')
      return { module: null, args: args.slice(at + 1) }
    }
    if (arg === '--version' || arg === '-V') return { module: null, args: [] }
    if (arg.startsWith('--') || arg === '-') throw refused(`python ${arg} is not allowed`)
    const found = cluster(arg.slice(1))
    if (found === null) continue
    const value = found.value !== '' ? found.value : args[++at] === undefined ? null : literal(args[at]!)
    if (value === null) throw refused(`python -${found.option} needs a plain value`)
    if (found.option === 'm') return { module: checkModule(value, policy), args: args.slice(at + 1) }
    const fine = found.option === 'W' ? WARNINGS.test(value) : EXTENSIONS.test(value)
    if (!fine) throw refused(`python -${found.option} ${value} is not allowed`)
  }
  throw refused(
    'python needs -m MODULE or a script: reading a program from its standard input is not allowed',
  )
}

/** Walks letters as Python does: `-Ic` is `-I -c`, `-mvllm` is `-m vllm`. Null where all were plain switches. */
function cluster(letters: string): { option: 'm' | 'W' | 'X'; value: string } | null {
  for (let at = 0; at < letters.length; at++) {
    const letter = letters[at]!
    if (letter === 'm' || letter === 'W' || letter === 'X') {
      return { option: letter, value: letters.slice(at + 1) }
    }
    if (letter === 'c') throw refused('python -c runs code given on the command line')
    if (!SWITCHES.has(letter)) throw refused(`python -${letter} is not allowed`)
  }
  return null
}

function checkModule(module: string, policy: Policy): string {
  const allowed = [...MODULES, ...(policy.modules ?? [])]
  const fine =
    /^\w+(?:\.\w+)*$/.test(module) && allowed.some(name => module === name || module.startsWith(`${name}.`))
  if (!fine) throw refused(`python -m ${module} is not allowed. Modules: ${allowed.sort().join(', ')}`)
  return module
}
