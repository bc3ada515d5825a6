import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { diagnoseText } from '../../src/cookbook/diagnosis/diagnose.ts'
import { examples, unmarked } from '../cookbook/diagnosis/examples.ts'
import { isAccepted } from '../corpus/accepted.ts'
import { healthyLogs } from '../corpus/healthy.ts'
import { twinOf } from '../corpus/twins.ts'
import type { Print } from './run.ts'

export const name = 'diagnosis'

interface Labelled {
  id: string
  cause: string
  rootLine: string
  log: string
}

interface Score {
  count: number
  cause: number
  rootLine: number
  fix: number
}

const corpusFile = fileURLToPath(new URL('../corpus/serve-failures.json', import.meta.url))
const healthyCount = 60

export async function run(print: Print): Promise<void> {
  const corpus: Labelled[] = JSON.parse(readFileSync(corpusFile, 'utf8'))
  const twins = corpus.map((entry, index) => ({ ...entry, ...twinOf(entry.log, entry.rootLine, index + 1) }))
  const pieces = examples.map((example, index) => ({
    id: `piece-${index}`,
    cause: example.cause,
    ...unmarked(example),
  }))
  for (const [set, entries] of [
    ['corpus', corpus],
    ['twins', twins],
    ['pieces', pieces],
  ] as const) {
    const byCause = scores(entries)
    if (set === 'corpus') {
      for (const [cause, score] of [...byCause].sort(([a], [b]) => a.localeCompare(b))) {
        print({
          what: `${cause}: cause, line, fix`,
          value: score.cause,
          unit: `${score.rootLine} ${score.fix} of ${score.count}`,
        })
      }
    }
    const total = [...byCause.values()].reduce(sum)
    const share = (part: number) => (100 * part) / total.count
    print({
      what: `${set}: right cause (${total.cause} of ${total.count})`,
      value: share(total.cause),
      unit: '%',
      limit: 95,
      least: true,
    })
    print({
      what: `${set}: exact root line (${total.rootLine})`,
      value: share(total.rootLine),
      unit: '%',
      limit: 95,
      least: true,
    })
    print({
      what: `${set}: accepted fix (${total.fix})`,
      value: share(total.fix),
      unit: '%',
      limit: 90,
      least: true,
    })
  }
  const alarms = healthyLogs(healthyCount).filter(({ log }) => diagnoseText(log).cause !== null)
  print({ what: `false alarms on ${healthyCount} healthy logs`, value: alarms.length, unit: '', limit: 0 })
  for (const kind of ['serving', 'crashes'] as const) {
    const { megabytesPerSecond, peakMiB } = await onLongLog(kind)
    const limit = kind === 'serving' ? { limit: 100, least: true } : {}
    const what = kind === 'serving' ? '1 GB of a server at work' : '50 MB of nothing but crashes'
    print({ what, value: megabytesPerSecond, unit: 'MB/s', ...limit })
    const memory = kind === 'serving' ? { limit: 180 } : {}
    print({ what: `${what}: most memory`, value: peakMiB, unit: 'MiB', ...memory })
  }
}

const sum = (a: Score, b: Score): Score => ({
  count: a.count + b.count,
  cause: a.cause + b.cause,
  rootLine: a.rootLine + b.rootLine,
  fix: a.fix + b.fix,
})

function scores(entries: readonly Labelled[]): Map<string, Score> {
  const byCause = new Map<string, Score>()
  for (const { cause, rootLine, log } of entries) {
    const verdict = diagnoseText(log)
    const right = verdict.cause === cause
    const score: Score = {
      count: 1,
      cause: Number(right),
      rootLine: Number(verdict.rootLine === rootLine.trim()),
      fix: Number(right && verdict.cause !== null && isAccepted(cause, rootLine, verdict.fixes)),
    }
    byCause.set(cause, byCause.has(cause) ? sum(byCause.get(cause)!, score) : score)
  }
  return byCause
}

/** In a process of its own, so that its memory is its own too. */
function onLongLog(kind: string): Promise<{ megabytesPerSecond: number; peakMiB: number }> {
  return new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      [...process.execArgv, fileURLToPath(new URL('parts/diagnosis-long.ts', import.meta.url)), kind],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    )
    let out = ''
    child.stdout.on('data', bytes => (out += bytes))
    child.on('close', code =>
      code === 0 ? resolve(JSON.parse(out)) : reject(new Error(`the long log ended with ${code}`)),
    )
  })
}
