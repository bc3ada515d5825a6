import { randomBytes } from 'node:crypto'
import { type Host, HostError } from '../hosts/host.ts'
import { shellText } from '../sessions/word.ts'

/** Logs are read where they are, in pages that begin at multiples of this: the same bytes always have the same place. */
export const PAGE = 65_536

/** Bytes of a log and where they stand. `size` is the log's size when they were read. */
export interface Slice {
  start: number
  end: number
  size: number
  bytes: Buffer
}

export class LogError extends Error {
  readonly code: 'not_found' | 'unreadable'
  constructor(code: 'not_found' | 'unreadable', message: string) {
    super(message)
    this.name = 'LogError'
    this.code = code
  }
}

export interface ReadOptions {
  deadline?: number
  signal?: AbortSignal
}

/** The most that one question brings along. */
export const MOST_BYTES = 4 * 1024 * 1024

/** One aligned page; short at the end of the log, empty beyond it. */
export const page = (host: Host, path: string, index: number, options: ReadOptions = {}): Promise<Slice> =>
  read(host, path, `ithaca_pages ${whole(index)} 1`, options)

/** The bytes from `start` up to `end`, as far as there are any, and at most `MOST_BYTES`. */
export async function range(
  host: Host,
  path: string,
  start: number,
  end: number,
  options: ReadOptions = {},
): Promise<Slice> {
  const from = whole(start)
  const to = Math.max(from, Math.min(whole(end), from + MOST_BYTES))
  const first = Math.floor(from / PAGE)
  const count = Math.max(1, Math.ceil(to / PAGE) - first)
  return cut(await read(host, path, `ithaca_pages ${first} ${count}`, options), from, to)
}

/**
 * What came after `from`; where that is more than `most`, only the last `most` bytes of it. A log that has become
 * shorter than `from` is read from its beginning: it is another one. Asked again and again, this is how a screen follows.
 */
export async function since(
  host: Host,
  path: string,
  from: number,
  most: number,
  options: ReadOptions = {},
): Promise<Slice & { restarted: boolean }> {
  const known = whole(from)
  const slice = await read(host, path, `ithaca_since ${known} ${whole(Math.min(most, MOST_BYTES))}`, options)
  const restarted = slice.size < known
  const end = slice.start + slice.bytes.length
  const start = Math.max(restarted ? 0 : known, end - most, slice.start)
  return { ...cut(slice, Math.min(start, end), end), restarted }
}

/** The last lines: one question, whatever the size of the log, and never more than `MOST_BYTES`. */
export async function tail(
  host: Host,
  path: string,
  lines: number,
  options: ReadOptions = {},
): Promise<Slice> {
  const slice = await read(host, path, `ithaca_tail ${Math.max(1, whole(lines))}`, options)
  const start = lastLines(slice.bytes, lines)
  return { ...slice, start: slice.start + start, bytes: slice.bytes.subarray(start) }
}

/** Where the last lines begin. A last line without its end counts as one. */
function lastLines(bytes: Buffer, lines: number): number {
  let at = bytes.length
  if (bytes[at - 1] === 10) at--
  for (let left = lines; left > 0; left--) {
    at = at === 0 ? -1 : bytes.lastIndexOf(10, at - 1)
    if (at < 0) return 0
  }
  return at + 1
}

function cut(slice: Slice, start: number, end: number): Slice {
  const bytes = slice.bytes.subarray(Math.max(0, start - slice.start), Math.max(0, end - slice.start))
  const from = Math.max(start, slice.start)
  return { start: from, end: from + bytes.length, size: slice.size, bytes }
}

function whole(value: number): number {
  if (!Number.isSafeInteger(value) || value < 0) throw new TypeError(`${value} is not a place in a log.`)
  return value
}

async function read(host: Host, path: string, command: string, options: ReadOptions): Promise<Slice> {
  const mark = randomBytes(8).toString('hex')
  const script = `ithaca_log=${shellText(path)} ithaca_mark=${mark}\n${SCRIPT}${command}`
  const answer = await host.ask(script, { lane: 'pages', ...options })
  const titleEnd = answer.stdout.indexOf(10)
  const [said, size, start] = answer.stdout.toString('latin1', 0, Math.max(0, titleEnd)).split(' ')
  if (said !== mark) {
    if (answer.code === 66) throw new LogError('not_found', `There is no log ${path} on ${host.name}.`)
    const why = answer.stderr.toString().trim()
    if (answer.code === 65) throw new LogError('unreadable', `${path} on ${host.name} cannot be read: ${why}`)
    throw new HostError(
      'refused',
      `${path} on ${host.name} could not be read: ${why || `sh ended with ${answer.code}`}`,
    )
  }
  const bytes = answer.stdout.subarray(titleEnd + 1)
  return {
    start: Number(start),
    end: Number(start) + bytes.length,
    size: Math.max(Number(size), Number(start) + bytes.length),
    bytes,
  }
}

/*
 * `ithaca_tail` first looks at two pages; only where these hold too few lines it counts on in fours, up to 4 MB. Lines
 * that many bytes long are no lines but progress bars.
 */
const SCRIPT = String.raw`
[ -e "$ithaca_log" ] || exit 66
[ -f "$ithaca_log" ] || { echo "it is not a file" >&2; exit 65; }
ithaca_size=$(stat -L -c %s "$ithaca_log" 2>/dev/null || stat -L -f %z "$ithaca_log" 2>/dev/null || wc -c <"$ithaca_log") || exit 65
[ -r "$ithaca_log" ] || { echo "permission denied" >&2; exit 65; }
ithaca_size=$((ithaca_size))
ithaca_say() { echo "$ithaca_mark $ithaca_size $1"; }
ithaca_dd() { dd if="$ithaca_log" bs=${PAGE} skip="$1" ${'$'}{2:+count=$2} 2>/dev/null; }
ithaca_pages() {
  ithaca_say $(($1 * ${PAGE}))
  ithaca_dd "$1" "$2"
}
ithaca_since() {
  ithaca_from=$1
  if [ "$ithaca_size" -lt "$1" ]; then ithaca_from=0; fi
  if [ $((ithaca_size - ithaca_from)) -gt "$2" ]; then ithaca_from=$((ithaca_size - $2)); fi
  ithaca_first=$((ithaca_from / ${PAGE}))
  ithaca_pages "$ithaca_first" $((($2 + 2 * ${PAGE} - 1) / ${PAGE}))
}
ithaca_tail() {
  ithaca_last=$((ithaca_size / ${PAGE}))
  ithaca_count=2
  while :; do
    ithaca_first=$((ithaca_last + 1 - ithaca_count))
    if [ "$ithaca_first" -lt 0 ]; then ithaca_first=0; fi
    if [ "$ithaca_first" -eq 0 ] || [ "$ithaca_count" -ge 64 ]; then break; fi
    ithaca_lines=$(ithaca_dd "$ithaca_first" "$ithaca_count" | wc -l)
    if [ "$ithaca_lines" -gt "$1" ]; then break; fi
    ithaca_count=$((ithaca_count * 4))
  done
  if [ "$ithaca_count" -gt 64 ]; then ithaca_first=$((ithaca_last + 1 - 64)); fi
  ithaca_pages "$ithaca_first" "$ithaca_count"
}
`
