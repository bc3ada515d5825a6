import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { diagnoseText } from '../../../src/cookbook/diagnosis/diagnose.ts'
import { rules } from '../../../src/cookbook/diagnosis/rules/index.ts'
import { causes } from '../../../src/cookbook/diagnosis/types.ts'
import { isAccepted } from '../../corpus/accepted.ts'
import { healthyLogs } from '../../corpus/healthy.ts'
import { twinOf } from '../../corpus/twins.ts'
import { examples, unmarked } from './examples.ts'

interface Labelled {
  id: string
  cause: string
  rootLine: string
  log: string
}

const file = fileURLToPath(new URL('../../corpus/serve-failures.json', import.meta.url))
const corpus: Labelled[] = JSON.parse(readFileSync(file, 'utf8'))

/** What was answered in place of the label, for those that differ: a failing test then says which. */
const misses = (entries: readonly Labelled[]) =>
  entries.flatMap(({ id, cause, rootLine, log }) => {
    const found = diagnoseText(log)
    const same = found.cause === cause && found.rootLine === rootLine.trim()
    return same ? [] : [{ id, cause, got: found.cause, line: found.rootLine }]
  })

describe('real failures', () => {
  it('are told by cause and root line', () => {
    expect(misses(corpus).length, JSON.stringify(misses(corpus), null, 1)).toBeLessThanOrEqual(
      corpus.length * 0.05,
    )
  })

  it('are told the same elsewhere, under other names, dates, sizes and prefixes', () => {
    const twins = corpus.map((entry, index) => ({
      ...entry,
      ...twinOf(entry.log, entry.rootLine, index + 1),
    }))
    expect(misses(twins).length, JSON.stringify(misses(twins), null, 1)).toBeLessThanOrEqual(
      twins.length * 0.05,
    )
  })

  it('come with a fix that fits the cause and uses the numbers of the line', () => {
    const refused = corpus.filter(({ cause, rootLine, log }) => {
      const found = diagnoseText(log)
      return found.cause === null || !isAccepted(cause, rootLine, found.fixes)
    })
    expect(refused.map(({ id }) => id)).toEqual([])
  })
})

describe('every rule', () => {
  it.each(examples.map((example, index) => [index, example.cause, example] as const))(
    'piece %i: %s',
    (_, cause, example) => {
      const { log, rootLine } = unmarked(example)
      const found = diagnoseText(`${log}\n`)
      expect({ cause: found.cause, rootLine: found.rootLine }).toEqual({ cause, rootLine })
      expect(found.explanation).not.toMatch(/[{}]|\[|\?/)
    },
  )

  it('is proved by a log', () => {
    const logs = [...corpus.map(({ log }) => log), ...examples.map(example => unmarked(example).log)]
    const answers = logs.map(log => diagnoseText(log))
    const used = new Set(answers.map(answer => (answer.cause === null ? '' : answer.rule)))
    expect(rules.filter(rule => !used.has(rule.id)).map(rule => rule.id)).toEqual([])
    expect(causes.filter(cause => !answers.some(answer => answer.cause === cause))).toEqual([])
  })

  it('has a name of its own and at least one fix', () => {
    expect(new Set(rules.map(rule => rule.id)).size).toBe(rules.length)
    expect(rules.filter(rule => rule.fixes.length === 0)).toEqual([])
  })
})

describe('servers with nothing wrong', () => {
  it.each(healthyLogs(48).map(({ name, log }) => [name, log] as const))('%s', (name, log) => {
    const found = diagnoseText(log)
    expect(found.cause, found.rootLine ?? '').toBeNull()
    expect(found.cause === null && found.verdict).toBe(name.endsWith('stopped') ? 'stopped' : 'healthy')
  })
})
