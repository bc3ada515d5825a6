import { useCallback, useContext, useEffect, useRef } from 'react'
import type { Grid } from '../../terminal/grid.ts'
import { CompositorContext, Painted } from '../painted.tsx'
import type { LogModel } from './model.ts'
import { paintLog } from './paint.ts'

type Listener = (cause: 'key' | 'log') => void

/** A log on the screen. Its text goes from the model to the compositor; React only reserves the place. A text that is read aloud or printed has no scrollbar. */
export function LogView(props: { model: LogModel; width: number; height: number; unicode: boolean }) {
  const { model, width, height, unicode } = props
  const isSeen = useContext(CompositorContext) !== null
  const paint = useCallback(
    (canvas: Grid) => paintLog(canvas, model, unicode, isSeen),
    [model, unicode, isSeen],
  )
  const onChange = useCallback((listener: Listener) => model.onChange(listener), [model])
  return <Painted width={width} height={height} paint={paint} onChange={onChange} />
}

/** A line about a log, as new as the log itself. `now` is what it says while it is drawn: it is painted again where that is not there yet. */
export function LogLine(props: { model: LogModel; width: number; text: () => string; now: string }) {
  const { model, width, text, now } = props
  const latest = useRef(text)
  latest.current = text
  const painted = useRef('')
  const again = useRef<Listener>(undefined)
  const paint = useCallback((canvas: Grid) => {
    painted.current = latest.current()
    canvas.put(0, 0, painted.current, canvas.cols)
  }, [])
  const onChange = useCallback(
    (listener: Listener) => {
      again.current = listener
      return model.onChange(listener)
    },
    [model],
  )
  useEffect(() => {
    if (now !== painted.current) again.current?.('key')
  }, [now])
  return <Painted width={width} height={1} paint={paint} onChange={onChange} />
}
