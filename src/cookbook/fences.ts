import type { Fences } from '../contract/actor.ts'
import type { Doubts } from './command/doubts.ts'

export interface Wanted {
  /** Everywhere it acts: a copy acts where it comes from and where it goes to. */
  hosts: readonly Named[]
  /** What a server takes for itself; null for work that ends by itself. */
  server: Server | null
  /** How many servers of this token are live already. */
  live: number
  now: number
}

export interface Server {
  gpus: readonly number[]
  port: number | null
  /** What its command leaves open; absent where it runs already. */
  doubts?: Doubts
}

export interface Named {
  id: string
  name: string
}

const inside = (value: number, ranges: readonly (readonly [number, number])[]): boolean =>
  ranges.some(([from, to]) => value >= from && value <= to)

const shown = (ranges: readonly (readonly [number, number])[]): string =>
  ranges.map(([from, to]) => (from === to ? String(from) : `${from}-${to}`)).join(',')

/** A token that is fenced to hosts does nothing on others: it launches, adopts, stops and prompts there alone. */
export const hostFence = (fences: Fences | null, { id, name }: Named): string | null => {
  const hosts = fences?.hosts
  if (!hosts || hosts.includes(name) || hosts.includes(id)) return null
  return `fence hosts: this token may use ${hosts.join(', ')}, not ${name}`
}

/** The fence a launch would climb, in words that name it; null where it stays inside. */
export const fenceFor = (fences: Fences | null, { hosts, server, live, now }: Wanted): string | null => {
  if (!fences) return null
  for (const host of hosts) {
    const reason = hostFence(fences, host)
    if (reason) return reason
  }
  const { until } = fences
  if (until !== undefined && !(now < Date.parse(until)))
    return `fence until: this token launches nothing after ${until}`
  return server && serverFence(fences, server, live)
}

const serverFence = (
  { gpus, ports, max_serves: most }: Fences,
  { gpus: taken, port, doubts }: Server,
  live: number,
): string | null => {
  if (gpus && doubts?.gpus) return `fence gpus: this token may take ${shown(gpus)}, and ${doubts.gpus}`
  if (ports && doubts?.port) return `fence ports: this token may use ${shown(ports)}, and ${doubts.port}`
  if (gpus && taken.length === 0)
    return `fence gpus: this token has to say which GPUs it takes, of ${shown(gpus)}`
  const strange = gpus && taken.find(gpu => !inside(gpu, gpus))
  if (gpus && strange !== undefined) return `fence gpus: this token may take ${shown(gpus)}, not ${strange}`
  const outside = ports && [port ?? Number.NaN, ...(doubts?.beside ?? [])].find(each => !inside(each, ports))
  if (ports && outside !== undefined)
    return `fence ports: this token may use ${shown(ports)}, not ${Number.isNaN(outside) ? 'an unknown port' : outside}`
  if (most !== undefined && live >= most)
    return `fence max_serves: this token has ${live} of ${most} serves live`
  return null
}
