import type { Author } from '../../store/changes.ts'
import { Problem } from '../contract/problem.ts'
import type { Serve } from '../contract/serve.ts'
import { type StopResult, stop as stopSession } from '../sessions/stop.ts'
import type { Launching } from './launching.ts'
import type { Machines } from './machines.ts'
import type { Known, Serves } from './serves.ts'
import { asProblem } from './trouble.ts'
import type { Watch } from './watch.ts'

export interface StopAsked {
  confirm?: string
  adopted?: boolean
  force?: boolean
  /** Epoch milliseconds: later instead of now. */
  at?: number | null
}

export interface Stopped {
  serve: Serve
  step: 'gone' | 'interrupt' | 'terminate' | 'kill' | 'failed' | 'scheduled' | 'running'
  left: string[]
}

/** Ends something that is not a session of ours: an adopted pane, a foreign process. */
export type StopForeign = (known: Known, asked: StopAsked) => Promise<StopResult>

export interface Control {
  stop(author: Author, id: string, asked: StopAsked): Promise<Stopped>
  /** Those whose time has come. */
  stopDue(): void
  foreign(stop: StopForeign): void
}

const ANSWER_WITHIN = 9000
const STEPS = {
  'already ended': 'gone',
  interrupt: 'interrupt',
  terminate: 'terminate',
  kill: 'kill',
} as const

export const openControl = (deps: {
  machines: Machines
  serves: Serves
  watch: Watch
  launching: Launching
  now: () => number
  report: (error: unknown) => void
}): Control => {
  const { machines, serves, watch, now } = deps
  const running = new Map<string, Promise<Stopped>>()
  let stopForeign: StopForeign | null = null

  const end = async (author: Author, one: Known, asked: StopAsked): Promise<Stopped> => {
    const place = machines.at(one.kept.host)
    one.sight = { ...one.sight, stopping: true }
    serves.save(
      author,
      { ...one.kept, stopped_by: author.actor, stop_at: null },
      { action: 'stop', summary: `Stopping ${one.kept.name} on ${place.name}` },
    )
    try {
      const ours = one.kept.origin === 'launched'
      const patience = asked.force ? { interruptMs: 0, termMs: 0 } : {}
      if (!ours && !stopForeign) throw new Problem('conflict', `${one.kept.name} was not launched by Ithaca.`)
      const result = ours
        ? await stopSession(place.host, place.site, one.kept.id, patience)
        : await stopForeign!(one, asked)
      one.sight = { ...one.sight, stopping: false }
      if (ours) await watch.look(place.id)
      // What nobody wrote an exit record for ended by this stop all the same.
      if (result.step !== null && !one.kept.ending)
        serves.end(one, { kind: 'stopped', code: null, signal: null, reason: `stopped by ${author.actor}` })
      return {
        serve: serves.view(one),
        step: result.step === null ? 'failed' : STEPS[result.step],
        left: leftOf(result, one),
      }
    } catch (error) {
      one.sight = { ...one.sight, stopping: false }
      throw asProblem(error, place.name)
    } finally {
      running.delete(one.kept.id)
      watch.hurry(place.id)
    }
  }

  const leftOf = (result: StopResult, one: Known): string[] => {
    const processes = result.left.map(
      ({ pid, name, state }) =>
        `process ${pid} ${name}${state === 'D' ? ' (waits in the kernel, cannot be killed)' : ''}`,
    )
    const port = result.port && !result.port.free ? [`port ${result.port.number} is still listened on`] : []
    const reading = machines.at(one.kept.host).gpus.reading
    const vram = (reading?.processes ?? [])
      .filter(each => result.left.some(left => left.pid === each.pid))
      .map(each => `${each.usedMiB ?? '?'} MiB on GPU ${each.gpu ?? '?'} held by process ${each.pid}`)
    return [...processes, ...port, ...vram]
  }

  return {
    async stop(author, id, asked) {
      const one = serves.get(id)
      if (one.kept.ending) return { serve: serves.view(one), step: 'gone', left: [] }
      confirmed(one, serves.view(one), asked)
      if (asked.at) {
        const saved = serves.save(
          author,
          { ...one.kept, stop_at: asked.at, stopped_by: author.actor },
          { action: 'schedule', summary: `${one.kept.name} will be stopped at its time` },
        )
        return { serve: serves.view(saved), step: 'scheduled', left: [] }
      }
      if (one.sight.queued) {
        deps.launching.cancel(one.kept.id)
        one.sight = { ...one.sight, queued: false }
        serves.end(one, { kind: 'stopped', code: null, signal: null, reason: `cancelled by ${author.actor}` })
        return { serve: serves.view(one), step: 'gone', left: [] }
      }
      const work = running.get(one.kept.id) ?? end(author, one, asked)
      running.set(one.kept.id, work)
      const late = new Promise<'late'>(resolve => setTimeout(resolve, ANSWER_WITHIN, 'late').unref())
      const first = await Promise.race([work, late])
      if (first !== 'late') return first
      work.catch(deps.report)
      return { serve: serves.view(one), step: 'running', left: [] }
    },

    stopDue() {
      for (const one of serves.all()) {
        const { stop_at: at, ending, id, stopped_by: by } = one.kept
        if (ending || at === null || at > now() || running.has(id)) continue
        const work = end({ actor: by ?? 'ithaca' }, one, {})
        running.set(id, work)
        work.catch(deps.report)
      }
    },

    foreign(stop) {
      stopForeign = stop
    },
  }
}

/** Somebody else's, or what we only saw, is not stopped by a slip of the hand. */
const confirmed = (one: Known, shown: Serve, asked: StopAsked): void => {
  const { kept } = one
  if (kept.origin === 'swept' && !asked.adopted)
    throw new Problem(
      'conflict',
      `${kept.name} was found running, not launched here. Stop it with ?adopted=true, or adopt it first.`,
      { adopted: true },
    )
  const foreign =
    kept.origin === 'seen' || (kept.origin === 'launched' && !shown.mine && kept.operator !== null)
  if (foreign && asked.confirm !== kept.name)
    throw new Problem(
      'conflict',
      `${kept.name} belongs to ${kept.operator ?? 'somebody else'}. To stop it all the same, confirm its name: confirm=${kept.name}`,
      { confirm: kept.name },
    )
}
