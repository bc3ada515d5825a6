import { Box, Text } from 'ink'
import { withoutColours } from '../terminal/sanitise.ts'
import type { ListState } from './list-state.ts'
import { toWidth, wrapText } from './text.ts'
import { toned } from './theme.ts'

interface Props<T> {
  items: readonly T[]
  state: ListState
  width: number
  height: number
  idOf: (item: T) => string
  /** One row of text, colours allowed; it is cut to the width. */
  row: (item: T, width: number) => string
  /** Shown where there is nothing: what is empty, and the key that changes it. */
  empty: string
  /** Whether keys go to this list; the selection shows quieter elsewhere. */
  focused: boolean
}

/** The part of a list that is in view. */
export function List<T>({ items, state, width, height, idOf, row, empty, focused }: Props<T>) {
  const shown = items.slice(state.top, state.top + height)
  return (
    <Box flexDirection="column" width={width} height={height} overflow="hidden">
      {shown.length === 0 &&
        wrapText(empty, Math.max(1, width))
          .slice(0, height)
          .map((line, y) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows of one text, which may say the same twice
            <Text key={y} wrap="truncate">
              {toned(toWidth(line, width), 'quiet')}
            </Text>
          ))}
      {shown.map(item => {
        const id = idOf(item)
        const sign = `${id === state.selected ? '>' : ' '}${state.marked.has(id) ? '*' : ' '}`
        const line = toWidth(sign + row(item, width - 2), width)
        return (
          <Text key={id}>
            {id === state.selected && focused ? toned(withoutColours(line), 'selected') : line}
          </Text>
        )
      })}
    </Box>
  )
}
