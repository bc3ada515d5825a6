import type { Problem } from './checks.ts'

/** What an engine's `--help` says it understands. */
export interface KnownFlags {
  flags: Set<string>
  /** Values of flags that take one of a list. */
  choices: Map<string, string[]>
}

export function parseHelp(help: string): KnownFlags {
  const known: KnownFlags = { flags: new Set(), choices: new Map() }
  const plain = help.replace(/\x1b\[[0-9;]*m/g, '')
  for (const match of plain.matchAll(/(?<![\w-])(--?[a-zA-Z][\w.-]*)/g))
    known.flags.add(normal(match[1] ?? ''))
  for (const match of plain.matchAll(/(--[a-zA-Z][\w-]*)[ =]+\{([^{}]*)\}/g)) {
    const values = (match[2] ?? '')
      .split(',')
      .map(value => value.trim())
      .filter(Boolean)
    if (values.length > 0) known.choices.set(normal(match[1] ?? ''), values)
  }
  return known
}

const normal = (flag: string) =>
  flag.startsWith('--') ? flag.replace(/_/g, '-').replace(/[.-]+$/, '') : flag

/** Flags and values of a command that the installed engine does not know. An empty help knows nothing, and proves nothing. */
export function checkFlags(argv: readonly string[], known: KnownFlags): Problem[] {
  if (known.flags.size < 5) return []
  const problems: Problem[] = []
  // A plugin brings parsers that no help lists.
  const open = argv.some(word => word.startsWith('--tool-parser-plugin')) ? '--tool-call-parser' : null
  for (const [i, word] of argv.entries()) {
    if (!/^--?[a-zA-Z]/.test(word)) continue
    const cut = word.indexOf('=')
    const flag = normal(cut < 0 ? word : word.slice(0, cut))
    // `--foo.bar 1` sets one key of a flag that takes JSON; `-O3` carries its value.
    const base = flag.startsWith('--') ? (flag.split('.')[0] ?? flag) : flag.slice(0, 2)
    const exists = [flag, base, flag.replace(/^--no-/, '--')].some(name => known.flags.has(name))
    if (!exists) {
      const near = nearest(flag, known.flags)
      problems.push({
        kind: 'flag',
        certain: true,
        message: `The installed engine does not know ${word.slice(0, 80)}.`,
        fix: near && `Did you mean ${near}?`,
      })
      continue
    }
    const choices = known.choices.get(flag)
    const value = cut < 0 ? argv[i + 1] : word.slice(cut + 1)
    if (choices && flag !== open && value !== undefined && !choices.includes(value)) {
      const near = nearest(value, choices)
      problems.push({
        kind: 'choice',
        certain: true,
        message: `${flag} cannot be ${value.slice(0, 80)} for the installed engine.`,
        fix: near ? `Did you mean ${near}?` : `It takes one of ${choices.slice(0, 12).join(', ')}.`,
      })
    }
  }
  return problems
}

function nearest(word: string, all: Iterable<string>): string | null {
  let best: string | null = null
  let least = Math.max(2, Math.floor(word.length / 4)) + 1
  for (const one of all) {
    const far = distance(word, one, least)
    if (far < least) {
      least = far
      best = one
    }
  }
  return best
}

/** Edits from one word to the other, two swapped letters counting once; gives up at `limit`. */
function distance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit
  let older: number[] = []
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1
      let least = Math.min((previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (previous[j - 1] ?? 0) + same)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, (older[j - 2] ?? 0) + 1)
      row.push(least)
    }
    older = previous
    previous = row
  }
  return previous[b.length] ?? limit
}
