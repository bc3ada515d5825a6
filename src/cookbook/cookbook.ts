import { setTimeout as pause } from 'node:timers/promises'
import type { Changes } from '../../store/changes.ts'
import type { HostStore } from '../../store/hosts.ts'
import type { ModelStore } from '../../store/models.ts'
import type { PresetStore } from '../../store/presets.ts'
import type { ServeStore } from '../../store/serves.ts'
import type { Serve, ServeState } from '../contract/serve.ts'
import type { HostsOptions } from '../hosts/hosts.ts'
import { type Adoption, openAdoption } from './adoption.ts'
import { openAdvice } from './advice.ts'
import { type Alarms, type Bell, openAlarms } from './alarms.ts'
import { type Attempts, openAttempts } from './attempts.ts'
import { type Check, openCheck } from './check.ts'
import type { Policy } from './command/command.ts'
import { type Control, openControl } from './control.ts'
import { openWeights } from './disks.ts'
import { openFits } from './fit.ts'
import { openEngineFlags } from './flags-known.ts'
import { foreignStop } from './foreign.ts'
import { type Gateway, openGateway } from './gateway.ts'
import { type Launching, openLaunching } from './launching.ts'
import { learnFromLogs } from './learning.ts'
import { type Machines, openMachines, type Place } from './machines.ts'
import { type Metrics, openMetrics } from './metrics.ts'
import { type Models, openModels } from './models.ts'
import { openPresets, type Presets } from './presets.ts'
import { openReading, type Reading } from './reading.ts'
import { openRelaunch, type Relaunch } from './relaunch.ts'
import { type KeepFor, openRetention } from './retention.ts'
import { takenByReboot } from './revive.ts'
import { type Known, openServes, type Serves } from './serves.ts'
import { openTerminals, type Terminals } from './terminals.ts'
import { openTries, type Tries } from './tries.ts'
import { openWatch, type Watch } from './watch.ts'
import { openWhy, type Why } from './why.ts'

/** Model servers on many hosts: the rooms of the Cookbook, opened together. */
export interface Cookbook {
  readonly machines: Machines
  readonly serves: Serves
  readonly watch: Watch
  readonly launching: Launching
  readonly control: Control
  readonly adoption: Adoption
  readonly gateway: Gateway
  readonly metrics: Metrics
  readonly tries: Tries
  readonly terminals: Terminals
  readonly alarms: Alarms
  readonly reading: Reading
  readonly presets: Presets
  readonly why: Why
  readonly relaunch: Relaunch
  readonly attempts: Attempts
  readonly check: Check
  readonly models: Models
  readonly policy: () => Policy
  /** Removes logs that a host need not keep; answers which sessions went. */
  tidy(host: string): Promise<string[]>
  /** What a reboot of the host took and nobody replaced. */
  takenByReboot(host: string): Promise<Known[]>
  list(query: ListQuery): Serve[]
  /** A look at the host, where it matters for the answer and can be had quickly. */
  fresh(host?: string): Promise<void>
  /** Looks at the host again and again while something on it is waited for, also where nothing else does. */
  attentively<T>(host: string, work: Promise<T>): Promise<T>
  /** Begins to look at the hosts where nothing does yet, and waits for the first look. */
  seen(): Promise<void>
  start(every: (ms: number, work: () => void | Promise<void>) => void): void
  close(): Promise<void>
}

export interface ListQuery {
  host?: string
  state?: ServeState | 'live' | 'ended' | 'all'
  mine?: boolean
  lineage?: string
  latest?: boolean
}

export interface CookbookDeps {
  stores: { hosts: HostStore; serves: ServeStore; presets: PresetStore; models: ModelStore }
  changes: Changes
  now: () => number
  operator: string
  seal: { seal(text: string): Buffer; open(sealed: Buffer): string }
  ssh: HostsOptions
  localSocket: string
  localState: string
  policy: () => Policy
  /** How long logs are kept, and how many bytes of them on each host. */
  keep: () => KeepFor
  bell: Bell
  report: (error: unknown) => void
}

const ENDED = new Set<ServeState>(['stopped', 'exited', 'crashed', 'lost'])
const FRESH_WITHIN = 3000
const GPUS_WITHIN = 1500
const LOOK_EVERY = 1500

export const openCookbook = (deps: CookbookDeps): Cookbook => {
  const { changes, now, report, policy } = deps
  const machines = openMachines({ ...deps, store: deps.stores.hosts })
  const hostName = (id: string): string => machines.all().find(place => place.id === id)?.name ?? id
  const serves = openServes({ store: deps.stores.serves, changes, now, operator: deps.operator, hostName })
  const watch = openWatch({ machines, serves, changes, now, report })
  const running = new Set<Promise<unknown>>()
  let closed = false
  const later = (work: Promise<unknown>): void => {
    const settled = work
      .catch(error => {
        if (!closed) report(error)
      })
      .finally(() => running.delete(settled))
    running.add(settled)
  }
  const fits = openFits({ serves, now })
  const flags = openEngineFlags({ now })
  const weights = openWeights(deps.stores.models)
  const weigh = (model: string) =>
    weights(
      machines.all().map(({ id }) => id),
      model,
    )
  const advise = openAdvice({ fits, flags, weigh, report })
  const launching = openLaunching({ ...deps, machines, serves, watch, advise })
  const control = openControl({ machines, serves, watch, launching, now, report })
  const gateway = openGateway({ ...deps, machines, serves })
  const metrics = openMetrics({ serves, gateway, watch, now })
  const tries = openTries({ machines, serves, gateway })
  const terminals = openTerminals({ machines, serves, changes })
  const alarms = openAlarms({ machines, serves, bell: deps.bell, now })
  const retention = openRetention({ ...deps, machines, serves })
  const adoption = openAdoption({ machines, serves, now, operator: deps.operator })
  control.foreign(foreignStop(machines))
  watch.beside({ look: adoption.look, slowly: adoption.sweep })
  const subscribe = (listener: (id: string) => void): (() => void) =>
    changes.subscribe(events => {
      for (const event of events) if (event.noun === 'serve') listener(event.id)
    })
  const reading = openReading({ machines, serves, subscribe })
  const why = openWhy({ machines, serves, reading, changes, now, report, later })
  const relaunch = openRelaunch({ ...deps, machines, serves, why })
  learnFromLogs({ machines, serves, reading, later })
  const attempts = openAttempts({ serves, now })
  const check = openCheck({ machines, serves, launching, fits, flags, policy, now })
  const models = openModels({ ...deps, store: deps.stores.models, machines, serves, later })
  const presets = openPresets({ store: deps.stores.presets, changes, machines, now, policy })

  const list = (query: ListQuery): Serve[] => {
    const host = query.host === undefined ? undefined : machines.at(query.host).id
    let shown = serves.all().map(serves.view)
    if (host !== undefined) shown = shown.filter(serve => serve.host === host)
    if (query.lineage) shown = shown.filter(serve => serve.lineage === query.lineage)
    if (query.latest) shown = newest(shown)
    if (query.mine) shown = shown.filter(serve => serve.mine)
    if (query.state === 'live') shown = shown.filter(serve => !ENDED.has(serve.state))
    else if (query.state === 'ended') shown = shown.filter(serve => ENDED.has(serve.state))
    else if (query.state && query.state !== 'all') shown = shown.filter(serve => serve.state === query.state)
    return shown.sort(
      (a, b) => Number(ENDED.has(a.state)) - Number(ENDED.has(b.state)) || b.launched_at - a.launched_at,
    )
  }

  const fresh: Cookbook['fresh'] = async host => {
    watch.hurry(host)
    const looks = (host === undefined ? machines.all() : [machines.at(host)])
      .filter(place => place.host.reach.state !== 'unreachable')
      .map(place => watch.look(place.id))
    // A slow host is answered for with what was last known of it.
    await Promise.race([
      Promise.allSettled(looks),
      new Promise(resolve => setTimeout(resolve, FRESH_WITHIN).unref()),
    ])
  }
  let looking: Promise<void> | null = null

  return {
    machines,
    serves,
    watch,
    launching,
    control,
    adoption,
    gateway,
    metrics,
    tries,
    terminals,
    alarms,
    reading,
    presets,
    why,
    relaunch,
    attempts,
    check,
    models,
    policy,
    tidy: host => retention.sweep(machines.at(host)),
    takenByReboot: host => takenByReboot(machines, serves, host),
    list,
    fresh,
    seen() {
      if (!looking) {
        watch.start()
        looking = fresh().then(() => gpusSeen(machines.all()))
      }
      return looking
    },
    async attentively(host, work) {
      // A look that fails is told by the reach of its host.
      const again = setInterval(() => void watch.look(host).catch(() => undefined), LOOK_EVERY)
      try {
        return await work
      } finally {
        clearInterval(again)
      }
    },
    start(every) {
      looking = Promise.resolve()
      watch.start()
      every(5000, () => launching.retry())
      every(1000, () => control.stopDue())
      every(1000, () => metrics.round())
      every(1000, () => alarms.look())
      every(3_600_000, () => retention.round())
      every(3000, () => why.round())
    },
    async close() {
      closed = true
      await watch.stop()
      machines.close()
      await Promise.all(running)
    },
  }
}

/** What the drivers say comes by itself, a little after the rest. */
const gpusSeen = async (places: readonly Place[]): Promise<void> => {
  const end = Date.now() + GPUS_WITHIN
  const waits = (place: Place): boolean =>
    place.host.reach.state === 'connected' && place.gpus.reading === null
  while (places.some(waits) && Date.now() < end) await pause(50)
}

const newest = (shown: readonly Serve[]): Serve[] => {
  const latest = new Map<string, Serve>()
  for (const serve of shown) {
    const other = latest.get(serve.lineage)
    if (!other || serve.attempt > other.attempt) latest.set(serve.lineage, serve)
  }
  return [...latest.values()]
}
