import type { Action } from '../actions/registry.ts'
import { everywhere } from '../actions/registry.ts'
import { keyLabel } from '../keys/bindings.ts'
import { toWidth, wrapText } from '../widgets/text.ts'
import { toned } from '../widgets/theme.ts'
import type { Hint } from './chrome.ts'
import type { Shell } from './shell.ts'

/** What the footer names: the pane's choice of actions that can run now, by their first key. */
export function hintsOf(shell: Shell): Hint[] {
  return shell.pane.hints(shell.side).flatMap(id => {
    const action = shell.actions.get(id)
    const key = shell.keys[id]?.[0]
    if (!action || key === undefined) return []
    if (action.writes && shell.readOnly) return []
    return [{ key, title: action.title }]
  })
}

export function keysOf(shell: Shell, id: string): string {
  return (shell.keys[id] ?? []).map(keyLabel).join(' ')
}

/** Every key that works here, from the narrowest place to everywhere, with why one does not work now. */
export function helpRows(shell: Shell, places: readonly string[], width: number): string[] {
  const names = new Map<string, string>([
    [everywhere, 'Everywhere'],
    ...shell.panes.map(pane => [pane.id, pane.title] as [string, string]),
  ])
  return places.flatMap(place => {
    const actions = shell.actions
      .in(places)
      .filter(({ where }) => where.find(one => places.includes(one)) === place)
      .filter(({ id }) => (shell.keys[id]?.length ?? 0) > 0)
    if (actions.length === 0) return []
    const title = names.get(place) ?? place.split('.').at(-1)!
    return [
      toned(title[0]!.toUpperCase() + title.slice(1), 'title'),
      ...actions.flatMap(action => helpOf(shell, action, width)),
      '',
    ]
  })
}

function helpOf(shell: Shell, action: Action<Shell, never>, width: number): string[] {
  const indent = Math.min(22, Math.floor(width / 3))
  const reason = action.disabled?.(shell)
  const words = reason === undefined ? action.help : `${action.help} Not now: ${reason}.`
  return wrapText(words, Math.max(10, width - indent)).map(
    (row, i) => toned(toWidth(i === 0 ? keysOf(shell, action.id) : '', indent), 'accent') + row,
  )
}
