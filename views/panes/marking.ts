import type { Action } from '../actions/registry.ts'
import type { Bindings } from '../keys/bindings.ts'
import type { Shell } from '../shell/shell.ts'

interface Markable {
  mark(): void
  markRange(): void
  markAll(): void | Promise<void>
}

interface Chosen<T> {
  readonly selected: T | undefined
  readonly chosen: readonly T[]
}

/** What a key is for: in a list all that are marked, else the selected one; in the text of one, that one, whatever is marked. */
export function targets<T>(shell: Shell, { selected, chosen }: Chosen<T>): readonly T[] {
  if (shell.side === 'list') return chosen
  return selected === undefined ? [] : [selected]
}

/** The marks of what something was done to are spent; what was done in the text of one leaves those of others. */
export function spend(shell: Shell, marked: { unmark(): boolean }): void {
  if (shell.side === 'list') marked.unmark()
}

/** Marking one after the other, a stretch, or all: what comes next is for all that are marked, and Esc unmarks. */
export function markActions(
  pane: string,
  place: string,
  side: Markable | (() => Markable),
): Action<Shell, never>[] {
  const action = (
    id: string,
    title: string,
    help: string,
    run: (side: Markable) => void | Promise<void>,
  ) => ({
    id: `${pane}.${id}`,
    title,
    help,
    where: [place],
    danger: 'none' as const,
    run: () => run(typeof side === 'function' ? side() : side),
  })
  return [
    action('mark', 'mark', 'Marks it: what comes next is for all that are marked. Esc unmarks.', one =>
      one.mark(),
    ),
    action('mark-range', 'mark to here', 'Marks everything from the last mark to here.', one =>
      one.markRange(),
    ),
    action('mark-all', 'mark all', 'Marks all that match, or nothing.', one => one.markAll()),
  ]
}

export const markKeys = (pane: string): Bindings => ({
  [`${pane}.mark`]: ['space', 'v'],
  [`${pane}.mark-range`]: ['V'],
  [`${pane}.mark-all`]: ['*'],
})
