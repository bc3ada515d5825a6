import { checkFlags, type KnownFlags, parseHelp } from '../models/fit/flags.ts'
import { helpOf } from '../sessions/help.ts'
import type { Spec } from '../sessions/session.ts'
import { literal, quoteWord, type Word, word } from '../sessions/word.ts'
import { isPython } from './command/programs.ts'
import type { Place } from './machines.ts'

/** Which flags the engines installed on the hosts know, asked once for each environment. */
export interface EngineFlags {
  /** What of the command the installed engine will refuse. Waits for the engine's answer as long as it is let. */
  check(place: Place, spec: Spec, ms: number): Promise<string[]>
}

const LASTS = 3_600_000

export const openEngineFlags = (deps: { now: () => number }): EngineFlags => {
  const known = new Map<string, { at: number; flags: Promise<KnownFlags | null> }>()

  const flagsOf = (place: Place, spec: Spec, argv: readonly Word[]): Promise<KnownFlags | null> => {
    const key = JSON.stringify([place.id, spec.environment ?? null, spec.variables ?? {}, argv])
    for (const [other, { at }] of known) if (deps.now() - at >= LASTS) known.delete(other)
    const cached = known.get(key)
    if (cached) return cached.flags
    const flags = helpOf(place.host, { ...spec, restart: null }, argv).then(
      help => {
        const found = parseHelp(help)
        if (found.flags.size === 0) known.delete(key)
        return found
      },
      () => {
        // Not known now; the next launch asks again.
        known.delete(key)
        return null
      },
    )
    known.set(key, { at: deps.now(), flags })
    return flags
  }

  return {
    async check(place, spec, ms) {
      const parts = split(spec.run.argv)
      if (!parts) return []
      const late = new Promise<null>(resolve => setTimeout(resolve, ms, null).unref())
      const flags = await Promise.race([flagsOf(place, spec, parts.help), late])
      if (!flags) return []
      const texts = parts.args.map(argument => literal(argument) ?? quoteWord(argument))
      return checkFlags(texts, flags).map(
        problem => `${problem.message}${problem.fix ? ` ${problem.fix}` : ''}`,
      )
    },
  }
}

/** How to ask the engine for its flags, and the arguments it would get. */
const split = (argv: readonly Word[]): { help: Word[]; args: Word[] } | null => {
  const program = (literal(argv[0] ?? []) ?? '').split('/').at(-1) ?? ''
  if (program === 'vllm' && literal(argv[1] ?? []) === 'serve')
    return { help: [...argv.slice(0, 2), word('--help=all')], args: argv.slice(2) }
  if (program === 'llama-server') return { help: [argv[0]!, word('--help')], args: argv.slice(1) }
  const module = literal(argv[2] ?? []) ?? ''
  if (!isPython(program) || literal(argv[1] ?? []) !== '-m' || !/^(vllm|sglang)\./.test(module)) return null
  const ask = module.startsWith('vllm') ? '--help=all' : '--help'
  return { help: [...argv.slice(0, 3), word(ask)], args: argv.slice(3) }
}
