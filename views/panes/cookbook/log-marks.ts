import type { Client } from '../../../src/client/client.ts'
import { cookbook } from '../../../src/contract/cookbook.ts'
import { jsonLines } from '../../store/lines.ts'
import type { LogModel } from '../../widgets/log/model.ts'
import type { Counted } from '../../widgets/log/numbers.ts'
import type { Fold } from '../../widgets/log/rows.ts'

/** A line of what a search answers. */
type Found =
  | { kind: 'hit'; offset: number; line: number; text: string }
  | { kind: 'count'; hits: number; done: boolean }
  | { kind: 'lines'; lines: number; size: number }

type Hit = Extract<Found, { kind: 'hit' }>

/** What a line of trouble looks like, in the words of Python, C++ and Go. */
const trouble =
  '(ERROR|CRITICAL|FATAL|panic:|Traceback \\(most recent call last\\)|[A-Za-z]+(Error|Exception)(:|$))'
const foldReach = 32_768
const maxFolds = 20

const counted = (hits: readonly Hit[]) => hits.map(({ offset, line }) => ({ offset, lines: line - 1 }))

/** Searches the log where it lies and shows the hits as they come. Answers how many there are. */
export async function searchLog(
  client: Client,
  id: string,
  model: LogModel,
  { query, ignoreCase }: { query: string; ignoreCase: boolean },
  signal: AbortSignal,
): Promise<number> {
  const response = await client.stream(
    cookbook.search,
    { id, query, ignore_case: ignoreCase, limit: 10_000 },
    { signal },
  )
  const hits: Hit[] = []
  const show = () =>
    model.setTicks(
      '/',
      hits.map(({ offset }) => offset),
    )
  let total = 0
  for await (const one of jsonLines<Found>(response)) {
    if (one.kind === 'count') total = one.hits
    if (one.kind !== 'hit') continue
    hits.push({ ...one, text: '' })
    if (hits.length % 500 === 0) show()
  }
  if (!signal.aborted) {
    model.counted(counted(hits))
    show()
  }
  return total
}

/** Marks the lines of trouble, folds tracebacks, which say most in their last line, and counts the lines. */
export async function markTrouble(
  client: Client,
  id: string,
  model: LogModel,
  signal: AbortSignal,
): Promise<void> {
  const response = await client.stream(
    cookbook.search,
    { id, query: trouble, regex: true, ignore_case: false, limit: 2000, lines: true },
    { signal },
  )
  const hits: Hit[] = []
  const all: Counted[] = []
  for await (const one of jsonLines<Found>(response))
    if (one.kind === 'hit') hits.push(one)
    else if (one.kind === 'lines') all.push({ offset: one.size, lines: one.lines })
  const tracebacks = hits
    .filter(({ text }) => text.includes('Traceback (most recent call last)'))
    .slice(-maxFolds)
  const folds: Fold[] = []
  for (const { offset } of tracebacks) {
    const slice = await client.stream(cookbook.log, { id, offset, length: foldReach }, { signal })
    const fold = foldAt(Buffer.from(await slice.arrayBuffer()).toString('latin1'), offset)
    if (fold && offset >= (folds.at(-1)?.to ?? 0)) folds.push(fold)
  }
  if (signal.aborted) return
  model.counted([...counted(hits), ...all])
  model.setFolds(folds)
  model.setTicks('e', worthAStop(hits, folds))
}

/** A folded traceback is one stop: the line that names its error, or its head where no such line was found. */
function worthAStop(hits: readonly Hit[], folds: readonly Fold[]): number[] {
  const places = new Set(hits.map(({ offset }) => offset))
  const isHidden = (at: number) =>
    folds.some(({ from, to }) => (at > from && at < to) || (at === from && places.has(to)))
  return [...places].filter(at => !isHidden(at))
}

/** The frames of a traceback: from its head up to the line that names the error. `text` is one byte a character. */
export function foldAt(text: string, from: number): Fold | null {
  const lines = text.split('\n')
  const at = lines[0]!.indexOf('Traceback')
  let length = lines[0]!.length + 1
  let count = 1
  for (const line of lines.slice(1, -1)) {
    // Loggers put their own words before every line of a traceback; behind those, frames are indented.
    if (!/^\s/.test(line.slice(at)) && line.trim() !== '') break
    length += line.length + 1
    count++
  }
  if (count < 3) return null
  return {
    from,
    to: from + length,
    label: `${lines[0]!.slice(0, at)}+ Traceback, ${count} lines (Enter unfolds)`,
  }
}
