import { access } from '../../src/contract/access.ts'
import type { Scope } from '../../src/contract/route.ts'
import { workspace } from '../../src/contract/workspace.ts'
import { zonesLike } from '../../src/time/zone-names.ts'
import { timeOf } from '../panes/days.ts'
import { keepSecret } from '../panes/tokens/secret.ts'
import { sanitiseText } from '../terminal/sanitise.ts'
import { cut } from '../widgets/text.ts'
import type { Shell } from './shell.ts'

/** The first steps of somebody new; nothing is done before it is chosen. */
export function firstSteps(shell: Shell): void {
  const status = shell.world.status.value
  const hosts = shell.world.hosts.items
    .filter(({ id }) => id !== 'local')
    .map(({ name }) => sanitiseText(name))
  const refused = shell.readOnly ? { disabled: 'this screen only reads' } : {}
  shell.menu('Welcome to Ithaca. First steps (Esc: later, : finds them again)', [
    {
      ...refused,
      id: 'zone',
      title: 'Your time zone',
      note: status ? `${status.timezone}${status.timezone_set ? '' : ", the system's"}` : '',
      run: () => askZone(shell),
    },
    {
      ...refused,
      id: 'host',
      title: 'Add a host',
      note: hosts.length === 0 ? 'a GPU machine you reach over SSH' : cut(hosts.join(', '), 40),
      run() {
        shell.go('hosts')
        void shell.router.run(shell.actions.get('hosts.add')!)
      },
    },
    {
      ...refused,
      id: 'token',
      title: 'A token for an agent',
      note: 'with the lines to paste',
      run: () => agentToken(shell, () => firstSteps(shell)),
    },
    ...(shell.host.demo
      ? [
          {
            id: 'demo',
            title: 'See the demo',
            note: 'pretended models; q q comes back here',
            run: () => seeDemo(shell),
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

export function seeDemo(shell: Shell): void {
  void shell.act('The demo did not run', () => shell.host.demo!())
}

const unset = 'The time zone was not set'

function askZone(shell: Shell): void {
  shell.ask({
    label: 'time zone: ',
    value: shell.world.status.value?.timezone ?? '',
    replaces: true,
    offer: typed => (timeIn(typed.trim()) ? undefined : zonesLike(typed)[0]),
    async judge(typed) {
      const time = timeIn(typed.trim())
      if (time !== '') shell.messages.mended(unset)
      const [like] = time === '' ? zonesLike(typed) : []
      return like ? `Tab: ${like}` : time
    },
    async enter(value) {
      const timezone = value.trim()
      if (timezone === '') return
      const set = await shell.act(unset, async () => {
        await shell.client.call(workspace.timezone, { timezone })
        await shell.world.status.refresh()
        shell.toast('good', `The time zone is ${timezone}.`)
      })
      if (!set) return false
      firstSteps(shell)
    },
  })
}

/** What a clock there shows; nothing where there is no such zone. */
function timeIn(zone: string): string {
  try {
    return zone === '' ? '' : `it is ${timeOf(Date.now(), zone)} there`
  } catch {
    return ''
  }
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
export function agentToken(shell: Shell, kept?: () => void): void {
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
      const made = await shell.client.call(access.create, { name: name.trim(), scopes, ask })
      keepSecret(shell, made.record.name, made.token, made.lines, kept)
    },
  })
}
