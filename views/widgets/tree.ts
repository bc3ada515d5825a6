import type { Glyphs } from './text.ts'

export interface Branch<T> {
  id: string
  item: T
  children: readonly Branch<T>[]
}

export interface TreeRow<T> {
  id: string
  item: T
  depth: number
  state: 'open' | 'closed' | 'leaf'
}

/** A tree as the rows of a list: what is under a folded branch is left out. */
export function treeRows<T>(
  branches: readonly Branch<T>[],
  folded: ReadonlySet<string>,
  depth = 0,
): TreeRow<T>[] {
  return branches.flatMap(({ id, item, children }): TreeRow<T>[] => {
    const state = children.length === 0 ? 'leaf' : folded.has(id) ? 'closed' : 'open'
    const under = state === 'open' ? treeRows(children, folded, depth + 1) : []
    return [{ id, item, depth, state }, ...under]
  })
}

export function treeLead<T>({ depth, state }: TreeRow<T>, glyphs: Glyphs): string {
  return `${'  '.repeat(depth)}${glyphs.tree[state]} `
}

/** The branch a row is under; undefined at the top. */
export function parentOf<T>(rows: readonly TreeRow<T>[], id: string): string | undefined {
  const at = rows.findIndex(row => row.id === id)
  const depth = rows[at]?.depth ?? 0
  return rows.slice(0, Math.max(0, at)).findLast(row => row.depth < depth)?.id
}
