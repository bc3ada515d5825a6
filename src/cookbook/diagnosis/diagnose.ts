import { createReadStream } from 'node:fs'
import { type Candidate, Collector } from './collector.ts'
import { engineOf } from './engine.ts'
import { exitVerdict } from './exits.ts'
import { fixesOf, sentence } from './fixes.ts'
import { judge } from './judge.ts'
import { LogReader } from './reader.ts'
import type { Context, Diagnosis, Engine, Evidence, NoCause, Verdict } from './types.ts'
import { type Vocabulary, vocabulary } from './vocabulary.ts'

/** A part of a log and where it lies. `whole`: it begins at the beginning of a line, as hits of grep do. */
export interface Segment {
  offset: number
  bytes: Uint8Array
  whole?: boolean
}

const tailLines = 40
const headBytes = 4096

/** Reads a log as it comes and can say at any moment what it makes of it. */
export class Diagnoser {
  private readonly context: Context
  private readonly collector: Collector
  private readonly reader: LogReader
  private head = ''

  constructor(context: Context = {}, words: Vocabulary = vocabulary()) {
    this.context = context
    this.collector = new Collector(words, context)
    this.reader = new LogReader(words, (place, found, around) => this.collector.see(place, found, around))
  }

  push(bytes: Uint8Array): void {
    if (this.head.length < headBytes) this.head += Buffer.from(bytes.subarray(0, headBytes)).toString('utf8')
    this.reader.push(bytes)
  }

  /** Parts of a log in the order of their offsets; what two parts share is read once. */
  pushSegment({ offset, bytes, whole }: Segment): void {
    const known = this.reader.end - offset
    if (known >= bytes.length) return
    if (known < 0) this.reader.seek(offset, whole ?? false)
    this.push(known > 0 ? bytes.subarray(known) : bytes)
  }

  /** The verdict on what has arrived so far. */
  soFar(context: Partial<Context> = {}): Verdict {
    this.reader.flush()
    return this.verdict({ ...this.context, ...context })
  }

  end(context: Partial<Context> = {}): Verdict {
    this.reader.finish()
    return this.verdict({ ...this.context, ...context })
  }

  private verdict(context: Context): Verdict {
    const tail = this.reader.tail(tailLines)
    const judgement = judge(this.collector, context, tail)
    const texts = [
      judgement.chosen?.line ?? '',
      ...(judgement.chosen?.before ?? []),
      this.head,
      tail.map(line => line.text).join('\n'),
    ]
    const engine = context.engine ?? this.collector.run.engine ?? engineOf(context.argv ?? [], texts)
    const { chosen, suspect, confidence, verdict, why } = judgement
    const scannedBytes = this.reader.scanned.bytes
    if (chosen !== null) return { ...this.diagnosis(chosen, engine, context), confidence, scannedBytes, why }
    const place = suspect ?? null
    const found: NoCause = {
      cause: null,
      verdict,
      rootLine: place?.line ?? null,
      byteOffset: place?.offset ?? null,
      lineNumber: place?.lineNumber ?? null,
      excerpt:
        place?.excerpt ??
        tail
          .slice(-8)
          .map(line => line.text)
          .join('\n'),
      explanation: explain(verdict, place),
      engine,
      scannedBytes,
      why,
    }
    return exitVerdict(found, context) ?? found
  }

  private diagnosis(
    chosen: Candidate,
    engine: Engine,
    context: Context,
  ): Omit<Diagnosis, 'confidence' | 'scannedBytes' | 'why'> {
    const rule = chosen.rule!
    const evidence: Evidence = {
      line: chosen.body,
      engine,
      phase: chosen.phase,
      argv: context.argv ?? [],
      values: chosen.values,
      before: chosen.before,
    }
    const { values, fixes } = fixesOf(rule, evidence)
    return {
      cause: rule.cause,
      rule: rule.id,
      engine,
      rootLine: chosen.line,
      byteOffset: chosen.offset,
      lineNumber: chosen.lineNumber,
      excerpt: chosen.excerpt,
      explanation: sentence(rule.meaning, values),
      values,
      fixes,
    }
  }
}

function explain(verdict: NoCause['verdict'], suspect: Candidate | null): string {
  if (verdict === 'healthy') return 'The log shows nothing wrong.'
  if (verdict === 'stopped') return 'The server was stopped; nothing went wrong before.'
  return suspect === null
    ? 'The log does not say why it ended.'
    : 'No rule knows this error; it is the first one of the last run.'
}

/** Diagnoses a stream of bytes of any length in flat memory. */
export async function diagnose(
  log: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  context: Context = {},
): Promise<Verdict> {
  const diagnoser = new Diagnoser(context)
  for await (const bytes of log) diagnoser.push(bytes)
  return diagnoser.end()
}

export const diagnoseFile = (path: string, context: Context = {}): Promise<Verdict> =>
  diagnose(createReadStream(path, { highWaterMark: 1 << 20 }), context)

export function diagnoseText(text: string, context: Context = {}): Verdict {
  const diagnoser = new Diagnoser(context)
  diagnoser.push(Buffer.from(text))
  return diagnoser.end()
}

/** Diagnoses the parts of a remote log that were fetched: its beginning, its end, and lines that a search found. */
export function diagnoseSegments(segments: readonly Segment[], context: Context = {}): Verdict {
  const diagnoser = new Diagnoser(context)
  for (const segment of segments.toSorted((a, b) => a.offset - b.offset)) diagnoser.pushSegment(segment)
  return diagnoser.end()
}
