import { requiredLiterals } from './literals.ts'
import { type Mark, marks } from './marks.ts'
import { Needles } from './needles.ts'
import { rules } from './rules/index.ts'
import type { Rule } from './types.ts'

/** Shorter words would make every line of a log worth a closer look. */
export const shortestWord = 6

export interface Lead {
  /** Place in the order of rules; marks come first. */
  order: number
  rule: Rule | null
  mark: Mark | null
  pattern: RegExp
  /** Speaks of the beginning of what was said: has to wait until prefixes are off. */
  anchored: boolean
}

/** Rare enough to stand for the longer words around it. */
const longEnough = 9

/** Words every Python error without a rule of its own has one of. */
const errorWords = ['error: ', 'exception: ', 'assertionerror', 'notimplementederror', 'assert ']

/** From a word found in the log to the patterns worth trying on its line. */
export interface Vocabulary {
  needles: Needles
  leads: ReadonlyMap<number, readonly Lead[]>
}

export function vocabularyOf(allRules: readonly Rule[], allMarks: readonly Mark[]): Vocabulary {
  const byWord = new Map<string, Lead[]>(errorWords.map(word => [word, []]))
  const add = (hint: Omit<Lead, 'anchored'>, name: string) => {
    const lead: Lead = { ...hint, anchored: /(?:^|[^[\\])\^/.test(hint.pattern.source) }
    const words = requiredLiterals(lead.pattern, shortestWord)
    if (words === null)
      throw new Error(
        `${name}: ${lead.pattern} has no fixed word of ${shortestWord} letters that every match contains`,
      )
    for (const word of words) byWord.set(word, [...(byWord.get(word) ?? []), lead])
  }
  allMarks.forEach((mark, order) => {
    for (const pattern of mark.match) add({ order, rule: null, mark, pattern }, `mark ${mark.kind}`)
  })
  allRules.forEach((rule, index) => {
    for (const [at, pattern] of rule.match.entries()) {
      const order = allMarks.length + index + at / 1000
      add({ order, rule, mark: null, pattern }, `rule ${rule.id}`)
    }
  })
  const words = withoutLonger(byWord)
  return { needles: new Needles(words), leads: new Map(words.map((word, id) => [id, byWord.get(word)!])) }
}

/** A word that holds another is found with it: the shorter one leads to the patterns of both. */
function withoutLonger(byWord: Map<string, Lead[]>): string[] {
  const kept: string[] = []
  for (const word of [...byWord.keys()].sort((a, b) => a.length - b.length)) {
    const inside = kept.find(shorter => shorter.length >= longEnough && word.includes(shorter))
    if (inside === undefined) kept.push(word)
    else byWord.set(inside, union(byWord.get(inside)!, byWord.get(word)!))
  }
  return kept
}

const union = (leads: readonly Lead[], more: readonly Lead[]): Lead[] => [
  ...leads,
  ...more.filter(lead => !leads.some(known => known.pattern === lead.pattern && known.rule === lead.rule)),
]

let built: Vocabulary | null = null

/** Built on first use: a process that diagnoses nothing does not pay for it. */
export function vocabulary(): Vocabulary {
  built ??= vocabularyOf(rules, marks)
  return built
}
