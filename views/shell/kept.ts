import type { Side } from '../panes/pane.ts'
import type { Shell } from './shell.ts'

/** What is kept from one start to the next. */
interface Kept {
  pane?: string
  side?: Side
  zoomed?: readonly string[]
  panes?: Record<string, unknown>
  /** What was selected in each list of a pane. */
  selected?: Record<string, Record<string, string>>
}

export function keep(shell: Shell, zoomed: readonly string[]): string {
  const panes: Record<string, unknown> = {}
  const selected: Record<string, Record<string, string>> = {}
  for (const pane of shell.panes) {
    if (pane.remember) panes[pane.id] = pane.remember()
    const lists = Object.entries(pane.lists ?? {}).filter(([, list]) => list.at !== null)
    selected[pane.id] = Object.fromEntries(lists.map(([name, list]) => [name, list.at!]))
  }
  const kept: Kept = { pane: shell.pane.id, side: shell.side, zoomed, panes, selected }
  return JSON.stringify(kept)
}

/** Brings it back; answers the panes that had the whole screen. */
export function recall(shell: Shell): readonly string[] {
  try {
    const kept = JSON.parse(shell.host.kept ?? '{}') as Kept
    for (const pane of shell.panes) {
      if (kept.panes?.[pane.id] != null) pane.recall?.(kept.panes[pane.id])
      for (const [name, list] of Object.entries(pane.lists ?? {})) {
        const at = kept.selected?.[pane.id]?.[name]
        if (typeof at === 'string') list.select(at)
      }
    }
    shell.pane = shell.panes.find(({ id }) => id === kept.pane) ?? shell.pane
    if (kept.side === 'detail' && shell.pane.detail) shell.side = 'detail'
    return [...(kept.zoomed ?? [])]
  } catch {
    // A file somebody cut short: the screen starts as on the first day.
    return []
  }
}
