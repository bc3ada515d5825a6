import type { Serve } from '../../../src/contract/serve.ts'
import { sanitiseText } from '../../terminal/sanitise.ts'
import { textWidth } from '../../terminal/width.ts'
import { bar } from '../../widgets/charts.ts'
import { cut, type Glyphs, toWidth } from '../../widgets/text.ts'
import { type Tone, toned } from '../../widgets/theme.ts'
import { type TreeRow, treeLead } from '../../widgets/tree.ts'
import { age } from '../words.ts'
import type { Item } from './kitchen.ts'

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

/** One row of the tree, with the fields that fit. */
export function itemRow(row: TreeRow<Item>, width: number, glyphs: Glyphs, now: number): string {
  const { item } = row
  const lead = item.kind === 'host' ? treeLead(row, glyphs) : '  '
  const room = Math.max(1, width - textWidth(lead))
  if (item.kind === 'host') return lead + hostRow(item, room, glyphs)
  return lead + (item.kind === 'serve' ? serveRow(item.serve, room, now) : processRow(item, room))
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
  const least = 10
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

function serveRow(serve: Serve, width: number, now: number): string {
  const { sign, tone } = signOf(serve)
  const name = Math.max(10, Math.min(26, Math.floor(width * 0.28)))
  const who = serve.mine ? 'me' : sanitiseText(serve.operator ?? '').split('@')[0]!
  const tail = [
    serve.kind === 'serve' ? '' : serve.kind,
    who === 'me' && serve.origin === 'launched' ? '' : who,
    serve.origin === 'launched' ? '' : serve.origin,
    serve.attempt > 1 ? `attempt ${serve.attempt}` : '',
  ].filter(Boolean)
  return fields(
    [
      { text: sign, width: 1, tone },
      { text: sanitiseText(serve.name), width: name },
      { text: serve.port === null ? '' : `:${serve.port}`, width: 6 },
      { text: gpuList(serve.gpus), width: 4 },
    ],
    `${toned(stateWords(serve, now), tone)}${tail.length > 0 ? `  ${toned(tail.join('  '), 'quiet')}` : ''}`,
    width,
  )
}

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

function hostRow({ host, serves }: Extract<Item, { kind: 'host' }>, width: number, glyphs: Glyphs): string {
  const name = toned(sanitiseText(host.name), 'strong')
  if (host.reach.state === 'unreachable') {
    const ready = serves.filter(({ state }) => state === 'ready').length
    const seen = serves.length > 0 ? `, last seen with ${ready} ready` : ''
    return `${name}  ${toned('UNREACHABLE', 'bad')} ${sanitiseText(host.reach.reason ?? '')}${seen}`
  }
  const { devices } = host
  const kinds = devices.length === 0 ? '' : `${devices.length}x${shortGpu(devices[0]!.name)}`
  const used = devices.reduce((sum, gpu) => sum + (gpu.used_mib ?? 0), 0) / 1024
  const total = devices.reduce((sum, gpu) => sum + (gpu.total_mib ?? 0), 0) / 1024
  const bars = devices
    .slice(0, 8)
    .map(gpu => bar((gpu.used_mib ?? 0) / (gpu.total_mib ?? 1), width < 60 ? 2 : 4, glyphs, gpuTone(gpu)))
    .join(' ')
  const parts = [
    name,
    kinds,
    bars,
    devices.length === 0 ? '' : `${Math.round(used)}/${Math.round(total)}G`,
    host.target === '' ? '' : delay(host.reach.round_trip_ms),
  ]
  return parts.filter(Boolean).join('  ')
}

function gpuTone(gpu: { used_mib: number | null; total_mib: number | null }): Tone {
  const share = (gpu.used_mib ?? 0) / (gpu.total_mib ?? 1)
  return share > 0.95 ? 'warn' : 'good'
}

/** A round trip in steps coarse enough not to flicker. */
function delay(ms: number | null): string {
  if (ms === null || ms < 1) return ''
  const step = [2, 5, 10, 20, 50, 100, 150, 200, 300, 500, 1000].find(limit => ms <= limit)
  return step === undefined ? '>1s' : `<${step}ms`
}

/** `NVIDIA H100 80GB HBM3` says no more than H100 to somebody with eight of them. */
function shortGpu(name: string): string {
  const words = sanitiseText(name)
    .replace(/NVIDIA|GeForce|AMD|Instinct|Generation/g, '')
    .trim()
    .split(/\s+/)
  return words.slice(0, words[0] === 'RTX' ? 2 : 1).join('')
}

function processRow({ process, gpus }: Extract<Item, { kind: 'process' }>, width: number): string {
  const used = process.used_mib === null ? '' : `${Math.round(process.used_mib / 1024)}G`
  const words = [
    process.orphan
      ? 'ORPHAN'
      : process.container
        ? `container ${sanitiseText(process.container)}`
        : 'not ours',
    used,
    sanitiseText(process.name),
    sanitiseText(process.user ?? ''),
  ]
  return fields(
    [
      { text: process.orphan ? '!' : '=', width: 1, tone: process.orphan ? 'warn' : 'quiet' },
      { text: `pid ${process.pid}`, width: 12 },
      { text: gpuList(gpus), width: 4 },
    ],
    toned(words.filter(Boolean).join('  '), process.orphan ? 'warn' : 'quiet'),
    width,
  )
}
