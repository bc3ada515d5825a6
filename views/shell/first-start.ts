import { access } from '../../src/contract/access.ts'
import type { Scope } from '../../src/contract/route.ts'
import { workspace } from '../../src/contract/workspace.ts'
import { sanitiseText } from '../terminal/sanitise.ts'
import { wrapText } from '../widgets/text.ts'
import type { Shell } from './shell.ts'

/** The first steps of somebody new; nothing is done before it is chosen. */
export function firstSteps(shell: Shell): void {
  const status = shell.world.status.value
  shell.menu('Welcome to Ithaca. First steps (Esc: later, : finds them again)', [
    {
      id: 'zone',
      title: 'Your time zone',
      note: status ? `${status.timezone}${status.timezone_set ? '' : ", the system's"}` : '',
      run: () => askZone(shell),
    },
    {
      id: 'host',
      title: 'Add a host',
      note: 'a GPU machine you reach over SSH',
      run() {
        shell.go('hosts')
        void shell.router.run(shell.actions.get('hosts.add')!)
      },
    },
    {
      id: 'token',
      title: 'A token for an agent',
      note: 'with the lines to paste',
      run: () => agentToken(shell),
    },
    ...(shell.host.demo
      ? [
          {
            id: 'demo',
            title: 'See the demo',
            note: 'pretended models; q q comes back here',
            run: () => void shell.act('The demo did not run', () => shell.host.demo!()),
          },
        ]
      : []),
    {
      id: 'keys',
      title: 'The keys',
      note: '? shows them anywhere',
      run: () => void shell.router.run(shell.actions.get('screen.help')!),
    },
  ])
}

function askZone(shell: Shell): void {
  shell.ask({
    label: 'time zone: ',
    value: shell.world.status.value?.timezone ?? '',
    replaces: true,
    async enter(value) {
      const timezone = value.trim()
      if (timezone === '') return
      const set = await shell.act('The time zone was not set', async () => {
        await shell.client.call(workspace.timezone, { timezone })
        await shell.world.status.refresh()
        shell.toast('good', `The time zone is ${timezone}.`)
      })
      if (!set) return false
      firstSteps(shell)
    },
  })
}

const read: Scope[] = [
  'todos:read',
  'calendar:read',
  'memory:read',
  'documents:read',
  'cookbook:read',
  'models:use',
]
const write: Scope[] = ['todos:write', 'calendar:write', 'memory:write', 'documents:write']
const kinds: Record<string, { label: string; scopes: Scope[]; ask: Scope[] }> = {
  asks: {
    label: 'reads and writes, asks before it launches',
    scopes: [...read, ...write],
    ask: ['cookbook:launch'],
  },
  reads: { label: 'only reads', scopes: read, ask: [] },
  all: { label: 'reads, writes and launches', scopes: [...read, ...write, 'cookbook:launch'], ask: [] },
}

/** A token and what to paste where the agent runs. */
export function agentToken(shell: Shell): void {
  shell.form({
    title: 'A token for an agent',
    verb: 'Make',
    fields: [
      { id: 'name', label: 'Name', kind: 'text', placeholder: 'of the agent' },
      {
        id: 'kind',
        label: 'It',
        kind: 'choice',
        choices: Object.entries(kinds).map(([value, { label }]) => ({ value, label })),
      },
    ],
    values: { name: '', kind: 'asks' },
    async submit({ name = '', kind = 'asks' }) {
      if (name.trim() === '') throw new Error('Give it a name.')
      const { scopes, ask } = kinds[kind]!
      const { lines } = await shell.client.call(access.create, { name: name.trim(), scopes, ask })
      shell.show('Paste this where the agent runs. It is shown once.', width =>
        lines.flatMap(line => wrapText(sanitiseText(line), width)),
      )
      shell.copy(lines.join('\n'), 'the lines')
    },
  })
}

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
  return [
    live.length > 0 ? `${live.length} serve${live.length === 1 ? '' : 's'} would not be watched` : '',
    reminder ? `'${sanitiseText(reminder.title)}' would not be told` : '',
    tokens.length > 0 ? `${tokens.length} token${tokens.length === 1 ? '' : 's'} would reach nobody` : '',
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
  ]
  shell.menu('Leave Ithaca', choices, [`Without it ${reasons.join(', ')}.`, ''])
}
