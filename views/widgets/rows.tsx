import { Box, Text } from 'ink'
import { toWidth } from './text.ts'

/** Rows of text in a rectangle: each cut to the width, the rest blank. */
export function Rows({ rows, width, height }: { rows: readonly string[]; width: number; height: number }) {
  if (width <= 0 || height <= 0) return null
  const shown = Array.from({ length: height }, (_, y) => toWidth(rows[y] ?? '', width))
  return (
    <Box width={width} height={height} flexShrink={0}>
      <Text>{shown.join('\n')}</Text>
    </Box>
  )
}
