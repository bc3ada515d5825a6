import { Box, type DOMElement, Text, Transform } from 'ink'
import { createContext, useContext, useEffect, useMemo, useRef, useState } from 'react'
import type { Compositor } from '../terminal/compositor.ts'
import { Grid } from '../terminal/grid.ts'
import type { Paint, Rect } from '../terminal/region.ts'

/** The compositor of this screen; null where Ink writes to the terminal itself (a screen reader, plain lines). */
export const CompositorContext = createContext<Compositor | null>(null)

interface Props {
  width: number
  height: number
  paint: Paint
  /** Tells when the content changed, and whether a key did it. */
  onChange: (listener: (cause: 'key' | 'log') => void) => () => void
}

/** A rectangle of text that React never sees: Ink reserves it, the compositor fills it. */
export function Painted(props: Props) {
  const compositor = useContext(CompositorContext)
  return compositor ? <Region {...props} compositor={compositor} /> : <Plain {...props} />
}

function Region({ width, height, paint, onChange, compositor }: Props & { compositor: Compositor }) {
  const box = useRef<DOMElement>(null)
  const latest = useRef(paint)
  const [region] = useState(() =>
    compositor.region(
      () => rectOf(box.current),
      canvas => latest.current(canvas),
    ),
  )
  useEffect(() => () => region.release(), [region])
  useEffect(() => {
    latest.current = paint
    region.refreshNow()
  }, [region, paint])
  useEffect(
    () => onChange(cause => (cause === 'key' ? region.refreshNow() : region.refresh())),
    [region, onChange],
  )
  const filled = useMemo(() => region.mark.repeat(width), [region, width])
  const blank = useMemo(() => Array.from({ length: height }, () => ' ').join('\n'), [height])
  return (
    <Box ref={box} width={width} height={height} flexShrink={0}>
      <Transform transform={() => filled}>
        <Text>{blank}</Text>
      </Transform>
    </Box>
  )
}

function Plain({ width, height, paint, onChange }: Props) {
  const [, redraw] = useState(0)
  useEffect(() => onChange(() => redraw(count => count + 1)), [onChange])
  const canvas = new Grid(width, height, { depth: 'mono', unicode: true })
  paint(canvas)
  const rows = Array.from({ length: height }, (_, y) => canvas.text(y))
  return <Text>{rows.join('\n').trimEnd()}</Text>
}

/** Where Ink put an element on the screen. */
export function rectOf(node: DOMElement | null): Rect | undefined {
  if (!node?.yogaNode) return undefined
  const rect = {
    x: 0,
    y: 0,
    width: node.yogaNode.getComputedWidth(),
    height: node.yogaNode.getComputedHeight(),
  }
  for (let part: DOMElement | undefined = node; part?.yogaNode; part = part.parentNode) {
    rect.x += part.yogaNode.getComputedLeft()
    rect.y += part.yogaNode.getComputedTop()
  }
  return rect
}
