/**
 * The literals of which one must occur in every text a pattern matches, or null where no such set is known.
 * They let a log be searched for all rules at once before any pattern runs. Lower case: the search ignores case.
 */
export function requiredLiterals(pattern: RegExp, shortest: number): string[] | null {
  const found = new PatternReader(pattern.source).alternatives()
  if (found === null || found.some((literal) => literal.length < shortest)) return null
  return [...new Set(found.map((literal) => literal.toLowerCase()))]
}

type Choice = string[] | null

class PatternReader {
  private at = 0
  private readonly source: string

  constructor(source: string) {
    this.source = source
  }

  alternatives(): Choice {
    const branches: Choice[] = [this.sequence()]
    while (this.source[this.at] === '|') {
      this.at++
      branches.push(this.sequence())
    }
    if (branches.some((branch) => branch === null)) return null
    return branches.flatMap((branch) => branch ?? [])
  }

  private sequence(): Choice {
    let best: Choice = null
    let run = ''
    const offer = (choice: Choice) => {
      if (choice !== null && worth(choice) > worth(best)) best = choice
    }
    const closeRun = () => {
      if (run !== '') offer([run])
      run = ''
    }
    while (this.at < this.source.length && this.source[this.at] !== '|' && this.source[this.at] !== ')') {
      const atom = this.atom()
      const times = this.quantifier()
      if (typeof atom === 'string' && times === 'once') {
        run += atom
        continue
      }
      if (typeof atom === 'string' && times === 'some') run += atom
      closeRun()
      if (typeof atom !== 'string' && times !== 'maybe') offer(atom.choice)
    }
    closeRun()
    return best
  }

  private atom(): string | { choice: Choice } {
    const char = this.source[this.at++]!
    if (char === '(') return this.group()
    if (char === '[') return this.characterClass()
    if (char === '\\') return this.escape()
    if (char === '^' || char === '$' || char === '.') return { choice: null }
    return char
  }

  private group(): { choice: Choice } {
    const lookaround = /^\?<?[!=]/.test(this.source.slice(this.at, this.at + 3))
    this.at += /^(\?:|\?<?[!=]|\?<\w+>)?/.exec(this.source.slice(this.at))![0].length
    const choice = this.alternatives()
    this.at++
    return { choice: lookaround ? null : choice }
  }

  /** `[Uu]` is the letter u: the search ignores case. */
  private characterClass(): string | { choice: Choice } {
    const start = this.at
    while (this.source[this.at] !== ']') this.at += this.source[this.at] === '\\' ? 2 : 1
    const inside = this.source.slice(start, this.at++)
    const oneLetter = inside.length === 2 && inside[0]!.toLowerCase() === inside[1]!.toLowerCase()
    return oneLetter ? inside[0]! : { choice: null }
  }

  private escape(): string | { choice: Choice } {
    const char = this.source[this.at++]!
    if (/[dDwWsSbBntrk]/.test(char)) return { choice: null }
    return char
  }

  private quantifier(): 'once' | 'maybe' | 'some' {
    const [text] = /^(?:[?*+]|\{\d+(?:,\d*)?\})\??|^/.exec(this.source.slice(this.at))!
    this.at += text.length
    if (text === '') return 'once'
    return text.startsWith('?') || text.startsWith('*') || text.startsWith('{0') ? 'maybe' : 'some'
  }
}

function worth(choice: Choice): number {
  return choice === null ? 0 : Math.min(...choice.map((literal) => literal.length), 24)
}
