/**
 * The literals of which one must occur in every text a pattern matches, or null where no such set is known.
 * They let a log be searched for all rules at once before any pattern runs. Lower case: the search ignores case.
 */
export function requiredLiterals(pattern: RegExp, shortest: number): string[] | null {
  const { required } = new PatternReader(pattern.source).alternatives()
  if (required === null || required.some(literal => literal.length < shortest)) return null
  const words = [...new Set(required.map(literal => literal.toLowerCase()))]
  return words.filter(word => !words.some(other => other !== word && word.includes(other)))
}

/** What is known of the texts a part of a pattern matches. */
interface Part {
  /** One of these occurs in each; null where nothing is certain. */
  required: readonly string[] | null
  /** Each is exactly one of these; null where there are too many. */
  exactly: readonly string[] | null
}

const anything: Part = { required: null, exactly: null }
const literal = (text: string): Part => ({ required: [text], exactly: [text] })

/** More spellings than these are not told apart. */
const mostSpellings = 24
const longestWorth = 16

class PatternReader {
  private at = 0
  private readonly source: string

  constructor(source: string) {
    this.source = source
  }

  alternatives(): Part {
    const branches = [this.sequence()]
    while (this.source[this.at] === '|') {
      this.at++
      branches.push(this.sequence())
    }
    if (branches.length === 1) return branches[0]!
    return {
      required: branches.every(branch => branch.required !== null)
        ? branches.flatMap(branch => branch.required!)
        : null,
      exactly: branches.every(branch => branch.exactly !== null)
        ? branches.flatMap(branch => branch.exactly!)
        : null,
    }
  }

  private sequence(): Part {
    let best: readonly string[] | null = null
    let run: readonly string[] = ['']
    let whole = true
    const offer = (words: readonly string[] | null) => {
      if (words !== null && worth(words) > worth(best)) best = words
    }
    while (this.at < this.source.length && this.source[this.at] !== '|' && this.source[this.at] !== ')') {
      const part = this.repeated(this.atom())
      const longer = part.exactly === null ? null : spellings(run, part.exactly)
      if (longer !== null) run = longer
      else {
        offer(run)
        offer(part.required)
        whole = false
        run = ['']
        if (part.exactly !== null) run = part.exactly
      }
    }
    offer(run)
    return { required: worth(best) === 0 ? null : best, exactly: whole ? run : null }
  }

  private atom(): Part {
    const char = this.source[this.at++]!
    if (char === '(') return this.group()
    if (char === '[') return this.characterClass()
    if (char === '\\') return this.escape()
    if (char === '^' || char === '$') return literal('')
    return char === '.' ? anything : literal(char)
  }

  private group(): Part {
    const opening = /^(\?:|\?<?[!=]|\?<\w+>)?/.exec(this.source.slice(this.at))![0]
    this.at += opening.length
    const part = this.alternatives()
    this.at++
    return /[!=]$/.test(opening) ? literal('') : part
  }

  /** `[Uu]` is the letter u: the search ignores case. */
  private characterClass(): Part {
    const start = this.at
    while (this.source[this.at] !== ']') this.at += this.source[this.at] === '\\' ? 2 : 1
    const inside = this.source.slice(start, this.at++)
    const oneLetter = inside.length === 2 && inside[0]!.toLowerCase() === inside[1]!.toLowerCase()
    return oneLetter ? literal(inside[0]!) : anything
  }

  private escape(): Part {
    const char = this.source[this.at++]!
    if (char === 'b' || char === 'B') return literal('')
    return /[dDwWsSnrtk]/.test(char) ? anything : literal(char)
  }

  private repeated(part: Part): Part {
    const [times] = /^(?:[?*+]|\{\d+(?:,\d*)?\})\??|^/.exec(this.source.slice(this.at))!
    this.at += times.length
    if (times === '') return part
    if (times.startsWith('?'))
      return { required: null, exactly: part.exactly === null ? null : ['', ...part.exactly] }
    if (times.startsWith('*') || times.startsWith('{0')) return anything
    return { required: part.required, exactly: null }
  }
}

function spellings(heads: readonly string[], tails: readonly string[]): readonly string[] | null {
  if (heads.length * tails.length > mostSpellings) return null
  return heads.flatMap(head => tails.map(tail => head + tail))
}

/** Longer is better, because it is rarer; of the same length, fewer. */
function worth(words: readonly string[] | null): number {
  if (words === null) return 0
  const shortest = Math.min(...words.map(word => word.length), longestWorth)
  return shortest === 0 ? 0 : shortest - words.length / 1000
}
