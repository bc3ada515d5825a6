/** Work goes on for so many milliseconds, and on so many things at once, before whatever else waits has its turn: keys, requests, news. */
const SLICE = 4
const MOST = 20

/** Lets everything that waits have its turn. */
export const breath = (): Promise<void> => new Promise(resolve => setImmediate(resolve))

/** What comes, a few at a time, with a breath before and after each few. */
export async function* gently<T>(items: AsyncIterable<T>): AsyncGenerator<T[]> {
  let few: T[] = []
  let since = performance.now()
  for await (const item of items) {
    few.push(item)
    if (few.length < MOST && performance.now() - since < SLICE) continue
    await breath()
    yield few
    few = []
    await breath()
    since = performance.now()
  }
  if (few.length > 0) yield few
}
