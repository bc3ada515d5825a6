import { keyLabel } from '../keys/bindings.ts'
import { sanitiseText } from '../terminal/sanitise.ts'
import { textWidth } from '../terminal/width.ts'
import { toWidth } from '../widgets/text.ts'
import { type Tone, toned } from '../widgets/theme.ts'

export interface Tab {
  tab: string
  badge: string
  current: boolean
}

/** A part of the status line; the last ones go first where there is no room, but of the first two none before all are said in `short`. */
export interface Fact {
  text: string
  short?: string
  tone: Tone
}

/** The first row: tabs at the left, the facts that fit at the right. */
export function headLine(tabs: readonly Tab[], facts: readonly Fact[], width: number): string {
  const left = shownTabs(tabs, facts, width).names.join(' ')
  const room = width - textWidth(left) - 1
  const shorter = facts.map(fact => ({ ...fact, text: fact.short ?? fact.text }))
  const [inFull, inShort] = [fittingFacts(facts, room), fittingFacts(shorter, room)]
  const { kept, used } = inFull.kept.length < Math.min(2, inShort.kept.length) ? inShort : inFull
  const right = kept.map(({ text, tone }) => toned(text, tone)).join('  ')
  return toWidth(left + ' '.repeat(Math.max(1, width - textWidth(left) - used)) + right, width)
}

/** As many as there is room for; the last of them in `short` where it has no other. */
function fittingFacts(facts: readonly Fact[], room: number): { kept: readonly Fact[]; used: number } {
  const kept: Fact[] = []
  let used = 0
  for (const fact of facts) {
    const gap = kept.length > 0 ? 2 : 0
    const text = [fact.text, fact.short ?? fact.text].find(words => used + gap + textWidth(words) <= room)
    if (text === undefined) break
    kept.push({ text, tone: fact.tone })
    used += gap + textWidth(text)
  }
  return { kept, used }
}

/** Which tab the first row shows at a column. */
export function tabAt(
  tabs: readonly Tab[],
  facts: readonly Fact[],
  width: number,
  x: number,
): number | undefined {
  const { from, names } = shownTabs(tabs, facts, width)
  let end = 0
  for (const [i, name] of names.entries()) {
    end += textWidth(name)
    if (x < end) return from + i
    if (x === end++) return undefined
  }
  return undefined
}

/** The tabs there is room for beside the facts: which is the first, and what they are called. */
function shownTabs(tabs: readonly Tab[], facts: readonly Fact[], width: number) {
  const current = tabs.findIndex(tab => tab.current)
  const [first, second] = facts.map(({ text, short }) => textWidth(short ?? text) + 1)
  const two = (first ?? 0) + (second === undefined ? 0 : second + 1)
  const ways = [tabNames(tabs, Number.POSITIVE_INFINITY), tabNames(tabs, 3), tabNames(tabs, 3, '')]
  const fitting = ways.find(names => textWidth(names.join(' ')) + two <= width) ?? ways.at(-1)!
  return fitTabs(fitting, current, width - (facts[0]?.tone === 'bad' ? first! : 0))
}

/** The key of the tab at this place: the tenth is 0. */
export const tabKey = (place: number): string => String((place + 1) % 10)

/** What the tabs are called; where there is no room for all, only the current one by its whole name. */
function tabNames(tabs: readonly Tab[], letters: number, gap = ' '): string[] {
  return tabs.map(({ tab, badge, current }, i) =>
    current
      ? toned(`[${tabKey(i)} ${tab}${badge}]`, 'selected')
      : `${tabKey(i)}${gap}${tab.slice(0, letters)}${badge === '' ? '' : toned(badge, 'warn')}`,
  )
}

/** The tabs around the current one, where not all fit. */
function fitTabs(
  names: readonly string[],
  current: number,
  width: number,
): { from: number; names: readonly string[] } {
  let from = 0
  const length = (start: number) =>
    names.slice(start, current + 1).reduce((sum, one) => sum + textWidth(one) + 1, -1)
  while (from < current && length(from) > width) from++
  let used = 0
  const over = names.slice(from).findIndex(name => {
    const before = used
    used += textWidth(name) + (before === 0 ? 0 : 1)
    return before + textWidth(name) + 1 > width
  })
  return { from, names: names.slice(from, over < 0 ? undefined : from + over) }
}

export interface Hint {
  key: string
  title: string
}

/** The last row: what the keys do here, as much as fits, and always where to read the rest; at its end what is `said`. */
export function footLine(hints: readonly Hint[], width: number, said = ''): string {
  const end = said === '' ? '? help' : `? help  ${said}`
  let line = ''
  for (const { key, title } of hints) {
    const words = `${keyLabel(key)} ${title}`
    if (textWidth(line) + textWidth(words) + 2 + textWidth(end) > width) continue
    line += `${words}  `
  }
  return toWidth(toned(line + end, 'quiet'), width)
}

/** What is on the screen before anything is loaded. */
export function firstRows({ columns, rows }: { columns: number; rows: number }, version: string): string[] {
  return Array.from({ length: rows }, (_, y) => {
    if (y === 0) return toWidth(toned(sanitiseText(`Ithaca ${version}`), 'strong'), columns)
    return y === rows - 1 ? toWidth(toned('opening the workspace', 'quiet'), columns) : ''
  })
}
