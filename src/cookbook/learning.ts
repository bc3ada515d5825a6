import type { KeptServe } from '../../store/serves.ts'
import { range, tail } from '../logs/pages.ts'
import { LogError } from '../logs/slice.ts'
import { measuredIn } from '../models/fit/measured.ts'
import { launchFigures } from '../models/fit/overhead.ts'
import { settingsOf } from '../models/fit/settings.ts'
import type { Invocation } from '../sessions/word.ts'
import type { Machines, Place } from './machines.ts'
import { argvOf, fitEngine } from './measured.ts'
import type { Reading } from './reading.ts'
import type { Known, Serves } from './serves.ts'

const HEAD = 512 * 1024

/** Keeps what the log of each start says of memory: how it went is compared, and the next launch is judged by it. */
export const learnFromLogs = (deps: {
  machines: Machines
  serves: Serves
  reading: Reading
  later: (work: Promise<unknown>) => void
}): void => {
  const { machines, serves, reading } = deps

  const learn = async (one: Known): Promise<void> => {
    const path = await reading.path(one.kept.id)
    if (!path || one.kept.kind !== 'serve') return
    const place = machines.at(one.kept.host)
    const head = await range(place.host, path, 0, HEAD)
    const rest = head.size > head.end ? (await tail(place.host, path, 500)).bytes.toString('utf8') : ''
    const log = `${head.bytes.toString('utf8')}\n${rest}`
    const learned = { ...tokensIn(log), ...memoryIn(place, one.kept, log) }
    if (Object.keys(learned).length === 0) return
    const { kept } = one
    const { kv_tokens } = learned
    const summary =
      kv_tokens === undefined ? `${kept.name} measured` : `${kept.name} caches ${kv_tokens} tokens`
    const score = { ...kept.score, ...learned }
    serves.save({ actor: 'ithaca' }, { ...kept, score }, { action: 'score', summary })
  }

  // What the log says of its cache stands in it by now; nobody waits for this.
  serves.onReady(one => deps.later(learn(one)))
  serves.onEnd(one => {
    if (one.kept.score?.measured) return
    deps.later(
      learn(one).catch(error => {
        // A log that is gone, or on a host that is away, teaches nothing.
        const away = machines.at(one.kept.host).host.reach.state === 'unreachable'
        if (!(error instanceof LogError) && !away) throw error
      }),
    )
  })
}

/** What a start took for itself and left for its cache, on the smallest of its GPUs. */
const memoryIn = (place: Place, kept: KeptServe, log: string): KeptServe['score'] => {
  const run = kept.run as Invocation | null
  const engine = fitEngine(kept.engine)
  if (engine === null || run === null) return null
  const used = (place.gpus.reading?.gpus ?? []).filter(
    gpu => kept.gpus.length === 0 || kept.gpus.includes(gpu.index),
  )
  const total = Math.min(...used.map(gpu => gpu.totalMiB ?? Number.POSITIVE_INFINITY))
  if (!Number.isFinite(total)) return null
  const settings = settingsOf(engine, argvOf(run))
  const figures = engine === 'vllm' ? launchFigures(log, total / 1024, settings.utilisation ?? 0.9) : null
  const found = measuredIn({ engine, settings }, log, total * 1024 ** 2)
  if (!found) return figures && { figures }
  const { settings: _its, ...measured } = found
  return { measured, ...(figures ? { figures } : {}) }
}

const CACHE_SIZES = [
  /GPU KV cache size: ([\d,]+) tokens/g,
  /KV Cache is allocated\.[^\n]*#tokens: ([\d,]+)/g,
  /max_total_num_tokens=(\d+)/g,
  /Inferred max batch total tokens: (\d+)/g,
  /n_ctx\s*= (\d+)/g,
]

/** How many tokens the engine says its cache holds. */
const tokensIn = (log: string): { kv_tokens?: number } => {
  for (const pattern of CACHE_SIZES) {
    const found = [...log.matchAll(pattern)].at(-1)?.[1]
    if (found) return { kv_tokens: Number(found.replaceAll(',', '')) }
  }
  return {}
}
