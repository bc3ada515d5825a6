import type { KeptServe } from '../../store/serves.ts'
import { type Invocation, literal } from '../sessions/word.ts'
import { valuesOf } from './command/flags.ts'

const KEYS = ['VLLM_API_KEY', 'LLAMA_API_KEY', 'API_KEY']

/** The key its own engine asks for, where it was launched with one. */
export const engineKey = (kept: KeptServe, open: (sealed: Buffer) => string): string | null => {
  if (kept.sealed) {
    const secrets = JSON.parse(open(kept.sealed)) as Record<string, string>
    for (const name of KEYS) if (secrets[name]) return secrets[name]
  }
  const run = kept.run as Invocation | null
  const given = run && valuesOf(run.argv, '--api-key')[0]
  return given ? literal(given) : null
}

export const keyHeader = (key: string | null): Record<string, string> =>
  key === null ? {} : { authorization: `Bearer ${key}` }
