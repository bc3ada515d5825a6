import { textWidth } from '../../terminal/width.ts'
import { toWidth } from '../../widgets/text.ts'

/** What the line over a log can say; an empty part is left out. */
export interface Head {
  name: string
  /** Host and port. */
  where: string
  /** Which attempt it is, and how that stands. */
  which: string
  /** The number of the line looked at, and of how many. */
  line: string
  of: string
  size: string
  /** Whether it is followed, or why it cannot be read. */
  state: string
}

/** What goes first where there is no room: the name and whether it is followed stay. */
const leastNeeded = ['size', 'where', 'of', 'which', 'line'] as const
const shortestName = 8

/** `deepseek-v3 gpu-a:8002  attempt 3/3  CRASHED   line 4711/4980  184M  ENDED`, in this many cells. */
export function headLine(head: Head, width: number): string {
  for (let dropped = 0; ; dropped++) {
    const kept = { ...head }
    for (const part of leastNeeded.slice(0, dropped)) kept[part] = ''
    const left = [[kept.name, kept.where].filter(Boolean).join(' '), kept.which].filter(Boolean).join('  ')
    const line = kept.line === '' ? '' : `line ${kept.line}${kept.of === '' ? '' : `/${kept.of}`}`
    const right = [line, kept.size, kept.state].filter(Boolean).join('  ')
    const room = width - textWidth(right) - 1
    if (textWidth(left) <= room || dropped === leastNeeded.length) {
      const name = toWidth(left, Math.max(Math.min(shortestName, width - 1), room))
      return `${name} ${toWidth(right, Math.max(0, width - textWidth(name) - 1), 'right')}`
    }
  }
}
