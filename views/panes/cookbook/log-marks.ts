import type { Client } from '../../../src/client/client.ts'
import { cookbook } from '../../../src/contract/cookbook.ts'
import { jsonLines } from '../../store/lines.ts'
import type { LogModel } from '../../widgets/log/model.ts'
import type { Fold } from '../../widgets/log/rows.ts'

interface Hit {
  offset: number
  line: number
  text: string
}

/** What a line of trouble looks like, in the words of Python, C++ and Go. */
const trouble =
  '(ERROR|CRITICAL|FATAL|panic:|Traceback \\(most recent call last\\)|[A-Za-z]+(Error|Exception)(:|$))'
const foldReach = 32_768
const maxFolds = 20

/** Searches the log where it lies and shows the hits as they come. Answers how many there are. */
export async function searchLog(
  client: Client,
  id: string,
  model: LogModel,
  query: string,
  signal: AbortSignal,
): Promise<number> {
  const ignoreCase = query === query.toLowerCase()
  const response = await client.stream(
    cookbook.search,
    { id, query, ignore_case: ignoreCase, limit: 10_000 },
    { signal },
  )
  model.highlight = new RegExp(query.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), ignoreCase ? 'i' : '')
  const offsets: number[] = []
  let total = 0
  for await (const one of jsonLines<Partial<Hit> & { total?: number }>(response)) {
    if (one.offset !== undefined) offsets.push(one.offset)
    total = one.total ?? Math.max(total, offsets.length)
    if (offsets.length % 500 === 0) model.setTicks('/', [...offsets])
  }
  model.setTicks('/', offsets)
  return total
}

/** Marks the lines of trouble and folds tracebacks, which say most in their last line. */
export async function markTrouble(
  client: Client,
  id: string,
  model: LogModel,
  signal: AbortSignal,
): Promise<void> {
  const response = await client.stream(
    cookbook.search,
    { id, query: trouble, regex: true, ignore_case: false, limit: 2000 },
    { signal },
  )
  const hits: Hit[] = []
  for await (const one of jsonLines<Partial<Hit>>(response))
    if (one.offset !== undefined) hits.push(one as Hit)
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
  const inside = (at: number) => folds.some(({ from, to }) => at > from && at < to)
  model.setFolds(folds)
  model.setTicks(
    'e',
    hits.map(({ offset }) => offset).filter(at => !inside(at)),
  )
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
