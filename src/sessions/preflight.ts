import { randomBytes } from 'node:crypto'
import type { Host } from '../hosts/host.ts'
import { quote as shellText } from '../hosts/quote.ts'
import { FUNCTIONS, sessionScript } from './runner.ts'
import type { Spec } from './session.ts'
import { type Invocation, shellWord, variablesOf, type Word } from './word.ts'

/** What a launch would meet on the host, in the environment it would run in. */
export interface Preflight {
  /** Path of the program, or of the fallback's; null where neither is there. */
  program: string | null
  /** Variables that the command uses and nobody sets. */
  unset: string[]
  /** Path of the Python module's package; null where it is missing, undefined where none was asked for. */
  module?: string | null
  /** What entering the environment said, one line each. */
  notes: string[]
}

/** Looks, in the session's environment, for what the command needs. Starts nothing of it. */
export async function preflight(
  host: Host,
  spec: Spec,
  options: { module?: { python: Word; name: string }; deadline?: number } = {},
): Promise<Preflight> {
  const mark = randomBytes(8).toString('hex')
  const script = lookScript(spec, mark, options.module ?? null)
  const answer = await host.ask(script, { lane: 'slow', deadline: options.deadline ?? 15_000 })
  const [said = '', ...facts] = answer.stdout.toString().split(`${mark} `)
  const result: Preflight = {
    program: null,
    unset: [],
    notes: said.split('\n').filter(line => line.startsWith('ithaca: ')),
  }
  for (const fact of facts) {
    const [kind, ...rest] = fact.trimEnd().split(' ')
    const value = rest.join(' ')
    if (kind === 'program') result.program ??= value || null
    else if (kind === 'unset') result.unset.push(value)
    else if (kind === 'module') result.module = value || null
  }
  return result
}

function lookScript(spec: Spec, mark: string, module: { python: Word; name: string } | null): string {
  const programs = alternatives(spec.run).map(run => run.argv[0]!)
  const variables = new Set(spec.run.argv.flatMap(variablesOf))
  const lookUp = module && !/^\w+(?:\.\w+)*$/.test(module.name) ? null : module
  return `(
exec </dev/null 2>&1
${FUNCTIONS}
${sessionScript(spec)}
ithaca_say() { printf '${mark} %s %s\\n' "$1" "$2"; }
ithaca_paths
ithaca_enter
${[...variables].map(name => `[ "\${${name}+set}" = set ] || ithaca_say unset ${name}`).join('\n')}
${programs.map(program => `ithaca_say program "$(command -v ${shellWord(program)} 2>/dev/null)"`).join('\n')}
${lookUp ? `ithaca_say module "$(${shellWord(lookUp.python)} -c ${shellText(MODULE)} ${lookUp.name.split('.')[0]} 2>/dev/null)"` : ':'}
)`
}

const MODULE = `import importlib.util, sys
spec = importlib.util.find_spec(sys.argv[1])
print((spec.origin or list(spec.submodule_search_locations or ['?'])[0]) if spec else '')`

const alternatives = (run: Invocation): Invocation[] => [
  run,
  ...(run.otherwise ? alternatives(run.otherwise) : []),
]
