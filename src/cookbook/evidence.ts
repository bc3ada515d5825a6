import type { Host } from '../hosts/host.ts'
import { quote } from '../hosts/quote.ts'
import { range } from '../logs/pages.ts'
import { search } from '../logs/search.ts'
import { MOST_BYTES } from '../logs/slice.ts'
import type { Segment } from './diagnosis/diagnose.ts'

const HEAD = 256 * 1024
const TAIL = 2 * 1024 * 1024
const HITS = 1500

/** What a line between the beginning and the end of a long log has to hold to be worth the way here. */
const WORTH =
  'error|exception|traceback|fatal|fail|cannot|could not|unable|no module|not found|no such|killed|out of memory|oom|abort|signal|segfault|assert|invalid|unsupported|not supported|denied|already in use|too (large|small|long)|larger than|version|starting|shutting down'

/** The parts of a log that a diagnosis needs: all of a short one; of a long one its ends, and telling lines between. */
export const evidenceOf = async (host: Host, path: string, signal?: AbortSignal): Promise<Segment[]> => {
  const head = await range(host, path, 0, HEAD, { signal })
  const segments: Segment[] = [{ offset: 0, bytes: head.bytes }]
  if (head.size <= head.end) return segments
  const from = Math.max(head.end, head.size - TAIL)
  if (from > head.end && head.size > MOST_BYTES)
    segments.push(...(await between(host, path, head.end, from, signal)))
  const start = head.size > MOST_BYTES ? from : head.end
  for (let at = start; at < head.size; ) {
    const slice = await range(host, path, at, head.size, { signal })
    if (slice.bytes.length === 0) break
    segments.push({ offset: slice.start, bytes: slice.bytes })
    at = slice.end
  }
  return segments
}

const between = async (
  host: Host,
  path: string,
  from: number,
  to: number,
  signal?: AbortSignal,
): Promise<Segment[]> => {
  const hits: Segment[] = []
  const options = { pattern: WORTH, kind: 'regex' as const, ignoreCase: true, cap: HITS, signal }
  for await (const found of search(host, path, options)) {
    if (found.kind === 'count') {
      // The rest of a log full of such lines says the same again.
      if (found.hits >= HITS) break
    } else if (found.kind !== 'hit') continue
    else if (found.offset >= to) break
    else if (found.offset >= from)
      hits.push({ offset: found.offset, bytes: Buffer.from(`${found.text}\n`), whole: true })
  }
  return hits
}

/** Which line of the log a byte stands in, counted over there. */
export const lineAt = async (host: Host, path: string, offset: number): Promise<number | null> => {
  const { stdout } = await host.ask(`head -c ${Math.floor(offset)} ${quote(path)} 2>/dev/null | wc -l`, {
    lane: 'slow',
    deadline: 30_000,
  })
  const newlines = Number(stdout.toString().trim())
  return Number.isSafeInteger(newlines) ? newlines + 1 : null
}
