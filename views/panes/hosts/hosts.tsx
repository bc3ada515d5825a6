import { type Host, hosts as routes } from '../../../src/contract/hosts.ts'
import type { Action } from '../../actions/registry.ts'
import type { Shell } from '../../shell/shell.ts'
import { sanitiseText } from '../../terminal/sanitise.ts'
import { textWidth } from '../../terminal/width.ts'
import { growing } from '../../widgets/table.ts'
import { toWidth } from '../../widgets/text.ts'
import { toned } from '../../widgets/theme.ts'
import { openShell } from '../cookbook/attach.ts'
import { diskOf, gpusOf } from '../cookbook/host-row.ts'
import { hostRows } from '../cookbook/host-rows.ts'
import { ListSide } from '../list-side.tsx'
import type { Pane } from '../pane.ts'
import { TextSide } from '../text-side.tsx'
import { hostForm } from './form.ts'
import { HostTest, unknownKey } from './test.ts'

/** The machines models are served on: added, tested, edited. */
export function hostsPane(shell: Shell): Pane {
  const { hosts } = shell.world
  const list = new ListSide<Host>({
    items: () => hosts.items,
    idOf: ({ id }) => id,
    row: (host, width) => hostRow(host, width, hosts.items),
    words: host => `${host.name} ${host.target} ${host.reach.state}`,
    empty: () => (hosts.error === null ? 'No hosts: n adds one.' : sanitiseText(hosts.error)),
    changed: shell.signal.now,
  })
  const text = new TextSide()
  const test = new HostTest(shell)
  const trustable = () => {
    const host = list.selected
    return host ? (test.unknownKey(host.id) ?? unknownKey(host.reach.reason)) : null
  }
  const isHere = () =>
    list.selected?.target === ''
      ? 'this machine cannot be removed'
      : list.selected
        ? undefined
        : 'select a host first'
  /** Nothing of a machine is believed before a person has compared its key. */
  const askTrust = async (host: Host, fingerprint: string): Promise<void> => {
    const isRight = await shell.confirm({
      title: `Trust the key of ${sanitiseText(host.name)}`,
      facts: [
        `${sanitiseText(host.target)} shows a key that is not known yet:`,
        fingerprint,
        'Compare it with what the machine itself says: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub',
        'Refused, nothing is sent to it; T asks again.',
      ],
      verb: 'Trust',
    })
    if (!isRight) return
    await shell.act(`The key of ${host.name} was not filed`, async () => {
      const { value, seq } = await shell.client.ask(routes.trust, { id: host.id, fingerprint })
      hosts.put(value, seq)
      shell.toast('good', `The key of ${host.name} is trusted.`)
      tryOut(value)
    })
  }
  const tryOut = (host: Host): void => {
    shell.side = 'detail'
    test.start(host, fingerprint => {
      // Somebody who has gone elsewhere is not asked out of the blue.
      if (shell.pane.id === 'hosts' && shell.overlays.length === 0 && !shell.readOnly)
        void askTrust(host, fingerprint)
    })
  }
  const withHost = () => (list.selected ? undefined : 'select a host first')
  const where = ['hosts']
  const actions: Action<Shell, never>[] = [
    {
      id: 'hosts.test',
      title: 'test',
      help: 'Tries everything step by step: name, port, key, login, shell, tmux, GPUs.',
      where,
      danger: 'none',
      disabled: withHost,
      run: () => tryOut(list.selected!),
    },
    {
      id: 'hosts.add',
      title: 'new..',
      help: 'A form for a new host: an alias of your ssh config or user@host.',
      alone: true,
      where,
      writes: true,
      danger: 'none',
      run: () =>
        hostForm(shell, null, host => {
          list.select(host.id)
          tryOut(host)
        }),
    },
    {
      id: 'hosts.edit',
      title: 'edit..',
      help: 'Its address, environment, model folders, GPUs and ports.',
      where,
      writes: true,
      danger: 'none',
      disabled: withHost,
      run: () => hostForm(shell, list.selected!, () => {}),
    },
    {
      id: 'hosts.trust',
      title: 'trust its key..',
      help: 'Answers the question about an unknown key, after you compared it.',
      where,
      writes: true,
      // It asks by itself, as a test does that meets such a key.
      danger: 'none',
      disabled: () => (trustable() ? undefined : (withHost() ?? 'its key is not in question; t tests it')),
      run: () => void askTrust(list.selected!, trustable()!),
    },
    {
      id: 'hosts.shell',
      title: 'shell',
      help: 'A shell on the host; leaving it comes back.',
      where,
      danger: 'none',
      writes: true,
      disabled: () => (list.selected ? undefined : 'select a host first'),
      run: () => openShell(shell, list.selected!),
    },
    {
      id: 'hosts.remove',
      title: 'remove..',
      help: 'Forgets it. What runs there runs on.',
      where,
      writes: true,
      danger: 'confirm',
      disabled: isHere,
      deed() {
        const { id, ...host } = list.selected!
        const name = sanitiseText(host.name)
        const facts = ['What runs there runs on; u brings the host back.']
        return {
          stakes: { title: `Forget ${name}`, facts, verb: 'Forget', name },
          async run() {
            await shell.client.call(routes.remove, { id })
            hosts.drop(id)
          },
        }
      },
    },
  ]
  return {
    id: 'hosts',
    tab: 'Hosts',
    title: 'Hosts',
    actions,
    keys: {
      'hosts.test': ['t', 'enter'],
      'hosts.add': ['a', 'n', 'o'],
      'hosts.edit': ['e', 'r'],
      'hosts.trust': ['T'],
      'hosts.shell': ['s'],
      'hosts.remove': ['X'],
    },
    places: () => where,
    hints() {
      const host = list.selected
      const own = host && host.target !== '' ? ['hosts.remove'] : []
      const key = trustable() === null ? [] : ['hosts.trust']
      return ['hosts.test', ...key, 'hosts.add', 'hosts.edit', 'hosts.shell', ...own, 'screen.filter']
    },
    get wants() {
      return list.wants
    },
    filter: list.filter,
    lists: { list },
    list: box => list.view(box),
    detail(box) {
      const host = list.selected
      if (!host) return null
      const steps = test.rows(host, box.width)
      return text.view(steps ?? hostRows(host, box.width, shell.glyphs), box)
    },
    move(motion, side) {
      if (side === 'list') list.move(motion)
      else text.move(motion)
    },
    pick: ({ y }, side) => (side === 'list' ? list.pick(y) : null),
    up(side) {
      if (side !== 'detail' || !test.dismiss()) return false
      shell.side = 'list'
      return true
    },
    reveal(id) {
      if (!hosts.get(id)) throw new Error('That host is not here any more.')
      list.filter.set('')
      list.select(id)
    },
    objects: () =>
      hosts.items.map(host => ({
        id: host.id,
        title: host.name,
        words: host.target,
        open() {
          shell.go('hosts')
          list.select(host.id)
        },
      })),
  }
}

/** The names and addresses of all of them are as wide as the longest, as far as there is room. */
export function hostRow(host: Host, width: number, all: readonly Host[]): string {
  const { reach, devices } = host
  const bad = reach.state === 'unreachable'
  const state = bad ? toned('UNREACHABLE', 'bad') : reach.state
  const longest = (of: (host: Host) => string, most: number) =>
    Math.min(most, Math.max(...all.map(one => textWidth(sanitiseText(of(one))))))
  const name = longest(one => one.name, growing(width, 40, [12, 24]))
  const target = longest(targetOf, growing(width, 40, [12, 30]))
  const head = `${toWidth(sanitiseText(host.name), name)}  ${toWidth(sanitiseText(targetOf(host)), target)}  ${state}  `
  if (bad) return head + sanitiseText(reach.reason ?? '')
  const has = [gpusOf(devices), diskOf(host)].filter(Boolean)
  // A figure that is cut is another figure.
  const room = width - textWidth(head)
  return head + (textWidth(has.join('  ')) <= room ? has.join('  ') : (has[0] ?? ''))
}

const targetOf = ({ target }: Host): string => (target === '' ? 'this machine' : target)
