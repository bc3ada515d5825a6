import type { Candidate, Collector, Run } from './collector.ts'
import type { Context, Sighting, Strength, Why } from './types.ts'

const order: Readonly<Record<Strength | 'unlisted', number>> = {
  exact: 4,
  plain: 3,
  place: 2,
  echo: 1,
  unlisted: 0,
}

const sureness: Readonly<Record<Strength | 'unlisted', number>> = {
  exact: 0.95,
  plain: 0.85,
  place: 0.6,
  echo: 0.5,
  unlisted: 0,
}

export interface Judgement {
  chosen: Candidate | null
  suspect: Candidate | null
  confidence: number
  verdict: 'healthy' | 'unknown' | 'stopped'
  why: Why
}

/** Lines that only a server at work writes. */
const working =
  /"(?:GET|POST) \/\S* HTTP\/[\d.]+" 2\d\d|generation throughput|gen throughput|Decode batch|print_timing|log_server_r: .* 200|\[GIN\].*\| 200 \||update_slots: all slots are idle/

/** Chooses among what the last run said: the strongest line, and of equals the first. */
export function judge(
  collector: Collector,
  context: Context,
  tail: readonly { body: string; text: string; offset: number }[],
): Judgement {
  const { run } = collector
  const lastWork = tail.findLast(line => working.test(line.text))?.offset ?? -1
  const died = hasDied(run, context)
  const candidates = run.candidates.map(candidate => ({
    ...candidate,
    fate: candidate.strength === 'echo' || candidate.strength === 'unlisted' ? '' : candidate.fate,
  }))
  for (const candidate of candidates) candidate.fate ||= fate(candidate, run, context, lastWork, died)
  const standing = candidates.filter(candidate => candidate.fate === '')
  let best: Candidate | null = null
  for (const candidate of standing) {
    if (candidate.strength === 'unlisted') continue
    if (best === null || order[candidate.strength] > order[best.strength]) best = candidate
  }
  best = asException(best, standing)
  const suspect = standing.find(candidate => candidate.strength === 'unlisted') ?? null
  const followsSuspect = best?.strength === 'echo' && suspect !== null && suspect.offset < best.offset
  const chosen = followsSuspect ? null : best
  for (const candidate of standing) {
    if (candidate === chosen) candidate.fate = 'chosen: the strongest line, and the first of its strength'
    else if (chosen !== null)
      candidate.fate =
        candidate.offset > chosen.offset ? 'comes after the cause' : 'says less than the chosen line'
    else candidate.fate = 'no rule knows what it means'
  }
  const confidence = chosen === null ? 0 : Math.max(0.2, sureness[chosen.strength] - (died ? 0 : 0.1))
  return {
    chosen,
    suspect: chosen === null ? suspect : null,
    confidence,
    verdict: verdictOf(run, context, suspect, died),
    why: whyOf(collector, context, candidates),
  }
}

/** A bare line, or the title of a stack, is repeated by the exception itself, which says more. */
function asException(best: Candidate | null, standing: readonly Candidate[]): Candidate | null {
  if (best === null || best.type !== null) return best
  const raised = standing.find(candidate => candidate.rule === best.rule && candidate.type !== null)
  if (raised === undefined) return best
  return best.level === null || raised.body.includes(best.body) ? raised : best
}

function hasDied(run: Run, context: Context): boolean {
  if (context.alive) return false
  if (context.exitCode !== undefined && context.exitCode !== null) return context.exitCode !== 0
  return run.ended !== null || Boolean(context.signal)
}

function fate(candidate: Candidate, run: Run, context: Context, lastWork: number, died: boolean): string {
  if (run.stopAt !== null && run.stopAt < candidate.offset && !candidate.rule?.fatal)
    return 'the server was already stopping'
  if (run.readyAt === null || run.readyAt > candidate.offset) return ''
  if (candidate.rule?.fatal) return lastWork > candidate.offset ? 'the server worked on after it' : ''
  if (context.alive) return 'the server runs on'
  if (lastWork > candidate.offset && !(died && run.endedAt > lastWork)) return 'the server worked on after it'
  if (context.exitCode) return ''
  return run.endedAt > candidate.offset || (died && candidate.strength === 'exact')
    ? ''
    : 'the server did not die of it'
}

function verdictOf(
  run: Run,
  context: Context,
  suspect: Candidate | null,
  died: boolean,
): Judgement['verdict'] {
  if (context.stopRequested) return 'stopped'
  const bySignal =
    context.signal === 'SIGTERM' ||
    context.signal === 'SIGINT' ||
    context.exitCode === 143 ||
    context.exitCode === 130
  if (bySignal) return 'stopped'
  if (
    run.stopAt !== null &&
    suspect === null &&
    (context.exitCode === undefined || context.exitCode === null || context.exitCode === 0)
  )
    return 'stopped'
  if (context.exitCode) return 'unknown'
  if (suspect !== null && run.readyAt === null) return 'unknown'
  if (died && run.endedAt > (run.readyAt ?? -1)) return 'unknown'
  return run.readyAt !== null || run.phase !== 'start' || context.alive === true ? 'healthy' : 'unknown'
}

function whyOf(collector: Collector, context: Context, candidates: readonly Candidate[]): Why {
  const { run } = collector
  const sighting = (candidate: Candidate): Sighting => ({
    rule: candidate.rule?.id ?? 'unlisted',
    cause: candidate.rule?.cause ?? null,
    line: candidate.line,
    byteOffset: candidate.offset,
    lineNumber: candidate.lineNumber,
    fate: candidate.fate,
  })
  const exit = context.signal
    ? `signal ${context.signal}`
    : context.exitCode === undefined || context.exitCode === null
      ? null
      : `exit code ${context.exitCode}`
  return {
    runs: collector.runs,
    phase: run.phase,
    ended: exit ?? run.ended,
    candidates: [...run.survived, ...candidates].map(sighting),
    wrappers: run.wrappers,
  }
}
