import { statSync } from 'node:fs'
import type { MiddlewareHandler } from 'hono'
import type { Workspace } from '../workspace/workspace.ts'
import type { Env } from './context.ts'

/** What was asked of this process and how long it took, counted without looking anything up. */
export interface Metrics {
  readonly count: MiddlewareHandler<Env>
  text(workspace: Workspace): string
}

const BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

interface Times {
  readonly buckets: number[]
  sum: number
  count: number
}

export const openMetrics = (): Metrics => {
  const answers = new Map<string, Map<number, number>>()
  const times = new Map<string, Times>()

  const note = (route: string, status: number, seconds: number): void => {
    let counts = answers.get(route)
    if (!counts) {
      counts = new Map()
      answers.set(route, counts)
      times.set(route, { buckets: BOUNDS.map(() => 0), sum: 0, count: 0 })
    }
    counts.set(status, (counts.get(status) ?? 0) + 1)
    const taken = times.get(route)!
    taken.sum += seconds
    taken.count += 1
    const place = BOUNDS.findIndex(bound => seconds <= bound)
    if (place >= 0) taken.buckets[place] = taken.buckets[place]! + 1
  }

  return {
    async count(http, next) {
      const start = performance.now()
      await next()
      // Whoever was refused at the door, or asked for nothing that exists, must not make up new names here.
      note(http.get('route') ?? 'none', http.res.status, (performance.now() - start) / 1000)
    },

    text(workspace) {
      const lines: string[] = []
      const family = (name: string, type: string, help: string, samples: [string, number][]): void => {
        lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`)
        for (const [labels, value] of samples) lines.push(`${name}${labels} ${value}`)
      }
      family(
        'ithaca_requests_total',
        'counter',
        'Requests answered, by route and status.',
        [...answers].flatMap(([route, counts]) =>
          [...counts].map(([status, count]): [string, number] => [
            `{route="${route}",status="${status}"}`,
            count,
          ]),
        ),
      )
      lines.push(
        '# HELP ithaca_request_seconds Time until the answer began.',
        '# TYPE ithaca_request_seconds histogram',
      )
      for (const [route, taken] of times) {
        let below = 0
        for (const [index, bound] of BOUNDS.entries()) {
          below += taken.buckets[index]!
          lines.push(`ithaca_request_seconds_bucket{route="${route}",le="${bound}"} ${below}`)
        }
        lines.push(`ithaca_request_seconds_bucket{route="${route}",le="+Inf"} ${taken.count}`)
        lines.push(`ithaca_request_seconds_sum{route="${route}"} ${taken.sum}`)
        lines.push(`ithaca_request_seconds_count{route="${route}"} ${taken.count}`)
      }
      const gauge = (name: string, help: string, value: number): void =>
        family(name, 'gauge', help, [['', value]])
      gauge('ithaca_event_subscribers', 'Open streams of events.', workspace.changes.audience())
      gauge('ithaca_newest_change', 'The number of the newest change.', workspace.changes.newest())
      gauge(
        'ithaca_approvals_pending',
        'Questions that wait for the operator.',
        workspace.approvals.pending(),
      )
      gauge('ithaca_database_bytes', 'The database and its log on disk.', sizeOf(workspace.paths.database))
      gauge('ithaca_started_seconds', 'When the workspace was opened.', workspace.startedAt / 1000)
      gauge('process_resident_memory_bytes', 'Memory in use.', process.memoryUsage.rss())
      const { user, system } = process.cpuUsage()
      family('process_cpu_seconds_total', 'counter', 'Processor time used.', [['', (user + system) / 1e6]])
      return `${lines.join('\n')}\n`
    },
  }
}

const sizeOf = (file: string): number =>
  [file, `${file}-wal`]
    .map(name => statSync(name, { throwIfNoEntry: false })?.size ?? 0)
    .reduce((sum, size) => sum + size, 0)
