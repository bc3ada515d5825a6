import type { Fences } from '../contract/actor.ts'

export interface Wanted {
  host: string
  hostName: string
  gpus: readonly number[]
  port: number | null
  /** How many serves of this token are live already. */
  live: number
  /** `HH:MM` on the owner's clock. */
  clock: string
}

const inside = (value: number, ranges: readonly (readonly [number, number])[]): boolean =>
  ranges.some(([from, to]) => value >= from && value <= to)

const shown = (ranges: readonly (readonly [number, number])[]): string =>
  ranges.map(([from, to]) => (from === to ? String(from) : `${from}-${to}`)).join(',')

/** The fence a launch would climb, in words that name it; null where it stays inside. */
export const fenceFor = (fences: Fences | null, wanted: Wanted): string | null => {
  if (!fences) return null
  const { hosts, gpus, ports, max_serves: most, until } = fences
  if (hosts && !hosts.includes(wanted.hostName) && !hosts.includes(wanted.host))
    return `fence hosts: this token may launch on ${hosts.join(', ')}, not on ${wanted.hostName}`
  if (gpus && wanted.gpus.length === 0)
    return `fence gpus: this token has to say which GPUs it takes, of ${shown(gpus)}`
  const strange = gpus && wanted.gpus.find(gpu => !inside(gpu, gpus))
  if (gpus && strange !== undefined) return `fence gpus: this token may take ${shown(gpus)}, not ${strange}`
  if (ports && (wanted.port === null || !inside(wanted.port, ports)))
    return `fence ports: this token may use ${shown(ports)}, not ${wanted.port ?? 'an unknown port'}`
  if (most !== undefined && wanted.live >= most)
    return `fence max_serves: this token has ${wanted.live} of ${most} serves live`
  if (until !== undefined && wanted.clock >= until)
    return `fence until: this token launches nothing after ${until}`
  return null
}
