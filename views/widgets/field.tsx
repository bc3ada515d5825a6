import { Text, Transform, useStdin } from 'ink'
import TextInput from 'ink-text-input'
import { useEffect, useReducer, useRef } from 'react'
import { parted, sanitiseTyped } from '../terminal/sanitise.ts'
import { textWidth } from '../terminal/width.ts'
import { editLine, graphemesOf, hintOf, type Typing } from './field-state.ts'
import { rowStarts } from './lines-state.ts'
import { toned } from './theme.ts'

interface Props {
  value: string
  onChange: (value: string) => void
  focused: boolean
  placeholder?: string
  /** Shown instead of every character of a secret. */
  mask?: string
  /** Cells there are for it; a longer text shows the part around the cursor. */
  width?: number
  /** Cells each of its rows has, where it may take several. */
  wraps?: number
  /** How many rows there is room for, where it has more: those around the cursor are shown. */
  rows?: number
}

/** One line of input. The input of Ink types at the end of what stands before the cursor; the keys that move the cursor are ours. */
export function Field({ value: given, onChange, focused, placeholder, mask, width, wraps, rows }: Props) {
  // What came from elsewhere is shown, and edited, as a terminal can count it; untouched it stays as it is.
  const value = sanitiseTyped(given)
  const { stdin } = useStdin()
  const [, redraw] = useReducer((count: number) => count + 1, 0)
  // The input takes its place from the text once, when it is made: a cursor that was moved makes a new one.
  const typing = useRef<Typing & { made: number }>({ text: value, cursor: value.length, made: 0 })
  if (typing.current.text !== value)
    typing.current = { text: value, cursor: value.length, made: typing.current.made + 1 }
  const { cursor, made } = typing.current

  const put = (next: Typing, remake: boolean) => {
    const { current } = typing
    typing.current = { ...next, made: current.made + (remake ? 1 : 0) }
    if (next.text !== current.text) onChange(next.text)
    redraw()
  }
  const latest = useRef(put)
  latest.current = put
  useEffect(() => {
    if (!focused) return
    const edit = (key: string) => latest.current(editLine(typing.current, key), true)
    stdin.on('edit', edit)
    return () => void stdin.off('edit', edit)
  }, [stdin, focused])

  // Effects of children run first: the new input listens by now.
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is said for each input that was made
  useEffect(() => void stdin.emit('edited'), [stdin, made])

  const rest = value.slice(cursor)
  // The input puts its mask for every character, those that break a row too.
  const front = (text: string, to: number) =>
    inRows(text, hidden, to, mask === undefined ? wraps : undefined).replace(/^\n/, '')
  const hidden =
    width !== undefined
      ? hiddenBefore(value.slice(0, cursor), width - 1)
      : rowsBefore(masked(value, mask), cursor, wraps, rows)
  const typed = (text: string) => {
    // Half a wide character never reaches the value.
    const clean = sanitiseTyped(text.replaceAll('\n', '').replace(/\p{Surrogate}/gu, ''))
    const before = value.slice(0, hidden) + clean
    const next = { text: before + rest, cursor: before.length }
    put(next, front(next.text, next.cursor) !== text || hidden > 0)
  }
  const shown = value === '' ? hintOf(placeholder) : masked(value, mask)
  if (!focused) {
    const text = inRows(shown, 0, shown.length, wraps)
    return <Text>{value === '' ? toned(text, 'quiet') : parted(text)}</Text>
  }
  const under = firstOf(shown.slice(cursor))
  const behind = under === '' ? '' : inRows(shown, cursor + under.length, shown.length, wraps)
  return (
    <Transform transform={parted}>
      <Text>
        <TextInput
          key={made}
          value={front(value, cursor)}
          onChange={typed}
          focus
          showCursor={false}
          {...(mask === undefined ? {} : { mask })}
        />
        {toned(under || ' ', 'selected')}
        {value === '' ? toned(behind, 'quiet') : behind}
      </Text>
    </Transform>
  )
}

const masked = (text: string, mask: string | undefined): string =>
  mask === undefined ? text : mask.repeat(text.length)

const firstOf = (text: string): string => [...graphemesOf(text)][0]?.segment ?? ''

/** A part of a line of input, broken where its rows begin. */
function inRows(line: string, from: number, to: number, width: number | undefined): string {
  if (width === undefined) return line.slice(from, to)
  // What stands before its first letter belongs to the part before.
  const starts = rowStarts(line, width).filter(start => start > 0 && start >= from && start <= to)
  return [from, ...starts].map((start, i) => line.slice(start, starts[i] ?? to)).join('\n')
}

/** How much of a text is left out at its front so that its end and the cursor fit. */
function hiddenBefore(text: string, width: number): number {
  if (textWidth(text) <= width) return 0
  let cells = 0
  let at = text.length
  for (const { segment, index } of [...graphemesOf(text)].reverse()) {
    cells += textWidth(segment)
    if (cells > width) break
    at = index
  }
  return at
}

/** Where the rows begin that are shown: the one with the cursor is the last of them. */
function rowsBefore(
  text: string,
  cursor: number,
  width: number | undefined,
  rows: number | undefined,
): number {
  if (width === undefined || rows === undefined) return 0
  const upTo = rowStarts(text, width).filter(start => start <= cursor)
  return upTo[upTo.length - rows] ?? 0
}
