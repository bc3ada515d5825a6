import type { Action } from '../actions/registry.ts'
import { everywhere } from '../actions/registry.ts'
import { keyLabel } from '../keys/bindings.ts'
import { toWidth, wrapText } from '../widgets/text.ts'
import { toned } from '../widgets/theme.ts'
import type { Hint } from './chrome.ts'
import type { Shell } from './shell.ts'

/** What the footer names: the pane's choice of actions that can run now, by their first key. */
export function hintsOf(shell: Shell): Hint[] {
  return [...new Set(shell.pane.hints(shell.side))].flatMap(id => {
    const action = shell.actions.get(id)
    const key = shell.keys[id]?.[0]
    if (!action || key === undefined) return []
    if (action.writes && shell.readOnly) return []
    const finds = id === 'screen.filter' && shell.side === 'detail' && shell.pane.search
    return [{ key, title: finds ? 'find' : action.title }]
  })
}

export function keysOf(shell: Shell, id: string): string {
  return labels(shell, shell.keys[id] ?? [])
}

const labels = (shell: Shell, keys: readonly string[]): string =>
  keys.map(key => keyLabel(key, shell.host.unicode)).join(' ')

/** Every key that works here, from the narrowest place to everywhere, with why one does not work now. */
export function helpRows(shell: Shell, places: readonly string[], width: number): string[] {
  const keys = keysHere(shell, places)
  const names = new Map<string, string>([
    [everywhere, 'Everywhere'],
    ...shell.panes.map(pane => [pane.id, pane.title] as [string, string]),
  ])
  return wantedFirst(shell, places).flatMap(place => {
    const actions = shell.actions
      .in(places)
      .filter(({ where }) => where.find(one => places.includes(one)) === place)
      .filter(({ id }) => keys.get(id) !== '')
      .filter(action => action.suits?.(shell) ?? true)
    if (actions.length === 0) return []
    const title = names.get(place) ?? place.split('.').at(-1)!
    const { now, shared } = byReason(shell, actions)
    return [
      toned(title[0]!.toUpperCase() + title.slice(1), 'title'),
      ...now.flatMap(action => helpOf(action, keys.get(action.id)!, width, whyNot(shell, action))),
      ...[...shared].flatMap(([reason, those]) => [
        ...wrapText(`Not now: ${reason}.`, width).map(row => toned(row, 'quiet')),
        ...those.flatMap(action => helpOf(action, keys.get(action.id)!, width)),
      ]),
      '',
    ]
  })
}

/** The keys that reach each action here: those of a narrower place it never gets. */
function keysHere(shell: Shell, places: readonly string[]): Map<string, string> {
  const taken = new Set<string>()
  return new Map(
    shell.actions.in(places).map(({ id }) => {
      const keys = (shell.keys[id] ?? []).filter(key => !taken.has(key))
      for (const key of keys) taken.add(key)
      return [id, labels(shell, keys)]
    }),
  )
}

/** Why an action cannot be done now. */
export const whyNot = (shell: Shell, action: Action<Shell, never>): string | undefined =>
  action.writes && shell.readOnly ? 'this screen only reads' : action.disabled?.(shell)

/** What the footer names first stands first, too: marking and searching are not what a pane is for. */
function wantedFirst(shell: Shell, places: readonly string[]): readonly string[] {
  const wanted = shell.actions.get(shell.pane.hints(shell.side)[0] ?? '')?.where
  const first = places.find(place => place !== everywhere && wanted?.includes(place))
  return first === undefined ? places : [first, ...places.filter(place => place !== first)]
}

/** What several cannot do for the same reason stands under it, so that it is said once. */
function byReason(shell: Shell, actions: readonly Action<Shell, never>[]) {
  const shared = new Map<string, Action<Shell, never>[]>()
  for (const action of actions) {
    const reason = whyNot(shell, action)
    if (reason !== undefined) shared.set(reason, [...(shared.get(reason) ?? []), action])
  }
  for (const [reason, those] of shared) if (those.length === 1) shared.delete(reason)
  const apart = new Set([...shared.values()].flat())
  return { now: actions.filter(action => !apart.has(action)), shared }
}

function helpOf(action: Action<Shell, never>, keys: string, width: number, reason?: string): string[] {
  const indent = Math.min(22, Math.floor(width / 3))
  const words = reason === undefined ? action.help : `${action.help} Not now: ${reason}.`
  return wrapText(words, Math.max(10, width - indent)).map(
    (row, i) => toned(toWidth(i === 0 ? keys : '', indent), 'accent') + row,
  )
}
