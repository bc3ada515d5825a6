import { quote as shellText } from '../hosts/quote.ts'

/** One argument, kept as data until the machine that runs it fills in what only it knows. */
export type Word = readonly Part[]

export type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'home' }
  /** The first file below `below`, in name order, for the first pattern that matches any. */
  | {
      readonly kind: 'find'
      readonly below: Word
      readonly patterns: readonly string[]
      readonly anyCase: boolean
    }

export interface Assignment {
  readonly name: string
  readonly value: Word
}

/** What a session runs: an argument vector, what is set for it, and what has to be there first. */
export interface Invocation {
  readonly assignments: readonly Assignment[]
  readonly argv: readonly Word[]
  /** A file without which nothing starts. */
  readonly requires?: { readonly file: Word; readonly message: string }
  /** What runs instead where the program of `argv` is not found. */
  readonly otherwise?: Invocation
}

export const word = (text: string): Word => (text === '' ? [] : [{ kind: 'text', text }])

export const words = (...texts: string[]): Word[] => texts.map(word)

/** The text of a word that no machine has to complete; null where one has to. */
export function literal(value: Word): string | null {
  let text = ''
  for (const part of value) {
    if (part.kind !== 'text') return null
    text += part.text
  }
  return text
}

const PLAIN = /^[\w@%+=:,./-]+$/

/** A word as shell source that expands on the host, once, and is never split, globbed or evaluated again. */
export const shellWord = (value: Word): string => (value.length === 0 ? "''" : value.map(shellPart).join(''))

function shellPart(part: Part): string {
  switch (part.kind) {
    case 'text':
      return shellText(part.text)
    case 'variable':
      return expansion(part.name)
    case 'home':
      return expansion('HOME')
    case 'find': {
      const how = part.anyCase ? 'iname' : 'name'
      return `"$(ithaca_find ${how} ${shellWord(part.below)} ${part.patterns.map(shellText).join(' ')})"`
    }
  }
}

const expansion = (name: string): string => `"\${${name}}"`

export function variablesOf(value: Word): string[] {
  return value.flatMap(part =>
    part.kind === 'variable' ? [part.name] : part.kind === 'find' ? variablesOf(part.below) : [],
  )
}

/** Words as a person would type them. What it prints, the command parser reads back to the same words. */
export const quote = (argv: readonly Word[]): string => argv.map(quoteWord).join(' ')

export function quoteWord(value: Word): string {
  if (value.length === 0) return "''"
  return value.map((part, index) => quotePart(part, index === 0)).join('')
}

function quotePart(part: Part, first: boolean): string {
  switch (part.kind) {
    case 'text':
      return PLAIN.test(part.text) ? part.text : quoteText(part.text)
    case 'variable':
      return expansion(part.name)
    case 'home':
      return first ? '~' : expansion('HOME')
    case 'find': {
      const find = (pattern: string) =>
        `find ${quoteWord(part.below)} ${part.anyCase ? '-iname' : '-name'} '${pattern}' 2>/dev/null | sort`
      const [only, ...more] = part.patterns
      if (only !== undefined && more.length === 0) return `"$(${find(only)} | head -1)"`
      return `"$({ ${part.patterns.map(find).join('; ')}; } | head -1)"`
    }
  }
}

function quoteText(text: string): string {
  if (!text.includes("'")) return `'${text}'`
  if (!/["$`\\!]/.test(text)) return `"${text}"`
  return shellText(text)
}
