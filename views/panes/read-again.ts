/** The most one request is answered with. */
const onePage = 500
/** How many are looked through at most for what may have been pushed down since the last reading. */
const pushedAtMost = 1000

interface Page<T> {
  items: T[]
  next: string | null
}

/** What was there at the last reading, and which of it the person holds: selected or marked. */
export interface Held<T> {
  before: ReadonlySet<string>
  idOf(item: T): string
  isHeld(id: string): boolean
}

/** The first `limit` of a list, and beyond them what the person holds where others that came in above have pushed it there. What is not found so far is gone: no more is read for it, nor kept. */
export async function readAgain<T>(
  page: (cursor: string | undefined, limit: number) => Promise<Page<T>>,
  limit: number,
  held: Held<T>,
): Promise<{ items: T[]; next: string | undefined }> {
  const items: T[] = []
  let next: string | undefined
  const readTo = async (count: number) => {
    do {
      const got = await page(next, Math.min(onePage, count - items.length))
      items.push(...got.items)
      next = got.next ?? undefined
    } while (next !== undefined && items.length < count)
  }
  await readTo(limit)
  const first = { items: [...items], next }
  for (;;) {
    const wanted = limit + pushed(items.map(held.idOf), held.before)
    if (next === undefined || items.length >= wanted || !lacks(items, held)) break
    await readTo(wanted)
  }
  return items.slice(first.items.length).some(item => held.isHeld(held.idOf(item))) ? { items, next } : first
}

/** By how many places what was there before is further down; where none of it was met yet, by all that was met. */
function pushed(ids: readonly string[], before: ReadonlySet<string>): number {
  const last = ids.findLastIndex(id => before.has(id))
  const above = last < 0 ? ids : ids.slice(0, last)
  return Math.min(pushedAtMost, above.filter(id => !before.has(id)).length)
}

function lacks<T>(items: readonly T[], { before, idOf, isHeld }: Held<T>): boolean {
  const ids = new Set(items.map(idOf))
  return [...before].some(id => isHeld(id) && !ids.has(id))
}
