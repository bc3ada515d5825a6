import { isCarets, isFrame, isQuotedCode, type Level, type Line, readException } from './lines.ts'
import type { Mark } from './marks.ts'
import type { Hit, Place, Surroundings } from './reader.ts'
import type { Context, Engine, Evidence, Phase, Rule, Strength, Values } from './types.ts'
import type { Lead, Vocabulary } from './vocabulary.ts'

export interface Candidate {
  rule: Rule | null
  strength: Strength | 'unlisted'
  line: string
  body: string
  level: Level
  source: string
  offset: number
  lineNumber: number | null
  phase: Phase
  values: Values
  excerpt: string
  before: readonly string[]
  type: string | null
  fate: string
}

/** What is known of one run of the server within a log. */
export interface Run {
  phase: Phase
  engine: Engine | null
  readyAt: number | null
  stopAt: number | null
  ended: string | null
  endedAt: number
  candidates: Candidate[]
  survived: Candidate[]
  wrappers: string[]
}

const newRun = (engine: Engine | null): Run => ({
  phase: 'start',
  engine,
  readyAt: null,
  stopAt: null,
  ended: null,
  endedAt: -1,
  candidates: [],
  survived: [],
  wrappers: [],
})

/** Might be a Python error, or the assertion that raised it. */
const errorLike = /[A-Z]\w*(?:Error|Exception)(?:: |\s*$|\[)|(?:^|\s)assert /

const stackLines = 160
const placeLines = 24
const excerptBefore = 5
const excerptAfter = 3
/** Looking back costs time: a log of nothing but errors gets this many looks in each run. */
const mostLooks = 60
const mostWrappers = 12

/** Errors a program often expects and handles; the next one of the chain then says what is wrong. */
const lookups =
  /^(?:KeyError|AttributeError|ImportError|ModuleNotFoundError|StopIteration|LookupError|IndexError|FileNotFoundError|OSError|TypeError|ValueError|huggingface_hub\..*|requests\..*|urllib3\..*|httpx\..*|httpcore\..*|socket\..*|ConnectionRefusedError)$/

/** Reads candidates and marks into runs, and keeps only what can still become the verdict. */
export class Collector {
  runs = 1
  run: Run = newRun(null)
  private looks = 0
  private readonly vocabulary: Vocabulary
  private readonly context: Context

  constructor(vocabulary: Vocabulary, context: Context) {
    this.vocabulary = vocabulary
    this.context = context
  }

  see(hit: Hit, words: ReadonlySet<number>, around: Surroundings): void {
    const leads: Lead[] = []
    for (const word of words) {
      for (const lead of this.vocabulary.leads.get(word)!)
        if (lead.anchored || lead.pattern.test(hit.text)) leads.push(lead)
    }
    if (leads.length === 0 && !errorLike.test(hit.text)) return
    leads.sort((a, b) => a.order - b.order)
    const place = hit.read()
    let wrapper = false
    for (const lead of leads) {
      if (lead.mark === null || !fits(lead, place, lead.mark.unless)) continue
      if (lead.mark.kind === 'death') wrapper = true
      this.mark(lead.mark, place)
    }
    // Some launchers repeat what a child wrote as news of their own: an error is still one.
    if (place.level === 'quiet' && readException(place.body) === null) return
    const [previous] = around.before(place.offset, 1)
    if (isQuotedCode(place, previous)) return
    this.match(place, leads, around, wrapper)
  }

  private mark(mark: Mark, place: Place): void {
    const { run } = this
    if (mark.engine) run.engine ??= mark.engine
    if (mark.kind === 'start') {
      if (run.ended !== null || run.readyAt !== null || run.stopAt !== null)
        this.startOver(mark.engine ?? null)
    } else if (mark.kind === 'phase') this.enter(mark.phase!, place)
    else if (mark.kind === 'stop') run.stopAt ??= place.offset
    else if (mark.kind === 'handled') this.handled(place)
    else if (place.level !== 'quiet') {
      run.ended ??= place.text
      run.endedAt = place.offset
      if (run.wrappers.length < mostWrappers) run.wrappers.push(place.text)
    }
  }

  private startOver(engine: Engine | null): void {
    this.runs++
    this.looks = 0
    this.run = newRun(engine)
  }

  private enter(phase: Phase, place: Line & { offset: number }): void {
    const { run } = this
    if (phase !== 'ready') {
      if (run.phase !== 'ready') run.phase = phase
      return
    }
    // SGLang's web server is up before the model has answered its first request.
    if (/Application startup complete/.test(place.body) && this.looksLikeSglang(place)) return
    run.phase = 'ready'
    run.readyAt = place.offset
    for (const candidate of run.candidates) candidate.fate = 'the server became ready after it'
    run.survived = [...run.survived, ...run.candidates].slice(-20)
    run.candidates = []
  }

  private looksLikeSglang(place: Line): boolean {
    if (this.run.engine !== null) return this.run.engine === 'sglang'
    if (this.context.engine) return this.context.engine === 'sglang'
    return /^\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/.test(place.text)
  }

  private handled(place: Place): void {
    const last = this.run.candidates.filter(candidate => sameProcess(candidate.source, place.source)).at(-1)
    if (!last || last.type === null || !lookups.test(last.type)) return
    last.strength = last.strength === 'unlisted' ? 'unlisted' : 'echo'
    last.fate = 'the program caught it and went on to another error'
    last.type = null
  }

  private match(place: Place, leads: readonly Lead[], around: Surroundings, wrapper: boolean): void {
    const exception = readException(place.body)
    let stack: Place[] | null = null
    const look = (): Place[] => {
      if (stack === null) {
        stack = this.looks++ < mostLooks ? stackOf(place, around) : []
      }
      return stack
    }
    const told = exception !== null && exception.message === '' ? (failedCode(look()) ?? place) : place
    const tried = told === place ? leads : this.leadsFor(told, leads)
    for (const lead of tried) {
      const { rule } = lead
      if (rule === null || this.known(rule, exception !== null)) continue
      if (place.level === 'warning' && !rule.warning) continue
      if (rule.strength === 'place' && wrapper) continue
      const found = lead.pattern.exec(told.body)
      if (found === null || rule.unless?.test(told.text)) continue
      if (!this.inPhase(rule)) continue
      const needsStack = rule.after !== undefined || rule.when !== undefined
      const before = needsStack
        ? look()
            .map(line => line.body)
            .reverse()
        : []
      // Where an unspecific error was raised says something; where its callers are says little.
      const near = rule.strength === 'place' ? before.slice(-placeLines) : before
      if (rule.after && !near.some(body => rule.after!.some(pattern => pattern.test(body)))) continue
      const evidence: Evidence = {
        line: told.body,
        engine: this.run.engine ?? 'other',
        phase: this.run.phase,
        argv: this.context.argv ?? [],
        values: { ...found.groups },
        before,
      }
      if (rule.when && !rule.when(evidence)) continue
      this.add(rule, rule.strength, told, around, { ...found.groups }, before, exception?.type ?? null)
      if (rule.strength === 'exact') return
    }
    if (exception !== null && !wrapper && place.level !== 'warning') {
      this.add(null, 'unlisted', told, around, {}, [], exception.type)
    }
  }

  /** The words of the line before an empty exception were not searched for: every rule gets its chance. */
  private leadsFor(told: Place, leads: readonly Lead[]): readonly Lead[] {
    const all = new Set(leads)
    for (const lead of [...this.vocabulary.leads.values()].flat())
      if (lead.rule !== null && lead.pattern.test(told.body)) all.add(lead)
    return [...all].sort((a, b) => a.order - b.order)
  }

  /** Of each rule the first line counts, and the first that is an exception. */
  private known(rule: Rule, exception: boolean): boolean {
    return this.run.candidates.some(
      candidate =>
        candidate.rule === rule &&
        candidate.strength === rule.strength &&
        (candidate.type !== null || !exception),
    )
  }

  private inPhase(rule: Rule): boolean {
    return rule.phases === undefined || rule.phases.includes(this.run.phase)
  }

  private add(
    rule: Rule | null,
    strength: Candidate['strength'],
    place: Place,
    around: Surroundings,
    values: Values,
    before: readonly string[],
    type: string | null,
  ): void {
    const { run } = this
    if (
      strength === 'unlisted' &&
      run.candidates.filter(candidate => candidate.strength === 'unlisted').length >= 8
    )
      return
    run.candidates.push({
      rule,
      strength,
      line: place.text,
      body: place.body,
      level: place.level,
      source: place.source,
      offset: place.offset,
      lineNumber: around.lineNumber(place.offset),
      phase: run.phase,
      values,
      excerpt: excerptAt(place, around),
      before,
      type,
      fate: '',
    })
    if (type !== null && place.level !== 'warning' && (strength === 'exact' || strength === 'plain')) {
      run.ended ??= place.text
      run.endedAt = place.offset
    }
  }
}

const fits = (lead: Lead, place: Line, unless: RegExp | undefined): boolean =>
  lead.pattern.test(place.body) && !unless?.test(place.body)

const sameProcess = (a: string, b: string): boolean => a === b || a === '' || b === ''

/** The lines of the same process before this one, nearest first, up to where its stack begins. */
function stackOf(place: Place, around: Surroundings): Place[] {
  const lines: Place[] = []
  for (const line of around.before(place.offset, stackLines)) {
    if (line.source !== place.source) continue
    lines.push(line)
    if (
      /^Traceback \(most recent call last\)/.test(line.body) ||
      line.body.includes(': Traceback (most recent call last)')
    )
      break
  }
  return lines
}

/** For an error without a message: the line of code that raised it. */
function failedCode(stack: readonly Place[]): Place | null {
  const code = stack.find(line => line.body !== '' && !isCarets(line.body))
  return code === undefined || isFrame(code.body) || !/^assert\b|not implemented|raise /i.test(code.body)
    ? null
    : code
}

function excerptAt(place: Place, around: Surroundings): string {
  const before = around
    .before(place.offset, excerptBefore)
    .reverse()
    .map(line => line.text)
  return [...before, place.text, ...around.after(place.offset, excerptAfter)]
    .map(line => line.slice(0, 400))
    .join('\n')
}
