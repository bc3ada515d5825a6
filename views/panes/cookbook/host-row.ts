import type { Gpu, Host } from '../../../src/contract/hosts.ts'
import { roomShort } from '../../../src/contract/room.ts'
import { sanitiseText } from '../../terminal/sanitise.ts'
import { textWidth } from '../../terminal/width.ts'
import type { Glyphs } from '../../widgets/text.ts'
import { type Tone, toned } from '../../widgets/theme.ts'
import { age, day } from '../words.ts'
import type { Item } from './kitchen.ts'
import { orphanSign, ownedGpus } from './owners.ts'

type HostItem = Extract<Item, { kind: 'host' }>

/** A host with its GPUs, each as wide a bar of its owner's letter as there is room for. */
export function hostRow(item: HostItem, width: number, glyphs: Glyphs, now: number): string {
  const { host, serves } = item
  if (host.reach.state === 'unreachable') return unreachableRow(item, now)
  const name = toned(sanitiseText(host.name), 'strong')
  const { devices } = host
  if (devices.length === 0) return [name, diskOf(host), delayOf(item)].filter(Boolean).join('  ')
  const { letters, owners } = ownedGpus(host, serves)
  const legend = owners.map(({ letter, name: who }) => `${letter}=${who}`).join(' ')
  const before = [name, kindOf(devices)]
  const memory = memoryOf(devices)
  const bare = [memory, delayOf(item)].filter(Boolean)
  const after = [memory, diskOf(host), delayOf(item)].filter(Boolean)
  const withLegend = [...after, toned(legend, 'quiet')].filter(Boolean)
  const left = (parts: readonly string[]) => width - textWidth([...before, ...parts].join('  ')) - 2
  // The legend goes first, then the disk, then the bars get thinner.
  const rest = [withLegend, after].find(parts => left(parts) >= devices.length) ?? bare
  const each = [4, 2, 1].find(
    cells => devices.length * cells + (cells > 1 ? devices.length - 1 : 0) <= left(rest),
  )
  const bars = each === undefined ? [] : [barsOf(devices, letters, each, glyphs)]
  return [...before, ...bars, ...rest].join('  ')
}

const kindOf = (devices: readonly Gpu[]): string => `${devices.length}x${shortGpu(devices[0]!.name)}`

function memoryOf(devices: readonly Gpu[]): string {
  const used = devices.reduce((sum, gpu) => sum + (gpu.used_mib ?? 0), 0) / 1024
  const total = devices.reduce((sum, gpu) => sum + (gpu.total_mib ?? 0), 0) / 1024
  return `${Math.round(used)}/${Math.round(total)}G`
}

/** How many GPUs of which kind, and how much of their memory is in use. */
export const gpusOf = (devices: readonly Gpu[]): string =>
  devices.length === 0 ? '' : `${kindOf(devices)} ${memoryOf(devices)}`

const SHORT = 50 * 1024 ** 3

/** The disks of a host; an older daemon, which a screen may be attached to, tells none. */
export const disksOf = ({ disks }: { disks?: Host['disks'] }): Host['disks'] => disks ?? []

/** What is left where models go: what a download fails for. */
export function diskOf(host: Host): string {
  const disk = disksOf(host).find(({ what }) => what === 'cache')
  if (!disk) return ''
  const text = `disk ${roomShort(disk.free_bytes)} free`
  return disk.free_bytes < SHORT ? toned(text, 'warn') : text
}

function barsOf(devices: readonly Gpu[], letters: readonly string[], cells: number, glyphs: Glyphs): string {
  return devices
    .map((gpu, i) => {
      const letter = letters[i]!
      const share = (gpu.used_mib ?? 0) / (gpu.total_mib ?? 1)
      const filled = letter === '' ? 0 : Math.max(1, Math.min(cells, Math.round(share * cells)))
      const free = glyphs.track.repeat(cells - filled)
      return toned(letter.repeat(filled), toneOf(letter, share)) + toned(free, 'quiet')
    })
    .join(cells > 1 ? ' ' : '')
}

function toneOf(letter: string, share: number): Tone {
  if (letter === orphanSign || share > 0.97) return 'warn'
  return letter === 'm' ? 'good' : 'accent'
}

function unreachableRow({ host: { name, reach }, serves }: HostItem, now: number): string {
  const count = (...states: string[]) => serves.filter(({ state }) => states.includes(state)).length
  const seen = Math.max(0, ...serves.map(({ seen_at }) => seen_at ?? 0))
  const last =
    serves.length === 0
      ? ''
      : `last seen${seen > 0 ? ` ${day(seen)}` : ''}: ${count('ready')} ready, ${count('crashed', 'lost')} failed`
  const since = reach.since === null ? '' : ` ${age(now - reach.since)}`
  return [
    toned(sanitiseText(name), 'strong'),
    `${toned('UNREACHABLE', 'bad')}${since}${last === '' ? '' : `, ${last}`}`,
    toned(sanitiseText(reach.reason ?? ''), 'quiet'),
  ]
    .filter(Boolean)
    .join('  ')
}

/** A round trip in steps coarse enough not to flicker. */
function delayOf({ host }: HostItem): string {
  const ms = host.target === '' ? null : host.reach.round_trip_ms
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
