import type { Changes } from '../../store/changes.ts'
import { Problem } from '../contract/problem.ts'
import type { Serve, Diagnosis as Told } from '../contract/serve.ts'
import { since } from '../logs/pages.ts'
import { LogError } from '../logs/slice.ts'
import { type Invocation, literal, quoteWord } from '../sessions/word.ts'
import { changeCommand } from './change.ts'
import { redactText, showCommand } from './command/redact.ts'
import { Diagnoser, diagnoseSegments, diagnoseText } from './diagnosis/diagnose.ts'
import type { Context, Engine, Verdict } from './diagnosis/types.ts'
import { evidenceOf, lineAt } from './evidence.ts'
import type { Machines } from './machines.ts'
import type { Reading } from './reading.ts'
import type { Known, Serves } from './serves.ts'
import { asProblem } from './trouble.ts'

/** Says why serves die, by themselves as they do, and before it where their logs foretell it. */
export interface Why {
  /** What it died of, or what its log says so far while it lives. */
  of(id: string, signal?: AbortSignal): Promise<{ serve: Serve; diagnosis: Told }>
  /** A look at the logs that grew of those that are still loading, and at deaths nobody could look at yet. */
  round(): Promise<void>
  /** Called once the cause of a death is known. */
  onCause(listener: (known: Known) => void): void
}

const ENGINES = new Set<string>(['vllm', 'sglang', 'llama.cpp', 'ollama', 'tgi', 'mlx'])
/** The most that is read of a log that grows, at each look. */
const NEW_BYTES = 1024 * 1024
/** A death longer ago than this is looked into when somebody asks. */
const RECENT = 3_600_000
/** Until a look that failed is tried again. */
const PAUSE = 60_000

interface Watched {
  diagnoser: Diagnoser
  path: string
  read: number
}

export const openWhy = (deps: {
  machines: Machines
  serves: Serves
  reading: Reading
  changes: Changes
  now: () => number
  report: (error: unknown) => void
  /** Work that nobody waits for. */
  later: (work: Promise<unknown>) => void
}): Why => {
  const { machines, serves, reading, now } = deps
  const loading = new Map<string, Watched>()
  const pending = new Map<string, Promise<Told>>()
  const failed = new Map<string, number>()
  const listeners = new Set<(known: Known) => void>()
  let busy = false

  const contextOf = ({ kept, sight }: Known): Context => {
    const run = kept.run as Invocation | null
    return {
      engine: ENGINES.has(kept.engine ?? '') ? (kept.engine as Engine) : null,
      argv: run ? run.argv.map(word => literal(word) ?? quoteWord(word)) : [],
      exitCode: kept.ending?.code ?? null,
      signal: kept.ending?.signal ?? null,
      alive: kept.ending === null,
      stopRequested: kept.ending?.kind === 'stopped' || (sight.session?.stopRequested ?? false),
    }
  }

  const tell = (one: Known, verdict: Verdict, lineNumber: number | null): Told => ({
    cause: verdict.cause,
    verdict: verdict.cause === null ? verdict.verdict : 'cause',
    confidence: verdict.cause === null ? 0 : verdict.confidence,
    root_line: verdict.rootLine === null ? null : redactText(verdict.rootLine),
    line_number: lineNumber,
    byte_offset: verdict.byteOffset,
    excerpt: redactText(verdict.excerpt),
    explanation: verdict.explanation,
    fixes: verdict.cause === null ? [] : fixesFor(one, verdict.cause, verdict.fixes),
    scanned_bytes: verdict.scannedBytes,
  })

  /** What an attempt of this lineage already had, and died of the same cause all the same, comes last. */
  const fixesFor = ({ kept }: Known, cause: string, fixes: Extract<Verdict, { fixes: unknown }>['fixes']) => {
    const failed = serves.lineage(kept.lineage).filter(one => one.diagnosis?.cause === cause)
    const run = kept.kind === 'container' ? null : (kept.run as Invocation | null)
    const shown = fixes.map(({ id, title, operations }) => {
      const changed = run && changeCommand(run, operations as Told['fixes'][number]['operations'])
      const cmd = changed && changed.left.length === 0 ? showCommand(changed.run) : null
      const tried = failed.some(one => one.fix === id || (cmd !== null && one.shown === cmd))
      return {
        id,
        title: redactText(title),
        operations: [...operations],
        cmd,
        tried,
      } as Told['fixes'][number]
    })
    return [...shown.filter(fix => !fix.tried), ...shown.filter(fix => fix.tried)]
  }

  const examine = async (one: Known, signal?: AbortSignal): Promise<Told> => {
    const place = machines.at(one.kept.host)
    const path = await reading.path(one.kept.id)
    if (!path) {
      const { output } = await reading.output(one.kept.id, 2000, { raw: true })
      return tell(one, diagnoseText(output, contextOf(one)), null)
    }
    const segments = await evidenceOf(place.host, path, signal).catch(error => {
      // A log that is gone leaves the exit code to judge by.
      if (error instanceof LogError) return []
      throw asProblem(error, place.name)
    })
    const verdict = diagnoseSegments(segments, contextOf(one))
    const { byteOffset } = verdict
    // The verdict is worth having without the number of its line, which a slow disk may not tell in time.
    const count = (offset: number) => lineAt(place.host, path, offset).catch(() => null)
    const counted = verdict.lineNumber ?? (byteOffset === null ? null : await count(byteOffset))
    return tell(one, verdict, counted)
  }

  /** Kept with its serve; said aloud where it is news. */
  const keep = (one: Known, diagnosis: Told): void => {
    const before = one.kept.diagnosis
    if (JSON.stringify(before) === JSON.stringify(diagnosis)) return
    const { name, ending } = one.kept
    const cause = diagnosis.cause
    const summary = ending
      ? cause
        ? `${name} died of ${cause}${diagnosis.root_line ? `: ${diagnosis.root_line.slice(0, 200)}` : ''}`
        : `${name}: ${diagnosis.explanation}`
      : cause
        ? `${name} is likely to die of ${cause}: ${diagnosis.root_line?.slice(0, 200)}`
        : `${name} looks well again`
    serves.save({ actor: 'ithaca' }, { ...one.kept, diagnosis }, { action: 'diagnosis', summary })
    if (ending && cause) for (const listener of listeners) listener(one)
  }

  const afterDeath = (one: Known): Promise<Told> => {
    const { id } = one.kept
    const known = pending.get(id)
    if (known) return known
    loading.delete(id)
    const work = examine(one)
      .then(diagnosis => {
        failed.delete(id)
        keep(one, diagnosis)
        return diagnosis
      })
      .catch(error => {
        failed.set(id, now())
        throw error
      })
      .finally(() => pending.delete(id))
    pending.set(id, work)
    return work
  }

  const unreachable = (one: Known): boolean => machines.at(one.kept.host).host.reach.state === 'unreachable'

  const lookInto = (one: Known): void =>
    deps.later(
      afterDeath(one).catch(error => {
        // A host that is away is asked again once it is back.
        if (!(error instanceof Problem) && !unreachable(one)) throw error
      }),
    )
  serves.onEnd(lookInto)
  serves.onReady(one => {
    loading.delete(one.kept.id)
    if (one.kept.diagnosis) one.kept = { ...one.kept, diagnosis: null }
  })

  const watched = async (one: Known): Promise<Watched | null> => {
    const known = loading.get(one.kept.id)
    const path = one.sight.session?.log?.path
    if (!path) return null
    if (known?.path === path) return known
    const fresh = { diagnoser: new Diagnoser(contextOf(one)), path, read: 0 }
    loading.set(one.kept.id, fresh)
    return fresh
  }

  const foresee = async (one: Known): Promise<void> => {
    const seen = await watched(one)
    if (!seen || (one.sight.session?.log?.size ?? 0) <= seen.read) return
    const slice = await since(machines.at(one.kept.host).host, seen.path, seen.read, NEW_BYTES)
    if (slice.restarted) {
      loading.delete(one.kept.id)
      return
    }
    seen.diagnoser.pushSegment({ offset: slice.start, bytes: slice.bytes })
    seen.read = slice.end
    const verdict = seen.diagnoser.soFar(contextOf(one))
    // It may have ended while its log was on the way: then its end is what counts.
    if (one.kept.ending || (verdict.cause === null && !one.kept.diagnosis)) return
    keep(one, tell(one, verdict, verdict.lineNumber))
  }

  return {
    async of(id, signal) {
      const one = serves.get(id)
      const { diagnosis, ending } = one.kept
      if (ending && diagnosis) return { serve: serves.view(one), diagnosis }
      const told = ending ? await afterDeath(one) : await examine(one, signal)
      return { serve: serves.view(one), diagnosis: told }
    },

    async round() {
      if (busy) return
      busy = true
      for (const id of failed.keys()) if (!serves.find(id)) failed.delete(id)
      try {
        for (const one of serves.all()) {
          if (unreachable(one) || pending.has(one.kept.id)) continue
          const { ending, diagnosis, ended_at } = one.kept
          const due = now() - (failed.get(one.kept.id) ?? 0) > PAUSE
          if (ending && !diagnosis && due && now() - (ended_at ?? 0) < RECENT) lookInto(one)
          else if (!ending && serves.state(one) === 'loading')
            await foresee(one).catch(error => {
              loading.delete(one.kept.id)
              deps.report(error)
            })
        }
      } finally {
        busy = false
      }
    },

    onCause: listener => void listeners.add(listener),
  }
}
