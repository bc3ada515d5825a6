import { search } from '../../src/contract/search.ts'
import { nameOf } from '../actions/registry.ts'
import { homes } from '../panes/homes.ts'
import type { Findable, Pane } from '../panes/pane.ts'
import { sanitiseText } from '../terminal/sanitise.ts'
import { keysOf, whyNot } from './help.ts'
import type { Entry } from './overlays/palette.tsx'
import type { Shell } from './shell.ts'

/** The palette: whatever can be done, here first, and whatever there is. */
export function openPalette(shell: Shell): void {
  const here = shell.actions
    .in(shell.places)
    .filter(({ id }) => !id.startsWith('move.') && id !== 'screen.palette')
  const actions = here.map((action): Entry => {
    const disabled = whyNot(shell, action)
    const held = shell.router.held(action)
    return {
      id: action.id,
      title: action.title,
      words: action.help,
      note: keysOf(shell, action.id),
      near: true,
      disabled,
      run: async () => void (await held()),
    }
  })
  const objects = shell.panes.flatMap(pane => (pane.objects?.() ?? []).map(found => entryOf(pane, found)))
  const entries = [...actions, ...elsewhere(shell), ...objects]
  shell.palette({ entries, search: (query, signal) => find(shell, query, signal) })
}

/** What the other panes can do. Chosen from afar, nothing is done to what is selected there before it was seen. */
function elsewhere(shell: Shell): Entry[] {
  const others = shell.panes.filter(pane => pane !== shell.pane)
  return others.flatMap(pane =>
    pane.actions.map((action): Entry => {
      const keys = keysOf(shell, action.id)
      const asksFirst = action.args !== undefined || action.title.endsWith('..')
      const inList = action.where.some(place => pane.places('list').includes(place))
      return {
        id: action.id,
        title: action.title,
        words: `${pane.title}: ${action.help}`,
        note: `${pane.title} ${keys}`,
        run() {
          shell.go(pane.id)
          if (inList && (asksFirst || !action.writes)) return shell.router.run(action)
          const how = keys === '' ? 'the palette does' : `${keys} does`
          shell.toast('info', `${nameOf(action)}: here ${how} it.`)
        },
      }
    }),
  )
}

/** What is not at hand: what the search of the workspace finds, and what panes can ask for. */
async function find(shell: Shell, query: string, signal: AbortSignal): Promise<Entry[]> {
  const asked = [
    searched(shell, query, signal),
    ...shell.panes.map(async pane =>
      ((await pane.finds?.(query, signal)) ?? []).map(found => entryOf(pane, found)),
    ),
  ]
  // What one cannot say, a server that is away, takes nothing from what the others found.
  const answers = await Promise.allSettled(asked)
  return answers.flatMap(answer => (answer.status === 'fulfilled' ? answer.value : []))
}

async function searched(shell: Shell, query: string, signal: AbortSignal): Promise<Entry[]> {
  const { items } = await shell.client.call(search.find, { q: query, limit: 20 }, { signal })
  return items.flatMap(({ noun, id, title, snippet }): Entry[] => {
    const home = shell.panes.find(pane => pane.id === homes[noun])
    if (!home) return []
    return [entryOf(home, { id, title, words: snippet, open: () => revealIn(shell, home, id) })]
  })
}

function entryOf(pane: Pane, { id, title, words, open }: Findable): Entry {
  return {
    id: `${pane.id}:${id}`,
    title: sanitiseText(title),
    note: pane.title,
    run: open,
    ...(words === undefined ? {} : { words: sanitiseText(words) }),
  }
}

async function revealIn(shell: Shell, home: Pane, id: string): Promise<void> {
  shell.go(home.id)
  await shell.act('It was not opened', async () => home.reveal?.(id))
}
