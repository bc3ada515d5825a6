import { setImmediate as turn } from 'node:timers/promises'

export const timed = async (work: () => Promise<unknown>): Promise<number> => {
  const start = performance.now()
  await work()
  return performance.now() - start
}

/** The longest stretch in which nothing else got its turn. */
export const longestWait = async (work: () => Promise<unknown>): Promise<number> => {
  let longest = 0
  let over = false
  const watch = async (): Promise<void> => {
    while (!over) longest = Math.max(longest, await timed(() => turn()))
  }
  const watching = watch()
  await work()
  over = true
  await watching
  return longest
}
