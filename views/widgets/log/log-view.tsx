import { useCallback } from 'react'
import type { Grid } from '../../terminal/grid.ts'
import { Painted } from '../painted.tsx'
import type { LogModel } from './model.ts'
import { paintLog } from './paint.ts'

/** A log on the screen. Its text goes from the model to the compositor; React only reserves the place. */
export function LogView(props: { model: LogModel; width: number; height: number; unicode: boolean }) {
  const { model, width, height, unicode } = props
  const paint = useCallback((canvas: Grid) => paintLog(canvas, model, unicode), [model, unicode])
  const onChange = useCallback(
    (listener: (cause: 'key' | 'log') => void) => model.onChange(listener),
    [model],
  )
  return <Painted width={width} height={height} paint={paint} onChange={onChange} />
}
