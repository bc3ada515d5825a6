import { randomBytes } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import { type Host, HostError } from '../hosts/host.ts'
import { quote } from '../hosts/quote.ts'

import { LogError, MOST_BYTES, PAGE, type ReadOptions, type Slice, type Want } from './slice.ts'

export async function readHere(path: string, want: Want): Promise<Slice> {
  const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT')
      throw new LogError(
        'not_found',
        `There is no log ${path} on this machine. It was removed, or nothing was written yet; a relaunch writes a new one.`,
      )
    throw new LogError('unreadable', `${path} on this machine cannot be read: ${error.message}`)
  })
  try {
    const stat = await file.stat()
    if (!stat.isFile()) throw new LogError('unreadable', `${path} on this machine is not a file.`)
    const { size } = stat
    if (want.kind === 'pages')
      return await piece(file, size, want.first * PAGE, (want.first + want.count) * PAGE)
    if (want.kind === 'tail') return await lastPages(file, size, want.lines)
    const from = size < want.from ? 0 : want.from
    return await piece(file, size, Math.max(from, size - want.most), size)
  } finally {
    await file.close()
  }
}

async function piece(file: FileHandle, size: number, start: number, end: number): Promise<Slice> {
  const { buffer, bytesRead } = await file.read(
    Buffer.allocUnsafe(Math.max(0, end - start)),
    0,
    end - start,
    start,
  )
  const bytes = buffer.subarray(0, bytesRead)
  return { start, end: start + bytesRead, size: Math.max(size, bytesRead > 0 ? start + bytesRead : 0), bytes }
}

async function lastPages(file: FileHandle, size: number, lines: number): Promise<Slice> {
  for (let length = 2 * PAGE; ; length = Math.min(length * 4, MOST_BYTES)) {
    const slice = await piece(file, size, Math.max(0, size - length), size)
    if (slice.start === 0 || length === MOST_BYTES || countLines(slice.bytes) > lines) return slice
  }
}

function countLines(bytes: Buffer): number {
  let count = 0
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) count++
  return count
}

/** One question on the host's lane for pages. */
export async function readThere(host: Host, path: string, want: Want, options: ReadOptions): Promise<Slice> {
  const mark = randomBytes(8).toString('hex')
  const script = `ithaca_log=${quote(path)} ithaca_mark=${mark}\n${SCRIPT}${command(want)}`
  const answer = await host.ask(script, { lane: 'pages', ...options })
  const titleEnd = answer.stdout.indexOf(10)
  const [said, size, start] = answer.stdout.toString('latin1', 0, Math.max(0, titleEnd)).split(' ')
  if (said !== mark) {
    if (answer.code === 66)
      throw new LogError(
        'not_found',
        `There is no log ${path} on ${host.name}. It was removed, or nothing was written yet; a relaunch writes a new one.`,
      )
    const why = answer.stderr.toString().trim()
    if (answer.code === 65) throw new LogError('unreadable', `${path} on ${host.name} cannot be read: ${why}`)
    throw new HostError(
      'refused',
      `${path} on ${host.name} could not be read: ${why || `sh ended with ${answer.code}`}`,
    )
  }
  const bytes = answer.stdout.subarray(titleEnd + 1)
  if (start === '-')
    return { start: Number(size) - bytes.length, end: Number(size), size: Number(size), bytes }
  return {
    start: Number(start),
    end: Number(start) + bytes.length,
    size: Math.max(Number(size), bytes.length > 0 ? Number(start) + bytes.length : 0),
    bytes,
  }
}

function command(want: Want): string {
  if (want.kind === 'pages') return `ithaca_pages ${want.first} ${want.count}`
  return want.kind === 'since' ? `ithaca_since ${want.from} ${want.most}` : `ithaca_tail ${want.lines}`
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
  ithaca_say -
  ithaca_dd "$ithaca_first" "$ithaca_count" | head -c $((ithaca_size - ithaca_first * ${PAGE})) | tail -n "$1"
}
`
