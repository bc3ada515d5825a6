import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8'

const enough = 8 * 1024 * 1024
const look = 2

/** Keeps the part of the heap where objects begin at a quarter of what Node lets it grow to: a followed log fills whatever there is, and a screen is open for days. */
export const keepYoungHeapSmall = (): void => {
  const timer = setInterval(() => {
    const young = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')
    if (young && young.space_size < enough) return
    setFlagsFromString('--semi-space-growth-factor=1')
    clearInterval(timer)
  }, look)
  timer.unref()
}
