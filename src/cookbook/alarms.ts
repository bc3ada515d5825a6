import type { KeptServe } from '../../store/serves.ts'
import { redactText } from './command/redact.ts'
import type { Machines } from './machines.ts'
import type { Known, Serves } from './serves.ts'

/** What a person is told without having looked. One message for each incident, and one when it is over. */
export interface Alarm {
  key: string
  kind: string
  title: string
  body: string
  priority: 'low' | 'normal' | 'high'
  late: boolean
  noun: 'serve' | 'host'
  object: string
  due_at: number
  channels: null
  urgent: boolean
}

export interface Bell {
  tell(alarm: Alarm): boolean
  told(key: string): boolean
}

export interface Alarms {
  /** Tells what has lasted long enough to be told, and what is over. */
  look(): void
}

const UNHEALTHY_AFTER = 60_000
const UNREACHABLE_AFTER = 5 * 60_000
const LONG_LOAD = 5 * 60_000
/** How long a death waits for its cause to be found. */
const CAUSE_WITHIN = 20_000
const LATE = 120_000

interface Incident {
  since: number
  told: boolean
}

export const openAlarms = (deps: {
  machines: Machines
  serves: Serves
  bell: Bell
  now: () => number
}): Alarms => {
  const { machines, serves, bell, now } = deps
  const dead = new Set<Known>()
  const unhealthy = new Map<string, Incident>()
  const away = new Map<string, Incident>()

  const ours = ({ kept }: Known): boolean =>
    (kept.origin === 'launched' || kept.origin === 'adopted') && serves.view(serves.get(kept.id)).mine

  const tell = (
    alarm: Pick<Alarm, 'key' | 'kind' | 'title' | 'body' | 'noun' | 'object'> & { at: number; bad: boolean },
  ): void => {
    const { at, bad, body, ...rest } = alarm
    bell.tell({
      ...rest,
      body: redactText(body),
      priority: bad ? 'high' : 'normal',
      late: now() - at > LATE,
      due_at: at,
      channels: null,
      urgent: false,
    })
  }

  const where = (kept: KeptServe): string => `${kept.name} on ${machines.at(kept.host).name}`
  const deathKey = (kept: KeptServe): string => `serve:${kept.id}:${kept.ending?.kind}:${kept.ended_at}`

  serves.onEnd(one => {
    unhealthy.delete(one.kept.id)
    const kind = one.kept.ending?.kind
    if ((kind === 'crashed' || kind === 'lost') && one.kept.stopped_by === null && ours(one)) dead.add(one)
  })

  serves.onReady(one => {
    if (!ours(one)) return
    const { kept } = one
    const took = now() - kept.launched_at
    const died = serves
      .lineage(kept.lineage)
      .filter(other => other.id !== kept.id && other.ending !== null && bell.told(deathKey(other)))
      .at(-1)
    if (died)
      tell({
        key: `${deathKey(died)}:over`,
        kind: 'serve_back',
        title: `${where(kept)} is ready again`,
        body: `Attempt ${kept.attempt} (${kept.id}) serves, after ${died.id} had ended.`,
        noun: 'serve',
        object: kept.id,
        at: now(),
        bad: false,
      })
    else if (kept.origin === 'launched' && took > LONG_LOAD)
      tell({
        key: `serve:${kept.id}:ready`,
        kind: 'serve_ready',
        title: `${where(kept)} is ready`,
        body: `It took ${minutes(took)} to load (${kept.id}).`,
        noun: 'serve',
        object: kept.id,
        at: now(),
        bad: false,
      })
  })

  const tellDeaths = (): void => {
    for (const one of dead) {
      const { kept } = one
      const at = kept.ended_at ?? now()
      if (kept.diagnosis === null && now() - at < CAUSE_WITHIN) continue
      dead.delete(one)
      const { ending, diagnosis } = kept
      const how = ending?.signal ?? (ending?.code == null ? null : `exit ${ending.code}`)
      const lines = [
        diagnosis?.root_line ?? ending?.reason,
        diagnosis?.cause ? `Cause: ${diagnosis.cause}.` : null,
        `ithaca cookbook why ${kept.id}`,
      ]
      tell({
        key: deathKey(kept),
        kind: `serve_${ending?.kind}`,
        title: `${where(kept)} ${ending?.kind === 'lost' ? 'is lost' : 'crashed'}${how ? ` (${how})` : ''}`,
        body: lines.filter(Boolean).join('\n'),
        noun: 'serve',
        object: kept.id,
        at,
        bad: true,
      })
    }
  }

  const lookAtHealth = (): void => {
    for (const one of serves.all()) {
      const { kept, sight } = one
      if (kept.ending || kept.ready_at === null || sight.stopping) continue
      const since = sight.health?.failing_since ?? null
      const incident = unhealthy.get(kept.id)
      // A host that is away says nothing of the health of what runs there.
      if (machines.at(kept.host).host.reach.state === 'unreachable') continue
      if (since === null) {
        unhealthy.delete(kept.id)
        if (incident?.told)
          tell({
            key: `serve:${kept.id}:unhealthy:${incident.since}:over`,
            kind: 'serve_healthy',
            title: `${where(kept)} answers again`,
            body: `Its health check had failed for ${minutes(now() - incident.since)} (${kept.id}).`,
            noun: 'serve',
            object: kept.id,
            at: now(),
            bad: false,
          })
      } else if (!incident) unhealthy.set(kept.id, { since, told: false })
      else if (!incident.told && now() - incident.since >= UNHEALTHY_AFTER && ours(one)) {
        incident.told = true
        tell({
          key: `serve:${kept.id}:unhealthy:${incident.since}`,
          kind: 'serve_unhealthy',
          title: `${where(kept)} is unhealthy`,
          body: `Its process lives, but its health check fails since ${minutes(now() - incident.since)} (${kept.id}).`,
          noun: 'serve',
          object: kept.id,
          at: incident.since + UNHEALTHY_AFTER,
          bad: true,
        })
      }
    }
  }

  const lookAtHosts = (): void => {
    for (const place of machines.all()) {
      const { reach } = place.host
      const incident = away.get(place.id)
      if (reach.state === 'unreachable') {
        if (!incident) away.set(place.id, { since: reach.since, told: false })
        else if (!incident.told && now() - incident.since >= UNREACHABLE_AFTER) {
          incident.told = true
          const live = serves.all().filter(({ kept }) => kept.host === place.id && !kept.ending)
          tell({
            key: `host:${place.id}:unreachable:${incident.since}`,
            kind: 'host_unreachable',
            title: `${place.name} cannot be reached`,
            body: `${reach.reason}${live.length > 0 ? `\nLast seen running there: ${live.map(one => `${one.kept.name} (${one.kept.id})`).join(', ')}` : ''}`,
            noun: 'host',
            object: place.id,
            at: incident.since + UNREACHABLE_AFTER,
            bad: true,
          })
        }
      } else if (reach.state === 'connected' && incident) {
        away.delete(place.id)
        if (incident.told)
          tell({
            key: `host:${place.id}:unreachable:${incident.since}:over`,
            kind: 'host_back',
            title: `${place.name} can be reached again`,
            body: `It was away for ${minutes(now() - incident.since)}.`,
            noun: 'host',
            object: place.id,
            at: now(),
            bad: false,
          })
      }
    }
  }

  return {
    look(): void {
      tellDeaths()
      lookAtHealth()
      lookAtHosts()
    },
  }
}

const minutes = (ms: number): string => {
  const seconds = Math.round(ms / 1000)
  return seconds < 120 ? `${seconds} seconds` : `${Math.round(seconds / 60)} minutes`
}
