import { useCallback, useRef } from 'react'
import type { Grid } from '../../terminal/grid.ts'
import { Painted } from '../painted.tsx'
import type { LogModel } from './model.ts'
import { paintLog } from './paint.ts'

/** A log on the screen. Its text goes from the model to the compositor; React only reserves the place. */
export function LogView(props: { model: LogModel; width: number; height: number; unicode: boolean }) {
  const { model, width, height, unicode } = props
  const paint = useCallback((canvas: Grid) => paintLog(canvas, model, unicode), [model, unicode])
  return <Painted width={width} height={height} paint={paint} onChange={useChanges(model)} />
}

/** A line about a log, as new as the log itself. `now` is what it says while it is drawn: other words draw it again. */
export function LogLine(props: { model: LogModel; width: number; text: () => string; now: string }) {
  const { model, width, text, now } = props
  const latest = useRef(text)
  latest.current = text
  // biome-ignore lint/correctness/useExhaustiveDependencies: other words are to be painted
  const paint = useCallback((canvas: Grid) => void canvas.put(0, 0, latest.current(), width), [width, now])
  return <Painted width={width} height={1} paint={paint} onChange={useChanges(model)} />
}

function useChanges(model: LogModel) {
  return useCallback((listener: (cause: 'key' | 'log') => void) => model.onChange(listener), [model])
}
