import type { Serve } from '../../../src/contract/serve.ts'
import { sanitiseText } from '../../terminal/sanitise.ts'
import { textWidth } from '../../terminal/width.ts'
import { sparkline } from '../../widgets/charts.ts'
import { cut, type Glyphs, toWidth } from '../../widgets/text.ts'
import { type Tone, toned } from '../../widgets/theme.ts'
import { type TreeRow, treeLead } from '../../widgets/tree.ts'
import { age, day } from '../words.ts'
import { hostRow } from './host-row.ts'
import { type Item, isLive } from './kitchen.ts'
import { orphanSign, ownerOf } from './owners.ts'

/** What a state looks like: a sign, so that colour is never needed, and a tone. */
const signs: Record<Serve['state'], { sign: string; tone: Tone }> = {
  queued: { sign: '.', tone: 'quiet' },
  launching: { sign: 'o', tone: 'accent' },
  loading: { sign: 'o', tone: 'accent' },
  ready: { sign: '*', tone: 'good' },
  unhealthy: { sign: '!', tone: 'warn' },
  stopping: { sign: '~', tone: 'warn' },
  stopped: { sign: '-', tone: 'quiet' },
  exited: { sign: '-', tone: 'quiet' },
  crashed: { sign: 'x', tone: 'bad' },
  lost: { sign: '?', tone: 'warn' },
}

export const signOf = (serve: Serve): { sign: string; tone: Tone } => signs[serve.state]

/** How wide the names and the lists of GPUs are: the same in all rows, and no wider than any is. */
export interface Columns {
  name: number
  gpus: number
}

export const columnsOf = (serves: readonly Serve[]): Columns => ({
  name: Math.max(0, ...serves.map(({ name }) => textWidth(sanitiseText(name)))),
  gpus: Math.max(0, ...serves.map(({ gpus }) => gpuList(gpus).length)),
})

/** What a row says that its item alone does not: the time, what it did lately, and whether its host can be asked. */
export interface Around {
  columns: Columns
  glyphs: Glyphs
  now: number
  trend(serve: Serve): readonly number[]
  isReached(serve: Serve): boolean
}

/** One row of the tree, with the fields that fit. */
export function itemRow(row: TreeRow<Item>, width: number, around: Around): string {
  const { item } = row
  const { glyphs, now } = around
  const lead = item.kind === 'host' ? treeLead(row, glyphs) : '  '
  const room = Math.max(1, width - textWidth(lead))
  if (item.kind === 'host') return lead + hostRow(item, room, glyphs, now)
  return lead + (item.kind === 'serve' ? serveRow(item, room, around) : processRow(item, room, around))
}

interface Part {
  text: string
  width: number
  tone?: Tone
}

/** Fields next to each other in fixed columns; from the right they go where there is no room. */
function fields(parts: readonly Part[], grown: string, width: number): string {
  const kept: Part[] = []
  let used = 0
  const least = 16
  for (const part of parts) {
    if (used + part.width + 1 + least > width && kept.length >= 2) break
    kept.push(part)
    used += part.width + 1
  }
  const line = kept
    .map(({ text, width: cells, tone }) => toned(toWidth(text, cells), tone ?? 'plain'))
    .join(' ')
  const rest = width - used
  return rest > 3 ? `${line} ${cut(grown, rest)}` : cut(line, width)
}

const trendCells = 8

const nameCells = ({ name }: Columns, width: number): number =>
  Math.max(10, Math.min(26, name, Math.floor(width * 0.28)))

const gpuCells = ({ gpus }: Columns): number => Math.max(1, Math.min(8, gpus))

function serveRow(
  { serve, orphan }: Extract<Item, { kind: 'serve' }>,
  width: number,
  around: Around,
): string {
  const isLost = orphan === true && isLive(serve)
  const { columns, glyphs, now, trend, isReached } = around
  const known = isReached(serve)
  const { sign, tone: meant } = isLost ? { sign: orphanSign, tone: 'warn' as const } : signOf(serve)
  const tone = known ? meant : 'quiet'
  const who = ownerOf(serve)
  const lately = trend(serve)
  const line =
    serve.state === 'ready' && lately.some(value => value > 0)
      ? ` ${toned(sparkline(lately, trendCells, glyphs).trimStart(), 'accent')}`
      : ''
  // What was last known of one whose host is out of reach, and since when.
  const asOf = known || serve.seen_at === null ? '' : ` as of ${day(serve.seen_at)}`
  const tail = [
    serve.kind === 'serve' ? '' : serve.kind,
    who === 'me' && serve.origin === 'launched' ? '' : who,
    serve.origin === 'launched' ? '' : serve.origin,
    serve.attempt > 1 ? `attempt ${serve.attempt}` : '',
  ].filter(Boolean)
  return fields(
    [
      { text: sign, width: 1, tone },
      { text: sanitiseText(serve.name), width: nameCells(columns, width) },
      { text: serve.port === null ? '' : `:${serve.port}`, width: 6 },
      { text: gpuList(serve.gpus), width: gpuCells(columns) },
    ],
    `${toned(`${isLost ? orphanWords(serve) : stateWords(serve, now)}${asOf}`, tone)}${line}${tail.length > 0 ? `  ${toned(tail.join('  '), 'quiet')}` : ''}`,
    width,
  )
}

const orphanWords = ({ vram_mib: vram }: Serve): string =>
  `ORPHAN${vram === null ? '' : ` ${Math.round(vram / 1024)}G`}, parent gone`

/** What it does or how it ended, in a few words. */
export function stateWords(serve: Serve, now: number): string {
  const ago = serve.ended_at === null ? '' : ` ${age(now - serve.ended_at)}`
  switch (serve.state) {
    case 'queued':
      return 'queued'
    case 'launching':
    case 'loading': {
      const percent = serve.percent === null ? '' : ` ${Math.round(serve.percent)}%`
      return `${serve.state}${percent}${serve.phase ? ` ${sanitiseText(serve.phase)}` : ''}`
    }
    case 'ready':
    case 'unhealthy':
      return `${serve.state === 'ready' ? 'ready' : 'UNHEALTHY'} ${age(now - (serve.ready_at ?? serve.launched_at))}${loadWords(serve)}`
    case 'stopping':
      return 'stopping'
    case 'stopped':
      return `stopped${ago}`
    case 'exited':
      return `exited (${serve.exit_code ?? 0})${ago}`
    case 'crashed': {
      const how = serve.signal ?? (serve.exit_code === null ? '' : `exit ${serve.exit_code}`)
      return `CRASHED${ago} ${sanitiseText(serve.cause ?? how)}`
    }
    case 'lost':
      return `LOST${ago}${serve.reason ? ` ${sanitiseText(serve.reason)}` : ''}`
  }
}

/** When and how one that has ended came to its end. */
export function endWords(serve: Serve): string {
  const { ended_at: ended, launched_at: launched, ready_at: ready, state } = serve
  if (ended === null || isLive(serve)) return ''
  const ran = ready === null ? 'never ready' : `ready ${age(ended - ready)}`
  const code = serve.signal ?? (serve.exit_code === null ? '' : `exit ${serve.exit_code}`)
  const how = code === '' || state === 'stopped' ? '' : ` ${code}`
  const verb = state === 'crashed' ? 'died' : state
  return `${verb} ${day(ended)}${how} after ${age(ended - launched)}, ${ran}`
}

/** Over what is open of a serve: which one it is, and at the right what is shown of it. */
export function serveHead(serve: Serve, shown: string, width: number): string {
  const { name, host_name: host, port, attempt, state } = serve
  const parts = [
    `< ${sanitiseText(name)} ${sanitiseText(host)}${port === null ? '' : `:${port}`}`,
    attempt > 1 ? `attempt ${attempt}` : '',
    state === 'crashed' ? 'CRASHED' : state,
  ]
  const room = Math.max(0, width - shown.length - 1)
  return toned(`${toWidth(parts.filter(Boolean).join('  '), room)} ${shown}`, 'selected')
}

function loadWords({ metrics }: Serve): string {
  if (!metrics) return ''
  const { tokens_per_second: tps, running, waiting, kv_use: kv } = metrics
  return [
    tps === null ? '' : ` ${Math.round(tps)} tok/s`,
    running ? ` run ${running}` : '',
    waiting ? ` wait ${waiting}` : '',
    kv === null || kv === 0 ? '' : ` kv ${Math.round(kv * 100)}%`,
  ].join('')
}

/** `0-3,6` for 0 1 2 3 6. */
export function gpuList(gpus: readonly number[]): string {
  const sorted = [...gpus].sort((a, b) => a - b)
  const runs: [number, number][] = []
  for (const gpu of sorted) {
    const last = runs.at(-1)
    if (last && last[1] === gpu - 1) last[1] = gpu
    else runs.push([gpu, gpu])
  }
  return runs.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(',')
}

function processRow(
  { process, gpus }: Extract<Item, { kind: 'process' }>,
  width: number,
  { columns }: Around,
): string {
  const used = process.used_mib === null ? '' : `${Math.round(process.used_mib / 1024)}G`
  const words = [
    process.orphan
      ? 'ORPHAN'
      : process.container
        ? `container ${sanitiseText(process.container)}`
        : 'not ours',
    used,
    `${sanitiseText(process.name)}${process.orphan ? ', parent gone' : ''}`,
    sanitiseText(process.user ?? ''),
  ]
  return fields(
    [
      { text: process.orphan ? '!' : '=', width: 1, tone: process.orphan ? 'warn' : 'quiet' },
      { text: `pid ${process.pid}`, width: nameCells(columns, width) },
      { text: '-', width: 6 },
      { text: gpuList(gpus), width: Math.max(gpuList(gpus).length, gpuCells(columns)) },
    ],
    toned(words.filter(Boolean).join('  '), process.orphan ? 'warn' : 'quiet'),
    width,
  )
}
