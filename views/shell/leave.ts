import { access } from '../../src/contract/access.ts'
import { sanitiseText } from '../terminal/sanitise.ts'
import type { Shell } from './shell.ts'

/** Why this process ending would stop something that somebody counts on; empty where nothing would. */
async function countedOn(shell: Shell): Promise<string[]> {
  const { link } = shell.live
  if (!shell.host.daemon || link?.mode !== 'inside') return []
  const live = shell.world.serves.items.filter(({ state }) =>
    ['queued', 'launching', 'loading', 'ready', 'unhealthy'].includes(state),
  )
  const reminder = shell.world.status.value?.next_reminder
  const tokens = await shell.client.call(access.tokens, {}).then(
    ({ items }) =>
      items.filter(
        one => one.revoked_at === null && (one.expires_at ?? Number.POSITIVE_INFINITY) > Date.now(),
      ),
    () => [],
  )
  const [serves, agents] = [live.length, tokens.length]
  return [
    serves > 0 ? `${serves} serve${serves === 1 ? ' is' : 's are'} not watched` : '',
    reminder ? `nobody is reminded of '${sanitiseText(reminder.title)}'` : '',
    agents > 0 ? `${agents} token${agents === 1 ? ' reaches' : 's reach'} nobody` : '',
  ].filter(reason => reason !== '')
}

/** Leaves; where something is counted on, offers to leave a daemon behind first. */
export async function leave(shell: Shell): Promise<void> {
  const reasons = await countedOn(shell)
  if (reasons.length === 0) {
    shell.host.quit()
    return
  }
  const choices = [
    {
      id: 'daemon',
      title: 'Leave a daemon behind',
      note: 'goes on without a screen; ithaca finds it',
      async run() {
        const left = await shell.act('No daemon was started', () => shell.host.daemon!())
        if (left) shell.host.quit()
      },
    },
    { id: 'quit', title: 'Just quit', note: 'what runs on the hosts runs on', run: () => shell.host.quit() },
    { id: 'stay', title: 'Stay', note: 'as Esc does', run: () => {} },
  ]
  const all = new Intl.ListFormat('en-GB').format(reasons)
  shell.menu('Leave Ithaca', choices, [`Once this screen is closed, ${all}.`, ''])
}

/** What whoever suspends the screen has to know: the API is in it, where no daemon has the workspace. */
export function stopping({ live: { link }, host }: Shell): readonly string[] {
  if (link?.mode !== 'inside') return []
  return [
    `Suspended. The API at ${link.url} waits with it; fg brings both back.`,
    ...(host.daemon ? ['"ithaca up --detach", before ^Z, keeps it up without the screen.'] : []),
  ]
}
