import type { Changes } from '../../store/changes.ts'
import { readGpus } from '../gpus/gpus.ts'
import type { Meta } from '../sessions/session.ts'
import { status } from '../sessions/status.ts'
import { openAbsences } from './absences.ts'
import type { Health } from './derive.ts'
import { disksOf } from './disks.ts'
import { askHealth } from './health.ts'
import { serveOf } from './machine-view.ts'
import type { Machines, Place } from './machines.ts'
import type { Known, Serves } from './serves.ts'

/** Looks at every host in turn: one question tells everything about all of its serves. */
export interface Watch {
  /** Somebody looks, or something is about to change: look often for a while. */
  hurry(host?: string): void
  /** One look at one host, now; resolves when what it showed is known. */
  look(host: string): Promise<void>
  /** Whether somebody looks at it right now. */
  watched(host: string): boolean
  /** What else is looked after: with every look at a host, and once in a while. */
  beside(others: Beside): void
  start(): void
  stop(): Promise<void>
}

export interface Beside {
  look(place: Place): Promise<void>
  slowly(place: Place): Promise<void>
}

const OFTEN = 2000
const SELDOM = 20_000
const HURRY = 30_000
const HEALTH_EVERY = 10_000
const GPUS_EVERY = 20_000
const SLOWLY_EVERY = 20_000
const DISKS_EVERY = 60_000
const NO_GPUS_EVERY = 300_000
/** What hangs is asked half as often each time, or as many of it would hang there as were asked. */
const HANGING_EVERY = 600_000
/** Where nobody looked for so long, whoever does now is shown what hung as it is: no program that asks again and again. */
const AWAY = HANGING_EVERY / 2
const TAIL = 4096
const UNSTARTED_AFTER = 90_000

const SERVING = new Set(['serve', 'container', 'process'])

interface Round {
  busy: Promise<void> | null
  nextAt: number
  hurryUntil: number
  /** Since when it is connected: after that nothing is known of what hung before. */
  since: number | null
  gpusAt: number
  gpusMissed: number
  /** What lives there, and which of it is ready: with that its memory changes. */
  lives: string
  disksAt: number
  disksMissed: number
  disksOf: Place | null
  slowlyAt: number
  metas: Map<string, Meta>
}

export const openWatch = (deps: {
  machines: Machines
  serves: Serves
  changes: Changes
  now: () => number
  report: (error: unknown) => void
}): Watch => {
  const { machines, serves, changes, now } = deps
  const rounds = new Map<string, Round>()
  const absences = openAbsences({ machines, changes, now })
  let timer: NodeJS.Timeout | null = null
  let stopped = false
  let others: Beside | null = null

  const roundOf = (id: string): Round => {
    let round = rounds.get(id)
    if (!round) {
      round = {
        busy: null,
        nextAt: 0,
        hurryUntil: 0,
        since: null,
        gpusAt: 0,
        gpusMissed: 0,
        lives: '',
        disksAt: 0,
        disksMissed: 0,
        disksOf: null,
        slowlyAt: 0,
        metas: new Map(),
      }
      rounds.set(id, round)
    }
    return round
  }

  const ofHost = (id: string): Known[] => serves.all().filter(one => one.kept.host === id)
  const unsettled = (one: Known): boolean =>
    ['launching', 'loading', 'stopping', 'unhealthy'].includes(serves.state(one))

  const look = async (place: Place, round: Round): Promise<void> => {
    const mine = ofHost(place.id)
    const settled = mine.filter(one => one.kept.ending).map(one => one.kept.id)
    const [seen] = await Promise.all([
      status(place.host, place.site, { settled, known: round.metas, tailBytes: TAIL }),
      others?.look(place),
    ])
    absences.seen(place)
    for (const session of seen.sessions) {
      if (session.meta) round.metas.set(session.id, session.meta)
      const one = serves.observe(place, session)
      if (one.kept.ending) round.metas.delete(session.id)
    }
    endUnstarted(place, new Set(seen.sessions.map(session => session.id)))
    await Promise.all(ofHost(place.id).map(one => probe(place, one, seen.listening)))
    noticeStir(place, round)
    noticeConnection(place, round)
    lookAtGpus(place, round)
    lookAtDisks(place, round)
    lookSlowly(place, round)
  }

  /** What may take its time, and fail without anything else failing with it. */
  const lookSlowly = (place: Place, round: Round): void => {
    if (!others || now() < round.slowlyAt) return
    round.slowlyAt = now() + SLOWLY_EVERY
    others.slowly(place).catch(error => {
      if (place.host.reach.state === 'connected' && !stopped) deps.report(error)
    })
  }

  /** A launch whose answer was lost, and that its host knows nothing of. */
  const endUnstarted = (place: Place, seen: ReadonlySet<string>): void => {
    for (const one of ofHost(place.id)) {
      const { kept, sight } = one
      if (kept.ending || sight.queued || seen.has(kept.id) || kept.origin !== 'launched') continue
      if (now() - kept.launched_at > UNSTARTED_AFTER)
        serves.end(one, {
          kind: 'lost',
          code: null,
          signal: null,
          reason: `${place.name} has no record of it`,
        })
    }
  }

  /** Asked only while the answer can change something: its port is listened on, or it was ready before. */
  const probe = async (place: Place, one: Known, listening: ReadonlySet<number>): Promise<void> => {
    const { kept, sight } = one
    if (!SERVING.has(kept.kind) || kept.ending || kept.port === null) return
    if (sight.session && sight.session.state !== 'running') return
    const last = sight.health
    const wasReady = kept.ready_at !== null
    if (!wasReady && !listening.has(kept.port)) return
    if (wasReady && last?.answer === 'ready' && now() - last.at < HEALTH_EVERY && listening.has(kept.port))
      return
    const answer = listening.has(kept.port) ? await askHealth(place.host, kept.engine, kept.port) : 'silent'
    const failing = answer === 'ready' ? null : wasReady ? (last?.failing_since ?? now()) : null
    const health: Health = { answer, at: now(), failing_since: failing }
    serves.notice(one, { health })
  }

  /** Whoever has just seen something start or end wants to see what that did to the GPUs. */
  const noticeStir = (place: Place, round: Round): void => {
    const live = ofHost(place.id).filter(({ kept }) => !kept.ending)
    const lives = live.map(({ kept }) => `${kept.id} ${kept.ready_at !== null}`).join()
    if (lives === round.lives) return
    round.lives = lives
    round.gpusAt = Math.min(round.gpusAt, now())
  }

  const noticeConnection = ({ host: { reach } }: Place, round: Round): void => {
    if (reach.state !== 'connected' || reach.since === round.since) return
    round.since = reach.since
    round.gpusMissed = round.disksMissed = 0
    round.gpusAt = round.disksAt = now()
  }

  /** On its own lane and its own time: a driver that hangs must not hold up the rest. */
  const lookAtGpus = (place: Place, round: Round): void => {
    if (now() < round.gpusAt) return
    round.gpusAt = now() + GPUS_EVERY
    readGpus(place.host)
      .then(reading => {
        round.gpusMissed = 0
        place.gpus.reading = reading
        place.gpus.history.add(reading)
        if (reading.gpus.length === 0) round.gpusAt = now() + NO_GPUS_EVERY
        for (const one of ofHost(place.id)) {
          if (one.kept.ending) continue
          const used = reading.processes.filter(
            each => serveOf(place.gpus.claims, each) === one.kept.id && each.usedMiB !== null,
          )
          const vram = used.length === 0 ? null : used.reduce((sum, each) => sum + (each.usedMiB ?? 0), 0)
          if (vram !== one.vram) serves.notice(one, { vram })
        }
        tell('hosts.gpus', place)
      })
      .catch(error => {
        round.gpusMissed += 1
        round.gpusAt = now() + afterMisses(GPUS_EVERY, round.gpusMissed)
        if (place.host.reach.state === 'connected') deps.report(error)
      })
  }

  const lookAtDisks = (place: Place, round: Round): void => {
    // A host that was edited is another place: what is still being read is told to the one before.
    if (now() < round.disksAt && round.disksOf === place) return
    round.disksAt = now() + DISKS_EVERY
    round.disksOf = place
    disksOf(place)
      .then(disks => {
        round.disksMissed = 0
        if (JSON.stringify(disks) === JSON.stringify(place.disks)) return
        place.disks = disks
        tell('hosts.disks', place)
      })
      .catch(error => {
        round.disksMissed += 1
        round.disksAt = now() + afterMisses(DISKS_EVERY, round.disksMissed)
        if (place.host.reach.state === 'connected' && !stopped) deps.report(error)
      })
  }

  const tell = (action: string, place: Place): void =>
    changes.mention({
      actor: 'ithaca',
      action,
      noun: 'host',
      id: place.id,
      summary: '',
      data: machines.view(place.id),
    })

  const turn = (place: Place): Promise<void> => {
    const round = roundOf(place.id)
    if (round.busy) return round.busy
    round.busy = look(place, round)
      .catch(error => {
        absences.missed(place)
        if (place.host.reach.state === 'connected') deps.report(error)
      })
      .finally(() => {
        round.busy = null
        const often = now() < round.hurryUntil || ofHost(place.id).some(unsettled)
        round.nextAt = now() + (often ? OFTEN : SELDOM)
      })
    return round.busy
  }

  const tick = (): void => {
    for (const place of machines.all()) {
      const { state } = place.host.reach
      if (now() >= roundOf(place.id).nextAt && (state !== 'connecting' || place.host.id === 'local'))
        void turn(place)
    }
  }

  return {
    hurry(host) {
      for (const place of host === undefined ? machines.all() : [machines.at(host)]) {
        const round = roundOf(place.id)
        if (now() - round.hurryUntil > AWAY) {
          if (round.gpusMissed > 0) round.gpusAt = now()
          if (round.disksMissed > 0) round.disksAt = now()
        }
        round.hurryUntil = now() + HURRY
        round.nextAt = Math.min(round.nextAt, now() + OFTEN)
      }
    },
    watched: host => now() < roundOf(machines.at(host).id).hurryUntil,
    beside(given) {
      others = given
    },
    async look(host) {
      const place = machines.at(host)
      await roundOf(place.id).busy
      await turn(place)
    },
    start() {
      tick()
      timer = setInterval(tick, 500)
      timer.unref()
      machines.onChange(() => !stopped && tick())
    },
    async stop() {
      stopped = true
      if (timer) clearInterval(timer)
      await Promise.allSettled([...rounds.values()].map(round => round.busy))
    },
  }
}

const afterMisses = (every: number, missed: number): number => Math.min(every * 2 ** missed, HANGING_EVERY)
