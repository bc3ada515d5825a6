import { randomBytes } from 'node:crypto'
import type { Author } from '../../store/changes.ts'
import type { KeptServe } from '../../store/serves.ts'
import { Problem } from '../contract/problem.ts'
import type { Serve } from '../contract/serve.ts'
import { type GpuProcess, holder } from '../gpus/reading.ts'
import { listeningPorts } from '../sessions/ports.ts'
import type { Doubts } from './command/doubts.ts'
import { strangersOf } from './foreigners.ts'
import { asSession, blank, bornAt, endOf, fingerprint } from './found-record.ts'
import type { Machines, Place } from './machines.ts'
import { keepPane, lookAfter, odysseusLog } from './pane-log.ts'
import { type Recognised, recognise } from './recognise.ts'
import type { Known, Serves } from './serves.ts'
import { below, type FoundPane, type FoundProcess, type Swept, sweep } from './sweep.ts'
import { asProblem, overThere } from './trouble.ts'

/** What runs on a host without having been launched by us: found in panes, seen on GPUs, taken into care. */
export interface Adoption {
  /** What would be taken into care, before it is; null where that is so already, or nothing is there to take. */
  find(asked: { session: string; host: string; port?: number }): Promise<{
    gpus: readonly number[]
    port: number | null
    /** Where it listens, whatever was said of it. */
    doubts: Doubts
  } | null>
  adopt(
    author: Author,
    asked: { session: string; host: string; model?: string; port?: number },
  ): Promise<{ serve: Serve; already: boolean }>
  /** Looks for model servers that nobody told us of. */
  sweep(place: Place): Promise<void>
  /** Whether those found earlier still run, and what they wrote. */
  look(place: Place): Promise<void>
}

const ITHACA: Author = { actor: 'ithaca' }
const TAIL = 4096

/** A model process in a pane, with everything below the pane. */
interface InPane {
  pane: FoundPane
  process: FoundProcess
  what: Recognised
  tree: FoundProcess[]
}

export const openAdoption = (deps: {
  machines: Machines
  serves: Serves
  now: () => number
  operator: string
}): Adoption => {
  const { machines, serves, now } = deps
  const busy = new Map<string, Promise<unknown>>()

  /** One at a time for each host, lest a pane be taken twice. */
  const alone = <T>(place: Place, work: () => Promise<T>): Promise<T> => {
    const next = (busy.get(place.id) ?? Promise.resolve()).then(work, work)
    busy.set(
      place.id,
      next.catch(() => undefined),
    )
    return next
  }

  const found = (place: Place): Known[] =>
    serves
      .all()
      .filter(one => one.kept.host === place.id && !one.kept.ending && one.kept.origin !== 'launched')

  const same = (one: Known, swept: Swept, process: FoundProcess): boolean => {
    const at = one.kept.place
    return at?.pid === process.pid && at.started === process.started && at.boot === swept.boot
  }

  /** The tmux session's own name, as callers know it, unless that already means something else. */
  const idFor = (place: Place, swept: Swept, { pane, process }: InPane): string => {
    const wanted = pane.session.replaceAll(/[^A-Za-z0-9_-]/g, '_').slice(0, 64)
    const taken = serves.find(wanted)
    if (!taken || (taken.kept.ending && taken.kept.host === place.id && taken.kept.origin !== 'launched'))
      return wanted
    return `${wanted.slice(0, 50)}-${fingerprint(place, swept, process)}`
  }

  const take = async (place: Place, swept: Swept, seen: InPane, how: Taking): Promise<Known> => {
    const { pane, process, what, tree } = seen
    const id = idFor(place, swept, seen)
    const log =
      (await odysseusLog(place.host, pane.session)) ??
      (how.origin === 'adopted'
        ? await keepPane(place.host, place.site, pane, `${id}-${process.pid}-${process.started}`)
        : null)
    const port = how.port ?? (await portOf(place, what, tree))
    const model = how.model ?? what.model
    return save(how.author, {
      ...blank(place, id, now),
      kind: what.kind,
      name: what.name ?? model?.split('/').filter(Boolean).at(-1) ?? pane.session,
      engine: what.engine,
      model,
      shown: what.shown,
      port,
      gpus: what.gpus,
      operator: how.origin === 'adopted' ? deps.operator : null,
      actor: how.origin === 'adopted' ? how.author.actor : null,
      token: how.origin === 'adopted' ? (how.author.token ?? null) : null,
      origin: how.origin,
      place: {
        socket: pane.socket,
        session: pane.session,
        log,
        pid: process.pid,
        started: process.started,
        boot: swept.boot,
      },
      launched_at: bornAt(swept, process, now()),
      ready_at: what.kind === 'serve' && port === null ? now() : null,
    })
  }

  const save = (author: Author, kept: KeptServe): Known => {
    const action = kept.origin === 'adopted' ? 'adopt' : 'found'
    const place = machines.at(kept.host).name
    const summary =
      kept.origin === 'adopted'
        ? `Adopted ${kept.name} on ${place}`
        : `Found ${kept.name} running on ${place}`
    const before = serves.find(kept.id)
    if (before) {
      before.sight = { session: null, health: null, queued: false, stopping: false }
      before.phase = null
    }
    return serves.save(author, kept, { action, summary })
  }

  const panesOf = (swept: Swept): InPane[] =>
    swept.panes.flatMap(pane => {
      const tree = below(swept, pane.pid)
      for (const process of tree) {
        const what = recognise(process.argv, process.variables)
        if (!what || process.variables.ITHACA_MARK) continue
        // Fetching is of interest where it was asked for as a task.
        if (what.kind === 'download' && !pane.session.startsWith('cookbook-')) continue
        return [{ pane, process, what, tree: below(swept, process.pid) }]
      }
      return []
    })

  const look: Adoption['look'] = async place => {
    const ones = found(place).filter(
      one => one.kept.place?.pid && one.kept.place.started && !one.sight.stopping,
    )
    if (ones.length === 0) return
    const answers = await lookAfter(
      place.host,
      place.site,
      `look-${randomBytes(9).toString('hex')}`,
      ones.map(({ kept: { place: at } }) => ({
        pid: at!.pid!,
        started: at!.started!,
        boot: at!.boot ?? '',
        log: at!.log,
      })),
      TAIL,
    )
    for (const [at, one] of ones.entries()) {
      const { alive, log, tail } = answers[at]!
      const path = one.kept.place!.log
      const session = asSession(one, path && log ? { path, ...log } : null, tail)
      if (alive) serves.observe(place, session)
      else if (!one.sight.stopping) {
        one.sight = { ...one.sight, session }
        serves.end(one, endOf(one, tail.toString('utf8')))
        // What was never ours to look after leaves no row behind, unless a person ended it here.
        if (one.kept.origin === 'seen' && one.kept.stopped_by === null) serves.forget(ITHACA, one.kept.id)
      }
    }
  }

  return {
    look,

    async find({ session, host, port }) {
      const place = machines.at(host)
      const swept = await overThere(place.name, sweep(place.host, place.site, []))
      const seen = panesOf(swept).find(one => one.pane.session === session)
      if (!seen) return null
      const known = found(place).find(one => same(one, swept, seen.process))
      if (known?.kept.origin === 'adopted') return null
      const real = await portOf(place, seen.what, seen.tree)
      const beside = real === null ? [] : [real]
      return { gpus: seen.what.gpus, port: port ?? real, doubts: { port: null, gpus: null, beside } }
    },

    sweep: place =>
      alone(place, async () => {
        const reading = place.gpus.reading
        const foreign = (reading?.processes ?? []).filter(
          // What outlives its serve is as nobody's as what was never ours.
          one => serves.find(one.session ?? '')?.kept.ending !== null,
        )
        const swept = await sweep(
          place.host,
          place.site,
          foreign.map(one => one.pid),
        )
        const panes = panesOf(swept)
        for (const seen of panes) {
          if (found(place).some(one => same(one, swept, seen.process))) continue
          await take(place, swept, seen, { origin: 'swept', author: ITHACA })
        }
        const trees = panes.map(({ process, tree }) => ({
          known: found(place).find(one => same(one, swept, process)),
          pids: new Set(tree.map(one => one.pid)),
        }))
        const claims = new Map<string, string>()
        const claim = (id: string, members: readonly GpuProcess[]): void => {
          for (const one of members) claims.set(holder(one), id)
        }
        for (const { known, pids } of trees) {
          const used = (reading?.processes ?? []).filter(one => pids.has(one.pid))
          if (known) claim(known.kept.id, used)
          const vram = used.length === 0 ? null : used.reduce((sum, one) => sum + (one.usedMiB ?? 0), 0)
          if (known && vram !== known.vram) serves.notice(known, { vram })
        }
        const strangers = strangersOf(
          swept,
          foreign.filter(one => !trees.some(({ pids }) => pids.has(one.pid))),
        )
        for (const stranger of strangers) {
          const { process, vram } = stranger
          const known = found(place).find(one => same(one, swept, process))
          if (known) {
            claim(known.kept.id, stranger.members)
            if (known.vram !== vram) serves.notice(known, { vram })
            continue
          }
          const port = stranger.what ? await portOf(place, stranger.what, [process]) : null
          const one = save(ITHACA, {
            ...blank(
              place,
              `${stranger.container ? 'container' : 'process'}-${fingerprint(place, swept, process)}`,
              now,
            ),
            ...stranger.shown,
            port,
            origin: 'seen',
            place: {
              socket: null,
              session: null,
              log: null,
              pid: process.pid,
              started: process.started,
              boot: swept.boot,
              ...(stranger.container ? { container: stranger.container } : {}),
              ...(stranger.user ? { user: stranger.user } : {}),
            },
            launched_at: bornAt(swept, process, now()),
            ready_at: port === null ? now() : null,
          })
          claim(one.kept.id, stranger.members)
          serves.notice(one, { vram })
        }
        place.gpus.claims = claims
      }),

    adopt: (author, { session, host, model, port }) => {
      const place = machines.at(host)
      return alone(place, async () => {
        const ours = serves.find(session)
        if (ours && ours.kept.host === place.id && ours.kept.origin === 'launched' && !ours.kept.ending)
          return { serve: serves.view(ours), already: true }
        try {
          const swept = await sweep(place.host, place.site, [])
          const panes = swept.panes.filter(pane => pane.session === session)
          if (panes.length === 0)
            throw new Problem('not_found', `tmux session '${session}' not found on ${place.name}`, {
              session,
            })
          const seen = panesOf(swept).find(one => one.pane.session === session)
          if (!seen)
            throw new Problem(
              'conflict',
              `The tmux session '${session}' on ${place.name} runs no model server: ${whatRuns(swept, panes)}.`,
              { session },
            )
          const known = found(place).find(one => same(one, swept, seen.process))
          if (!known) {
            const one = await take(place, swept, seen, { origin: 'adopted', author, model, port })
            await look(place)
            return { serve: serves.view(one), already: false }
          }
          const already = known.kept.origin === 'adopted'
          const { kept } = known
          const log =
            kept.place?.log ??
            (await keepPane(
              place.host,
              place.site,
              seen.pane,
              `${kept.id}-${seen.process.pid}-${seen.process.started}`,
            ))
          save(author, {
            ...kept,
            model: model ?? kept.model,
            port: port ?? kept.port,
            origin: 'adopted',
            operator: deps.operator,
            actor: author.actor,
            token: author.token ?? null,
            place: { ...kept.place!, log },
          })
          await look(place)
          return { serve: serves.view(known), already }
        } catch (error) {
          throw asProblem(error, place.name)
        }
      })
    },
  }
}

interface Taking {
  origin: 'adopted' | 'swept'
  author: Author
  model?: string | undefined
  port?: number | undefined
}

/** What it was told to listen on; else what it does listen on. */
const portOf = async (
  place: Place,
  what: Recognised,
  tree: readonly FoundProcess[],
): Promise<number | null> => {
  if (what.kind !== 'serve' || what.portGiven) return what.port
  const open = await listeningPorts(
    place.host,
    tree.map(one => one.pid),
  )
  const ports = [...open.values()].flat()
  return what.port === null || ports.includes(what.port) ? what.port : (ports[0] ?? what.port)
}

const whatRuns = (swept: Swept, panes: readonly FoundPane[]): string => {
  const names = panes.flatMap(pane =>
    below(swept, pane.pid).map(one => one.argv[0]?.split('/').at(-1) ?? '?'),
  )
  return names.length === 0 ? 'nothing' : [...new Set(names)].slice(0, 5).join(', ')
}
