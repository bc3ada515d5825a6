import type { Host } from '../../../src/contract/hosts.ts'
import type { Serve, ServeState } from '../../../src/contract/serve.ts'
import type { Branch } from '../../widgets/tree.ts'

/** A row of the tree: a host, a serve on it, or a process on its GPUs that is none of ours. */
export type Item =
  | { kind: 'host'; id: string; host: Host; serves: readonly Serve[] }
  | { kind: 'serve'; id: string; serve: Serve; orphan?: boolean }
  | {
      kind: 'process'
      id: string
      host: Host
      process: Host['devices'][number]['processes'][number]
      gpus: number[]
    }

const live: ReadonlySet<ServeState> = new Set([
  'queued',
  'launching',
  'loading',
  'ready',
  'unhealthy',
  'stopping',
])

export const isLive = (serve: Pick<Serve, 'state'>): boolean => live.has(serve.state)

/** Hosts with what runs there: what needs somebody first, then what lives, then what has ended, newest first. */
export function treeOf(
  hosts: readonly Host[],
  serves: readonly Serve[],
  keeps: (serve: Serve) => boolean,
  now: number,
): Branch<Item>[] {
  const latest = newestAttempts(serves).filter(keeps)
  const known = new Set(hosts.map(({ id }) => id))
  const strays = latest.filter(({ host }) => !known.has(host))
  return [
    ...hosts.map(host =>
      branchOf(
        host,
        latest.filter(serve => serve.host === host.id),
        now,
      ),
    ),
    ...strays.map(serve => leafOf(serve, false)),
  ]
}

function branchOf(host: Host, serves: readonly Serve[], now: number): Branch<Item> {
  const sorted = [...serves].sort((a, b) => weight(a, now) - weight(b, now) || b.launched_at - a.launched_at)
  const processes = host.devices.flatMap(gpu => gpu.processes)
  const lost = new Set(processes.filter(({ orphan }) => orphan).map(({ serve }) => serve))
  return {
    id: `host:${host.id}`,
    item: { kind: 'host', id: `host:${host.id}`, host, serves: sorted },
    children: [...sorted.map(serve => leafOf(serve, lost.has(serve.id))), ...processesOf(host)],
  }
}

/** A serve keeps its row when it is relaunched: what is selected and marked is its lineage. */
function leafOf(serve: Serve, orphan: boolean): Branch<Item> {
  const { lineage } = serve
  return { id: lineage, item: { kind: 'serve', id: lineage, serve, orphan }, children: [] }
}

/** Processes on the GPUs that belong to no serve we know: containers, other people's, orphans. One with several GPUs is one row. */
function processesOf(host: Host): Branch<Item>[] {
  const rows = new Map<number, Extract<Item, { kind: 'process' }>>()
  for (const gpu of host.devices)
    for (const process of gpu.processes) {
      if (process.serve !== null) continue
      const before = rows.get(process.pid)
      if (before) {
        before.gpus.push(gpu.index)
        before.process = {
          ...before.process,
          used_mib: (before.process.used_mib ?? 0) + (process.used_mib ?? 0),
        }
      } else
        rows.set(process.pid, {
          kind: 'process',
          id: `pid:${host.id}:${process.pid}`,
          host,
          process,
          gpus: [gpu.index],
        })
    }
  return [...rows.values()].map(item => ({ id: item.id, item, children: [] }))
}

function newestAttempts(serves: readonly Serve[]): Serve[] {
  const newest = new Map<string, Serve>()
  for (const serve of serves) {
    const other = newest.get(serve.lineage)
    if (
      !other ||
      serve.attempt > other.attempt ||
      (serve.attempt === other.attempt && serve.launched_at > other.launched_at)
    )
      newest.set(serve.lineage, serve)
  }
  return [...newest.values()]
}

/** What has just died is looked for first; what nobody mended for so long is in nobody's way. */
const fresh = 3_600_000

function weight(serve: Serve, now: number): number {
  const { state, ended_at: ended } = serve
  const died = state === 'crashed' || state === 'lost'
  if (state === 'unhealthy' || (died && ended !== null && now - ended < fresh)) return 0
  return isLive(serve) ? 1 : 2
}
