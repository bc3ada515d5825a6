import type { Author, Changes } from '../../store/changes.ts'
import type { Ending, KeptServe, ServeStore } from '../../store/serves.ts'
import { notFound, Problem } from '../contract/problem.ts'
import type { Serve, ServeMetrics, ServeState } from '../contract/serve.ts'
import type { Meta, Session } from '../sessions/session.ts'
import { endingOf, type Health, type Sight, stateOf } from './derive.ts'
import type { Place } from './machines.ts'
import { phaseOf } from './phases.ts'

/** A serve with everything seen of it. */
export interface Known {
  kept: KeptServe
  sight: Sight
  phase: { phase: string; percent: number | null } | null
  metrics: ServeMetrics | null
  vram: number | null
  /** When its host last spoke of it. */
  seenAt: number | null
}

/** Where its newest log is on its host, as far as that is known. */
export const logPathOf = ({ kept, sight: { session } }: Known): string | null =>
  session?.log?.path ?? session?.attempts.at(-1)?.log ?? kept.place?.log ?? null

export interface Serves {
  all(): Known[]
  /** By its id, a beginning of it that it alone has, or its name. */
  get(id: string): Known
  find(id: string): Known | undefined
  view(known: Known): Serve
  state(known: Known): ServeState
  lineage(lineage: string): KeptServe[]
  /** A new one, or changed facts of an old one; `say` names what happened. */
  save(author: Author, kept: KeptServe, say: { action: string; summary: string }): Known
  /** What its host says of it now. Tells whoever listens when that makes a difference. */
  observe(place: Place, session: Session): Known
  /** Other things seen of it: health, phase, metrics. */
  notice(known: Known, seen: Partial<Pick<Known, 'metrics' | 'vram'>> & { health?: Health }): void
  end(known: Known, ending: Ending): void
  forget(author: Author, id: string): void
  /** Takes back a record of something that never came to be. */
  drop(id: string): void
  /** Called once for each that has ended, with its record as it then is. */
  onEnd(listener: (known: Known) => void): void
  onReady(listener: (known: Known) => void): void
}

const ITHACA: Author = { actor: 'ithaca' }
const KEPT = 500

export const openServes = (deps: {
  store: ServeStore
  changes: Changes
  now: () => number
  operator: string
  hostName(id: string): string
}): Serves => {
  const { store, changes, now } = deps
  const known = new Map<string, Known>()
  const ended = new Set<(one: Known) => void>()
  const ready = new Set<(one: Known) => void>()

  const remember = (kept: KeptServe): Known => {
    const one: Known = {
      kept,
      sight: { session: null, health: null, queued: false, stopping: false },
      phase: null,
      metrics: null,
      vram: null,
      seenAt: null,
    }
    known.set(kept.id, one)
    return one
  }
  for (const kept of store.recent(KEPT)) remember(kept)

  const state = (one: Known): ServeState => stateOf(one.kept, one.sight, now())

  const view = (one: Known): Serve => {
    const { kept, sight, metrics, vram } = one
    const live = kept.ending === null
    return {
      id: kept.id,
      kind: kept.kind,
      name: kept.name,
      host: kept.host,
      host_name: deps.hostName(kept.host),
      engine: kept.engine,
      model: kept.model,
      cmd: kept.shown,
      port: kept.port,
      gpus: kept.gpus,
      state: state(one),
      phase: live ? (one.phase?.phase ?? null) : null,
      percent: live && kept.ready_at === null ? (one.phase?.percent ?? null) : null,
      pid: sight.session?.attempts.at(-1)?.pid ?? kept.place?.pid ?? null,
      exit_code: kept.ending?.code ?? null,
      signal: kept.ending?.signal ?? null,
      reason: kept.ending?.reason ?? reasonOf(kept, sight),
      cause: kept.diagnosis?.cause ?? null,
      root_line: kept.diagnosis?.root_line ?? null,
      launched_at: kept.launched_at,
      ready_at: kept.ready_at,
      ended_at: kept.ended_at,
      seen_at: one.seenAt,
      operator: kept.operator,
      actor: kept.actor,
      mine: kept.operator === deps.operator,
      origin: kept.origin,
      lineage: kept.lineage,
      attempt: kept.attempt,
      restart: kept.restart ? `on-failure:${kept.restart.times}` : null,
      stop_at: kept.stop_at,
      log_bytes: sight.session?.log?.size ?? null,
      log_path: logPathOf(one),
      vram_mib: live ? vram : null,
      metrics: live ? metrics : null,
      warnings: kept.warnings,
    }
  }

  const save: Serves['save'] = (author, kept, { action, summary }) => {
    const one = known.get(kept.id) ?? remember(kept)
    one.kept = kept
    changes.write(author, tx => {
      store.put(tx, kept)
      tx.say({ action: `cookbook.${action}`, noun: 'serve', id: kept.id, summary, data: view(one) })
    })
    return one
  }

  const tellState = (one: Known, before: ServeState): void => {
    const after = state(one)
    if (after === before) return
    changes.write(ITHACA, tx => {
      store.put(tx, one.kept)
      tx.say({
        action: `cookbook.${after}`,
        noun: 'serve',
        id: one.kept.id,
        summary: `${one.kept.name} is ${after}`,
        data: view(one),
      })
    })
  }

  const mention = (one: Known): void =>
    changes.mention({
      actor: 'ithaca',
      action: 'cookbook.progress',
      noun: 'serve',
      id: one.kept.id,
      summary: '',
      data: view(one),
    })

  const end: Serves['end'] = (one, ending) => {
    if (one.kept.ending) return
    const last = one.sight.session?.attempts.at(-1)
    // The host's clock says when, as long as it is not absurd.
    const at = last?.endedAt ? last.endedAt * 1000 : now()
    one.kept = { ...one.kept, ending, ended_at: Math.min(at, now()) }
    const word =
      ending.kind === 'crashed' ? `crashed (${ending.signal ?? `exit ${ending.code}`})` : ending.kind
    save(ITHACA, one.kept, { action: ending.kind, summary: `${one.kept.name} ${word}` })
    for (const listener of ended) listener(one)
  }

  const get = (id: string): Known => {
    const one = known.get(id) ?? unique(known, id) ?? called(known, id)
    if (!one) throw notFound('serve', id, [...new Set([...known.values()].map(({ kept }) => kept.name))])
    return one
  }

  return {
    all: () => [...known.values()],
    find: id => known.get(id),
    get,
    view,
    state,
    lineage: store.lineage,
    save,

    observe(place, session) {
      const one = known.get(session.id) ?? remember(adopted(place, session, now()))
      const before = state(one)
      const phaseBefore = one.phase
      one.seenAt = now()
      one.sight = { ...one.sight, session, queued: false }
      if (session.tail.length > 0) {
        const phase = phaseOf(session.tail.toString('utf8'))
        if (phase) one.phase = phase
      }
      const ending = endingOf(session)
      if (ending)
        end(
          one,
          one.kept.stopped_by
            ? { ...ending, reason: ending.reason ?? `stopped by ${one.kept.stopped_by}` }
            : ending,
        )
      else if (state(one) !== before) tellState(one, before)
      else if (phaseBefore?.phase !== one.phase?.phase || phaseBefore?.percent !== one.phase?.percent)
        mention(one)
      return one
    },

    notice(one, seen) {
      const before = state(one)
      if (seen.vram !== undefined) one.vram = seen.vram
      if (seen.metrics !== undefined) one.metrics = seen.metrics
      if (seen.health) {
        one.sight = { ...one.sight, health: seen.health }
        if (seen.health.answer === 'ready' && one.kept.ready_at === null) {
          one.kept = { ...one.kept, ready_at: now() }
          for (const listener of ready) listener(one)
        }
      }
      if (state(one) !== before) tellState(one, before)
      else if (seen.metrics || seen.vram !== undefined) mention(one)
    },

    end,

    forget(author, asked) {
      const one = get(asked)
      const { id } = one.kept
      if (!one.kept.ending) throw new Problem('conflict', `${one.kept.name} has not ended; stop it first.`)
      changes.write(author, tx => {
        store.remove(tx, id)
        tx.say({
          action: 'cookbook.forget',
          noun: 'serve',
          id,
          summary: `Removed ${one.kept.name} (${id})`,
          data: null,
        })
      })
      known.delete(id)
    },

    drop(id) {
      const one = known.get(id)
      if (!one) return
      changes.write(ITHACA, tx => {
        store.remove(tx, id)
        tx.say({
          action: 'cookbook.refused',
          noun: 'serve',
          id,
          summary: `${one.kept.name} was not launched`,
          data: null,
        })
      })
      known.delete(id)
    },

    onEnd: listener => void ended.add(listener),
    onReady: listener => void ready.add(listener),
  }
}

/** The one whose id begins so; ids are typed by hand on phones. */
const unique = (known: ReadonlyMap<string, Known>, prefix: string): Known | undefined => {
  if (prefix.length < 3) return undefined
  const found = [...known.values()].filter(
    one => one.kept.id.startsWith(prefix) || one.kept.id.startsWith(`serve-${prefix}`),
  )
  if (found.length > 1)
    throw new Problem('conflict', `Several serves begin with '${prefix}': give more of the id.`)
  return found[0]
}

/** A name stands for the one that lives under it; where none does, for the last attempt of the one that did. */
const called = (known: ReadonlyMap<string, Known>, name: string): Known | undefined => {
  const all = [...known.values()].filter(one => one.kept.name === name)
  const live = all.filter(one => !one.kept.ending)
  const meant = live.length > 0 ? live : all
  const last = meant.reduce<Known | undefined>(
    (latest, one) => (latest && latest.kept.launched_at > one.kept.launched_at ? latest : one),
    undefined,
  )
  if (meant.some(one => one.kept.lineage !== last!.kept.lineage))
    throw new Problem(
      'conflict',
      `Several serves are called '${name}': ${meant.map(one => one.kept.id).join(', ')}.`,
    )
  return last
}

const reasonOf = (kept: KeptServe, sight: Sight): string | null => {
  const { session } = sight
  if (session?.state === 'restarting')
    return `starts again by its rule, attempt ${session.attempts.length + 1}`
  if (session && !session.supervised && session.state === 'running')
    return 'its supervisor is gone; its exit will be unknown'
  if (kept.ready_at !== null && sight.health?.failing_since) return 'its health check fails'
  return null
}

/** What another control center launched, from the files it left on the host. */
const adopted = (place: Place, session: Session, now: number): KeptServe => {
  const meta: Meta | null = session.meta
  const about = (meta?.about ?? {}) as Record<string, unknown>
  const text = (name: string): string | null =>
    typeof about[name] === 'string' ? (about[name] as string) : null
  return {
    id: session.id,
    host: place.id,
    kind: (text('kind') as KeptServe['kind'] | null) ?? 'serve',
    name: text('name') ?? session.id,
    engine: text('engine'),
    model: text('model'),
    run: meta?.run ?? null,
    shown: text('shown') ?? '(launched elsewhere)',
    port: meta?.port ?? null,
    gpus: [...(meta?.gpus ?? [])],
    environment: meta?.environment ?? null,
    sealed: null,
    restart: meta?.restart ? { times: meta.restart.times } : null,
    lineage: text('lineage') ?? session.id,
    attempt: typeof about.attempt === 'number' ? about.attempt : 1,
    parent: text('parent'),
    fix: text('fix'),
    difference: Array.isArray(about.difference) ? (about.difference as string[]) : [],
    operator: meta?.operator ?? null,
    actor: meta?.actor ?? null,
    token: meta?.token ?? null,
    origin: 'launched',
    place: null,
    launched_at: meta ? meta.at * 1000 : now,
    ready_at: null,
    ended_at: null,
    ending: null,
    diagnosis: null,
    score: null,
    stop_at: null,
    stopped_by: null,
    warnings: [],
  }
}
