import type { Host } from '../hosts/host.ts'
import { LOCAL_ID } from '../hosts/hosts.ts'
import { readHere, readThere } from './reading.ts'
import { MOST_BYTES, PAGE, type ReadOptions, type Slice, type Want } from './slice.ts'

/** One aligned page; short at the end of the log, empty beyond it. */
export const page = (host: Host, path: string, index: number, options: ReadOptions = {}): Promise<Slice> =>
  read(host, path, { kind: 'pages', first: whole(index), count: 1 }, options)

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
  return cut(await read(host, path, { kind: 'pages', first, count }, options), from, to)
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
  const slice = await read(
    host,
    path,
    { kind: 'since', from: known, most: whole(Math.min(most, MOST_BYTES)) },
    options,
  )
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
  const slice = await read(host, path, { kind: 'tail', lines: Math.max(1, whole(lines)) }, options)
  return cut(slice, slice.start + lastLines(slice.bytes, lines), slice.end)
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

/** This machine's logs need no shell to be read. */
const read = (host: Host, path: string, want: Want, options: ReadOptions): Promise<Slice> =>
  host.id === LOCAL_ID ? readHere(path, want) : readThere(host, path, want, options)
