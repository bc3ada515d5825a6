import { randomBytes } from 'node:crypto'
import type { Author } from '../../store/changes.ts'
import type { KeptServe } from '../../store/serves.ts'
import type { Actor, Fences } from '../contract/actor.ts'
import { Problem } from '../contract/problem.ts'
import type { Serve } from '../contract/serve.ts'
import { HostError } from '../hosts/host.ts'
import { type Launch, launch as launchSession } from '../sessions/launch.ts'
import { SESSION_ID, type Spec } from '../sessions/session.ts'
import type { Advise } from './advice.ts'
import type { Policy } from './command/command.ts'
import { doubtsOf } from './command/doubts.ts'
import { hfToken } from './command/fields.ts'
import { fenceFor } from './fences.ts'
import type { Machines, Place } from './machines.ts'
import { type Asked, type Plan, planLaunch, withPort } from './plan.ts'
import { readiness } from './preflight.ts'
import type { Serves } from './serves.ts'
import { asProblem } from './trouble.ts'
import type { Watch } from './watch.ts'

export interface LaunchAsked extends Asked {
  session_id?: string
  host: string
  hf_token?: string
  wait_for_room?: boolean
  stop_at?: number | null
  /** Where it comes from: the attempt before it, and what was changed. */
  lineage?: { lineage: string; attempt: number; parent: string; fix: string | null; difference: string[] }
  /** Warnings somebody else already has about it. */
  warnings?: string[]
}

export interface Launched {
  serve: Serve
  warnings: string[]
}

export interface Launching {
  /** What it would be, and the fence it would climb; nothing happens. `instead` names a serve that makes room for it. */
  plan(asked: LaunchAsked, actor: Actor, instead?: string): { place: Place; plan: Plan; fence: string | null }
  launch(author: Author, actor: Actor, asked: LaunchAsked): Promise<Launched>
  /** How many servers this token has, with those that are being launched at this moment. */
  live(actor: Actor): number
  /** Tries those that wait for room again. */
  retry(): Promise<void>
  cancel(id: string): boolean
}

const ANSWER_WITHIN = 8500

export const openLaunching = (deps: {
  machines: Machines
  serves: Serves
  watch: Watch
  now: () => number
  operator: string
  policy: () => Policy
  seal: { seal(text: string): Buffer }
  advise: Advise
}): Launching => {
  const { machines, serves, watch, now } = deps
  const waiting = new Map<string, { author: Author; place: Place; plan: Plan; asked: LaunchAsked }>()
  /** Those not recorded yet, with whose they are. */
  const starting = new Map<string, Actor>()

  const plan: Launching['plan'] = (asked, actor, instead) => {
    const place = machines.at(asked.host)
    const planned = planLaunch(asked, place, deps.policy())
    const ports = portsInside(actor.fences, planned.ports)
    const fence = fenceFor(actor.fences, {
      hosts: actsOn(asked, place),
      server: endsByItself(planned.kind)
        ? null
        : { gpus: planned.gpus, port: ports[0] ?? null, doubts: doubtsOf(planned.run) },
      live: liveOf(actor, instead),
      now: now(),
    })
    return { place, plan: { ...planned, ports }, fence }
  }

  /** A copy runs here, between two others. */
  const actsOn = ({ task }: LaunchAsked, place: Place): Place[] =>
    task?.hosts && task.hosts.length > 0 ? task.hosts.map(machines.at) : [place]

  /** With those that are being launched at this moment: who asks twice at once gets no more than who asks twice. */
  const liveOf = (actor: Actor, instead?: string): number => {
    const begun = [...starting].filter(([id, of]) => of.token === actor.token && !serves.find(id))
    const kept = serves.all().filter(({ kept: { id, kind, token, ending } }) => {
      return token === actor.token && !ending && !endsByItself(kind) && id !== instead
    })
    return kept.length + begun.length
  }

  /** What a relaunch needs again: the command's own secrets, and a token that was given for this launch. */
  const sealedOf = (own: Record<string, string>, given: string | undefined): Buffer | null => {
    const token = hfToken(given)
    const all = { ...(token ? { HF_TOKEN: token, HUGGING_FACE_HUB_TOKEN: token } : {}), ...own }
    return Object.keys(all).length > 0 ? deps.seal.seal(JSON.stringify(all)) : null
  }

  const record = (
    id: string,
    author: Author,
    asked: LaunchAsked,
    place: Place,
    planned: Plan,
    port: number | null,
    warnings: string[],
  ): KeptServe => ({
    id,
    host: place.id,
    kind: planned.kind,
    name: planned.name,
    engine: planned.ports.length === 0 && planned.kind !== 'serve' ? null : planned.serving.engine,
    model: planned.model,
    run: planned.run,
    shown: planned.shown,
    port,
    gpus: planned.gpus,
    environment: planned.environment,
    sealed: sealedOf(planned.secrets, asked.hf_token),
    restart: planned.restart,
    lineage: asked.lineage?.lineage ?? id,
    attempt: asked.lineage?.attempt ?? 1,
    parent: asked.lineage?.parent ?? null,
    fix: asked.lineage?.fix ?? null,
    difference: asked.lineage?.difference ?? [],
    operator: deps.operator,
    actor: author.actor,
    token: author.token ?? null,
    origin: 'launched',
    place: null,
    launched_at: now(),
    ready_at: null,
    ended_at: null,
    ending: null,
    diagnosis: null,
    score: null,
    stop_at: asked.stop_at ?? null,
    stopped_by: null,
    warnings,
  })

  const specOf = (kept: KeptServe, planned: Plan, asked: LaunchAsked, place: Place): Spec => {
    const token = hfToken(asked.hf_token) ?? machines.hfToken(place.id)
    const { kind, name, engine, model, shown, lineage, attempt, parent, fix, difference } = kept
    return {
      id: kept.id,
      run: planned.run,
      environment: planned.environment,
      variables: planned.variables,
      secrets: { ...(token ? { HF_TOKEN: token, HUGGING_FACE_HUB_TOKEN: token } : {}), ...planned.secrets },
      restart: planned.restart,
      lineBuffered: planned.serving.engine === 'llama.cpp',
      port: kept.port,
      gpus: planned.gpus,
      operator: deps.operator,
      actor: kept.actor ?? deps.operator,
      ...(kept.token === null ? {} : { token: kept.token }),
      about: { kind, name, engine, model, shown, lineage, attempt, parent, fix, difference },
    }
  }

  /** The first of its ports that is free over there; the host's own lock decides, not a look beforehand. */
  const claim = async (
    id: string,
    author: Author,
    asked: LaunchAsked,
    place: Place,
    planned: Plan,
    warnings: string[],
  ): Promise<{ outcome: Launch; kept: KeptServe }> => {
    let outcome: Launch = { outcome: 'no_tmux' }
    let kept: KeptServe | null = null
    for (const port of planned.ports.length > 0 ? planned.ports : [null]) {
      const fixed = withPort(planned, port)
      kept = record(id, author, asked, place, fixed, port, warnings)
      serves.save(author, kept, { action: 'launch', summary: `Launched ${kept.name} on ${place.name}` })
      outcome = await launchSession(place.host, place.site, specOf(kept, fixed, asked, place))
      if (outcome.outcome !== 'held' || outcome.by.what !== 'port') break
    }
    return { outcome, kept: kept! }
  }

  /** It runs by now; whoever looks at it finds the warning there. */
  const warnedLate = (id: string, late: string[]): void => {
    const one = serves.find(id)
    if (!one) return
    const warnings = [...new Set([...one.kept.warnings, ...late])]
    serves.save(
      { actor: 'ithaca' },
      { ...one.kept, warnings },
      { action: 'warning', summary: `${one.kept.name}: ${late[0]}` },
    )
  }

  const start = async (
    id: string,
    author: Author,
    asked: LaunchAsked,
    place: Place,
    planned: Plan,
  ): Promise<Launched> => {
    const draft = record(id, author, asked, place, planned, planned.ports[0] ?? null, [])
    const spec = specOf(draft, planned, asked, place)
    const tardy: string[] = []
    const [before, advice] = await Promise.all([
      readiness(place, spec),
      deps.advise(place, planned, { ...spec, secrets: {} }, late => {
        tardy.push(...late)
        warnedLate(id, late)
      }),
    ])
    if (before.missing) throw new Problem('conflict', before.missing, { host: place.name })
    const warnings = [...new Set([...(asked.warnings ?? []), ...before.warnings, ...advice, ...tardy])]
    const { outcome } = await claim(id, author, asked, place, planned, warnings)
    if (outcome.outcome === 'held') {
      if (!asked.wait_for_room) {
        serves.drop(id)
        throw heldBy(outcome.by, place, serves)
      }
      waiting.set(id, { author, place, plan: planned, asked })
      const one = serves.get(id)
      one.sight = { ...one.sight, queued: true }
    } else waiting.delete(id)
    if (outcome.outcome === 'no_tmux') {
      serves.drop(id)
      throw new Problem(
        'conflict',
        `tmux is not installed on ${place.name}. Install it there: apt-get install tmux.`,
        { host: place.name },
      )
    }
    watch.hurry(place.id)
    if (outcome.outcome === 'launched') await watch.look(place.id).catch(() => undefined)
    return { serve: serves.view(serves.get(id)), warnings }
  }

  const failed = (id: string, place: Place, error: unknown): unknown => {
    const one = serves.find(id)
    // The answer was lost, not the launch: its host will say what became of it.
    const unsure = error instanceof HostError && (error.code === 'lost' || error.code === 'deadline')
    if (one && !unsure && !one.sight.session) serves.drop(id)
    return asProblem(error, place.name)
  }

  return {
    plan,
    live: actor => liveOf(actor),

    async launch(author, actor, asked) {
      const { place, plan: planned } = plan(asked, actor)
      const id = asked.session_id ?? `serve-${randomBytes(4).toString('hex')}`
      if (!SESSION_ID.test(id)) throw new Problem('bad_request', 'Invalid session id')
      const known = serves.find(id)
      if (known) return { serve: serves.view(known), warnings: known.kept.warnings }
      if (!endsByItself(planned.kind)) starting.set(id, actor)
      const work = start(id, author, asked, place, planned)
        .catch(error => {
          throw failed(id, place, error)
        })
        .finally(() => starting.delete(id))
      const patience = new Promise<'late'>(resolve => setTimeout(resolve, ANSWER_WITHIN, 'late').unref())
      const first = await Promise.race([work, patience])
      if (first !== 'late') return first
      work.catch(() => undefined)
      const one = serves.find(id)
      if (!one)
        throw new Problem(
          'timeout',
          `${place.name} takes long to answer; nothing was launched yet. Try again.`,
          { host: place.name },
        )
      return {
        serve: serves.view(one),
        warnings: [`${place.name} takes long to answer; the launch goes on.`],
      }
    },

    async retry() {
      for (const [id, { author, place, plan: planned, asked }] of [...waiting]) {
        if (serves.find(id)?.kept.ending) waiting.delete(id)
        else
          await start(id, author, asked, place, planned).catch(error => {
            if (error instanceof Problem && error.details?.unreachable) return
            waiting.delete(id)
            const one = serves.find(id)
            if (one)
              serves.end(one, { kind: 'lost', code: null, signal: null, reason: (error as Error).message })
          })
      }
    },

    cancel(id) {
      return waiting.delete(id)
    },
  }
}

const endsByItself = (kind: string): boolean => kind !== 'serve' && kind !== 'container'

/** Where several would do, those outside the fence are not tried. */
const portsInside = (fences: Fences | null, ports: number[]): number[] => {
  const allowed = fences?.ports
  const inside = allowed && ports.filter(port => allowed.some(([from, to]) => port >= from && port <= to))
  return inside && inside.length > 0 ? inside : ports
}

const heldBy = (by: Extract<Launch, { outcome: 'held' }>['by'], place: Place, serves: Serves): Problem => {
  const what = by.what === 'port' ? `Port ${by.number}` : `GPU ${by.number}`
  const name = by.session ? (serves.find(by.session)?.kept.name ?? by.session) : null
  const who = name
    ? `${name} (${by.session})`
    : by.pids.length > 0
      ? `process ${by.pids.join(', ')}`
      : 'another program'
  return new Problem(
    'conflict',
    `${what} of ${place.name} is taken by ${who}. Choose another, stop it, or launch with wait_for_room.`,
    {
      host: place.name,
      held: by.what,
      number: by.number,
      session: by.session,
      pids: by.pids,
    },
  )
}
