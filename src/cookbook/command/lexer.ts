import type { Part, Word } from '../../sessions/word.ts'
import { badCharacters, unparsable } from './refusal.ts'
import { substitutionAt } from './substitution.ts'

export type Token =
  /** `raw` is the source, quotes and all: only an unquoted `NAME=` is an assignment. */
  { kind: 'word'; word: Word; raw: string } | { kind: 'or' }

const NAME = /[A-Za-z_][A-Za-z0-9_]*/y
const BRACED = /\{([A-Za-z_][A-Za-z0-9_]*)\}/y
const OPERATORS = new Set([';', '&', '|', '<', '>', '(', ')'])

/** Splits a command into words as a POSIX shell would, with everything that is not a plain word refused. */
export function lex(text: string): Token[] {
  return new Lexer(text).run()
}

class Lexer {
  private readonly text: string
  private at = 0
  private parts: Part[] = []

  constructor(text: string) {
    this.text = text
  }

  run(): Token[] {
    const tokens: Token[] = []
    while (this.skipBlanks()) {
      if (this.text.startsWith('||', this.at)) {
        tokens.push({ kind: 'or' })
        this.at += 2
        continue
      }
      const from = this.at
      const word = this.word()
      tokens.push({ kind: 'word', word, raw: this.text.slice(from, this.at) })
    }
    return tokens
  }

  /** False at the end, and at a comment, which ends everything. */
  private skipBlanks(): boolean {
    while (this.text[this.at] === ' ' || this.text[this.at] === '\t') this.at++
    return this.at < this.text.length && this.text[this.at] !== '#'
  }

  private word(): Word {
    this.parts = []
    const from = this.at
    for (let char = this.text[this.at]; char !== undefined; char = this.text[this.at]) {
      if (char === ' ' || char === '\t') break
      if (OPERATORS.has(char)) {
        if (this.text.startsWith('||', this.at) && this.at > from) break
        throw badCharacters()
      }
      this.at++
      if (char === "'") this.single()
      else if (char === '"') this.double()
      else if (char === '\\') this.put(this.next())
      else if (char === '$') this.dollar(false)
      else if (char === '~' && this.tildeExpands(from)) this.parts.push({ kind: 'home' })
      else this.put(char)
    }
    return this.parts
  }

  private next(): string {
    const char = this.text[this.at++]
    if (char === undefined) throw unparsable()
    return char
  }

  private put(text: string): void {
    const last = this.parts.at(-1)
    if (last?.kind === 'text') this.parts[this.parts.length - 1] = { kind: 'text', text: last.text + text }
    else this.parts.push({ kind: 'text', text })
  }

  private single(): void {
    const end = this.text.indexOf("'", this.at)
    if (end < 0) throw unparsable()
    if (end > this.at) this.put(this.text.slice(this.at, end))
    this.at = end + 1
  }

  private double(): void {
    for (;;) {
      const char = this.next()
      if (char === '"') return
      if (char === '$') this.dollar(true)
      else if (char === '\\') {
        const escaped = this.next()
        this.put('$"\\'.includes(escaped) ? escaped : `\\${escaped}`)
      } else this.put(char)
    }
  }

  private dollar(quoted: boolean): void {
    const char = this.text[this.at]
    if (char === '(') {
      const found = substitutionAt(this.text, this.at - 1)
      if (found === null) throw badCharacters()
      this.parts.push(...found.parts)
      this.at = found.end
    } else if (char === '{') {
      this.parts.push({ kind: 'variable', name: this.match(BRACED, 1) })
    } else if (char !== undefined && /[A-Za-z_]/.test(char)) {
      this.parts.push({ kind: 'variable', name: this.match(NAME, 0) })
    } else if (char !== undefined && (/[0-9@*#?$!-]/.test(char) || (!quoted && /['"]/.test(char)))) {
      throw badCharacters()
    } else this.put('$')
  }

  private match(pattern: RegExp, group: number): string {
    pattern.lastIndex = this.at
    const found = pattern.exec(this.text)
    if (found === null) throw badCharacters()
    this.at = pattern.lastIndex
    return found[group]!
  }

  /** `~` and `~/…` at the start of a word and after its `=`. Somebody else's home is not ours to look up. */
  private tildeExpands(from: number): boolean {
    const before = this.text.slice(from, this.at - 1)
    if (before !== '' && !/^[\w-]+=$/.test(before)) return false
    const after = this.text[this.at]
    if (after === undefined || after === '/' || after === ' ' || after === '\t') return true
    if (/[\w.-]/.test(after)) throw badCharacters()
    return false
  }
}
