import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import type { Host } from '../hosts/host.ts'
import { quote } from '../hosts/quote.ts'

export interface SearchOptions {
  pattern: string
  /** `text` looks for the pattern as it stands, `regex` reads it as an extended regular expression. */
  kind: 'text' | 'regex'
  ignoreCase?: boolean
  /** How many hits come along; all are counted. Default 2,000. */
  cap?: number
  /** Counts the lines of the whole log, too. */
  lines?: boolean
  signal?: AbortSignal
}

export type Found =
  | { kind: 'hit'; line: number; offset: number; text: string }
  /** How many lines matched so far, none at the beginning; `done` once the whole log was searched. */
  | { kind: 'count'; hits: number; done: boolean }
  /** So many lines end in the first `size` bytes, which was all of it then. */
  | { kind: 'lines'; lines: number; size: number }

export class SearchError extends Error {
  override readonly name = 'SearchError'
  readonly code: 'invalid' | 'not_found' | 'unavailable'

  constructor(message: string, code: SearchError['code']) {
    super(message)
    this.code = code
  }
}

/** Searches on the host: only hits travel. Lines are cut at 2,000 bytes. */
export async function* search(host: Host, path: string, options: SearchOptions): AsyncGenerator<Found> {
  const { pattern } = options
  if (pattern === '' || pattern.length > 1000 || /[\0\n]/.test(pattern)) {
    throw new SearchError('A search needs one line of at most 1,000 characters to look for.', 'invalid')
  }
  const ended = new AbortController()
  const signal = options.signal ? AbortSignal.any([options.signal, ended.signal]) : ended.signal
  const shell = await host.stream(searchScript(path, options), { signal })
  const said = text(shell.stderr).catch(() => '')
  let complete = false
  let over = false
  try {
    for await (const line of linesOf(shell.stdout)) {
      const found = readFound(line)
      if (found?.kind === 'count' && found.done) complete = true
      if (found) yield found
    }
    over = true
  } catch (error) {
    if (!options.signal?.aborted) throw error
  } finally {
    if (!over) ended.abort()
  }
  if (!complete && !options.signal?.aborted) {
    // What it said of itself may come after the end of what it found.
    const [{ code }, why] = await Promise.all([shell.done, said])
    throw new SearchError(
      `The search in ${path} on ${host.name} did not finish: ${why.trim() || `code ${code ?? 'unknown'}`}`,
      code === 66 ? 'not_found' : /^grep: /.test(why) ? 'invalid' : 'unavailable',
    )
  }
}

/** Only a line feed ends a line here: a progress bar's carriage returns are part of it. */
async function* linesOf(stream: Readable): AsyncGenerator<string> {
  let rest = ''
  for await (const chunk of stream) {
    const lines = (rest + (chunk as Buffer).toString('latin1')).split('\n')
    rest = lines.pop()!
    yield* lines
  }
}

function readFound(line: string): Found | null {
  const count = /^#(\d+)( done)?$/.exec(line)
  if (count) return { kind: 'count', hits: Number(count[1]), done: count[2] !== undefined }
  const counted = /^=\s*(\d+)\s+(\d+)\s*$/.exec(line)
  if (counted) return { kind: 'lines', lines: Number(counted[1]), size: Number(counted[2]) }
  const hit = /^(\d+):(\d+):(.*)$/s.exec(line)
  if (!hit) return null
  return {
    kind: 'hit',
    line: Number(hit[1]),
    offset: Number(hit[2]),
    text: Buffer.from(hit[3]!, 'latin1').toString(),
  }
}

/** Greps differ: bytes that are no text and printing at once are asked for where they exist; busybox cannot tell offsets. */
function searchScript(
  path: string,
  { pattern, kind, ignoreCase, cap = 2000, lines = false }: SearchOptions,
): string {
  const how = `-nb${kind === 'text' ? 'F' : 'E'}${ignoreCase ? 'i' : ''}`
  return `
LC_ALL=C; export LC_ALL
ithaca_log=${quote(path)}
[ -f "$ithaca_log" ] || { echo "there is no such log" >&2; exit 66; }
ithaca_more=
for ithaca_option in -a --line-buffered; do
  echo x | grep "$ithaca_option" x >/dev/null 2>&1 && ithaca_more="$ithaca_more $ithaca_option"
done
echo x | grep ${how.replace('b', '')} -e ${quote(pattern)} >/dev/null
[ $? -le 1 ] || exit 65
echo '#0'
ithaca_search() {
  if echo x | grep -b x >/dev/null 2>&1; then
    grep $ithaca_more ${how} -e ${quote(pattern)} "$ithaca_log"
  else
    ITHACA_PATTERN=${quote(ignoreCase ? pattern.toLowerCase() : pattern)} awk '
      BEGIN { pattern = ENVIRON["ITHACA_PATTERN"] }
      { line = ${ignoreCase ? 'tolower($0)' : '$0'} }
      ${kind === 'text' ? 'index(line, pattern)' : 'line ~ pattern'} { print NR ":" at + 0 ":" $0 }
      { at += length($0) + 1 }' "$ithaca_log"
  fi
}
ithaca_search | awk -v cap=${Math.max(0, Math.floor(cap))} '
  NR <= cap { print substr($0, 1, 2000); if (NR % 100 == 0 || NR < 20) fflush(); next }
  NR % 10000 == 0 { print "#" NR; fflush() }
  END { print "#" NR " done" }'
${
  lines
    ? 'ithaca_size=$(($(wc -c <"$ithaca_log")))\necho "= $(head -c "$ithaca_size" "$ithaca_log" | wc -l) $ithaca_size"'
    : ''
}
`
}
