import { PerformanceObserver } from 'node:perf_hooks'
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8'

const enough = 12 * 1024 * 1024

/**
 * Keeps the part of the heap where objects begin at half of what Node lets it grow to: drawing fills whatever there
 * is, and a screen is open for days. V8 shrinks it when little happens, so after each collection it is looked at anew.
 */
export const keepHeapLean = (): void => {
  let grows = true
  new PerformanceObserver(() => {
    const young = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')
    const small = young !== undefined && young.space_size < enough
    if (small === grows) return
    grows = small
    setFlagsFromString(`--semi-space-growth-factor=${small ? 2 : 1}`)
  }).observe({ entryTypes: ['gc'] })
}
