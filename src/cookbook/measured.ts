import type { KeptServe } from '../../store/serves.ts'
import type { Measured } from '../models/fit/measured.ts'
import type { EngineName } from '../models/fit/overhead.ts'
import { freeFlags, settingsOf } from '../models/fit/settings.ts'
import { type Invocation, literal, quoteWord } from '../sessions/word.ts'
import type { Plan } from './plan.ts'

export const argvOf = (run: Invocation): string[] => run.argv.map(word => literal(word) ?? quoteWord(word))

const ENGINES = new Set<string>(['vllm', 'sglang', 'llama.cpp'])

/** The engine, where its arithmetic is known. */
export const fitEngine = (name: string | null): EngineName | null =>
  name !== null && ENGINES.has(name) ? (name as EngineName) : null

/** The newest start of the same model with the same flags there whose log told what it measured. */
export const measuredBefore = (
  all: readonly KeptServe[],
  host: string,
  plan: Pick<Plan, 'run' | 'serving' | 'model'>,
): { measured: Measured; kept: KeptServe } | null => {
  const engine = fitEngine(plan.serving.engine)
  if (engine === null) return null
  const wanted = likenessOf(engine, plan.run)
  const kept = all
    .filter(one => one.host === host && one.engine === engine && one.model === plan.model)
    .filter(one => one.score?.measured && one.run !== null)
    .sort((a, b) => b.launched_at - a.launched_at)
    .find(one => likenessOf(engine, one.run as Invocation) === wanted)
  if (!kept) return null
  const settings = settingsOf(engine, argvOf(kept.run as Invocation))
  return { measured: { ...kept.score!.measured!, settings }, kept }
}

/** Flags that say nothing of memory; most take a value. */
const ASIDE = new Set(
  '--port --host --served-model-name --alias -a --api-key --api-key-file --root-path --chat-template --tool-call-parser --reasoning-parser --uvicorn-log-level --log-level --seed --enable-auto-tool-choice --trust-remote-code --disable-log-requests --disable-log-stats --enable-log-requests --enable-metrics --metrics --jinja --no-webui'.split(
    ' ',
  ),
)
const MATTERS = /^(VLLM|SGLANG|GGML|LLAMA|PYTORCH|NCCL|HIP|HSA)_/

/** What of a command decides over memory, beside what the arithmetic changes freely. */
const likenessOf = (engine: EngineName, { argv, assignments }: Invocation): string => {
  const aside = new Set([...ASIDE, ...freeFlags(engine)])
  const [program = '', ...words] = argv.map(word => literal(word) ?? quoteWord(word))
  const parts: string[] = [program.slice(program.lastIndexOf('/') + 1)]
  for (let at = 0; at < words.length; at++) {
    const text = words[at]!
    const cut = text.startsWith('--') ? text.indexOf('=') : -1
    const flag = (cut < 0 ? text : text.slice(0, cut)).replace(/_/g, '-')
    const next = words[at + 1]
    const takes = /^--?[a-zA-Z]/.test(text) && cut < 0 && next !== undefined && !/^--?[a-zA-Z]/.test(next)
    if (takes) at++
    if (!aside.has(flag)) parts.push(`${cut < 0 ? text : text.replace('=', ' ')}${takes ? ` ${next}` : ''}`)
  }
  const variables = assignments
    .filter(({ name }) => MATTERS.test(name))
    .map(({ name, value }) => `${name}=${quoteWord(value)}`)
  return [...parts, ...variables].sort().join('\n')
}
