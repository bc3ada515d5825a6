import type { Operation } from '../contract/serve.ts'
import { type Invocation, literal, quoteWord, type Word, word } from '../sessions/word.ts'
import { isSecretName, redactArguments } from './command/redact.ts'
import { applyFix } from './diagnosis/apply.ts'
import type { Operation as EngineOperation } from './diagnosis/types.ts'

/** A command with changes made to it, and what of them no command can hold. */
export interface Changed {
  run: Invocation
  left: Operation[]
}

/** Stands for a word that only its host can complete, while the others are changed as text. */
const HELD = '\u{f0000}'

export const changeCommand = (run: Invocation, operations: readonly Operation[]): Changed => {
  const held: Word[] = []
  const asText = (value: Word): string => literal(value) ?? `${HELD}${held.push(value) - 1}`
  const asWord = (text: string): Word => (text.startsWith(HELD) ? held[Number(text.slice(2))]! : word(text))
  const argv = run.argv.map(asText)
  const env = Object.fromEntries(run.assignments.map(({ name, value }) => [name, asText(value)]))
  const applied = applyFix({ argv, env }, { operations: operations as readonly EngineOperation[] })
  return {
    run: {
      ...run,
      argv: applied.argv.map(asWord),
      assignments: Object.entries(applied.env).map(([name, text]) => ({ name, value: asWord(text) })),
    },
    left: applied.left as Operation[],
  }
}

const FLAG = /^--?[A-Za-z]/
const NAME = /^[A-Za-z_]\w*$/

/** `--flag=value`, `--switch` or `NAME=value`, as a person asks for a change; null where it is none of them. */
export const settingOf = (text: string): Operation | null => {
  const at = text.indexOf('=')
  const name = at < 0 ? text : text.slice(0, at)
  if (FLAG.test(name))
    return at < 0
      ? { op: 'append', flag: name }
      : { op: 'set', flag: name, value: unquoted(text.slice(at + 1)) }
  return at > 0 && NAME.test(name) ? { op: 'env', name, value: unquoted(text.slice(at + 1)) } : null
}

export const unsettingOf = (text: string): Operation | null =>
  FLAG.test(text)
    ? { op: 'remove', flag: text }
    : NAME.test(text)
      ? { op: 'env', name: text, value: null }
      : null

const unquoted = (text: string): string => /^(['"])(.*)\1$/s.exec(text)?.[2] ?? text

/** What changed from one command to another, a line for each: `-` what went, `+` what came. */
export const differenceOf = (before: Invocation, after: Invocation): string[] => {
  const [old, fresh] = [partsOf(before), partsOf(after)]
  const gone = without(old, fresh).map(part => `-${part}`)
  const come = without(fresh, old).map(part => `+${part}`)
  return [...gone, ...come]
}

/** Flags with their values, words that stand alone, and variables. */
const partsOf = ({ argv, assignments }: Invocation): string[] => {
  const texts = redactArguments(argv).map(quoteWord)
  const parts = assignments.map(
    ({ name, value }) => `${name}=${isSecretName(name) ? '***' : quoteWord(value)}`,
  )
  for (let at = 0; at < texts.length; at++) {
    const text = texts[at]!
    const next = texts[at + 1]
    if (!FLAG.test(text)) parts.push(text)
    else if (text.includes('=')) parts.push(text.replace('=', ' '))
    else if (next === undefined || FLAG.test(next)) parts.push(text)
    else {
      parts.push(`${text} ${next}`)
      at++
    }
  }
  return parts
}

const without = (all: readonly string[], others: readonly string[]): string[] => {
  const left = [...others]
  return all.filter(part => {
    const at = left.indexOf(part)
    if (at >= 0) left.splice(at, 1)
    return at < 0
  })
}
