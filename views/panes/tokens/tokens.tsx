import { access, type Token } from '../../../src/contract/access.ts'
import { fenceWords } from '../../../src/contract/fence-words.ts'
import type { Shell } from '../../shell/shell.ts'
import { whole } from '../../store/world.ts'
import { sanitiseText } from '../../terminal/sanitise.ts'
import { textWidth } from '../../terminal/width.ts'
import { growing } from '../../widgets/table.ts'
import { toWidth } from '../../widgets/text.ts'
import { toned } from '../../widgets/theme.ts'
import { choose } from '../choosing.ts'
import { factRows } from '../facts.ts'
import { ListSide } from '../list-side.tsx'
import type { Pane } from '../pane.ts'
import { TextSide } from '../text-side.tsx'
import { age, day } from '../words.ts'
import { createToken } from './create.ts'

const orders = [
  ['newest', 'newest first'],
  ['name', 'by name'],
  ['used', 'used last first'],
] as const
type Order = (typeof orders)[number][0]

const orderOf =
  (order: Order) =>
  (a: Token, b: Token): number => {
    if (order === 'name') return a.name.localeCompare(b.name)
    return order === 'used' ? (b.last_used_at ?? 0) - (a.last_used_at ?? 0) : b.created_at - a.created_at
  }

/** Who may use the API, and how far. */
export function tokensPane(shell: Shell): Pane {
  let revoked = false
  let order: Order = 'newest'
  const tokens = shell.live.collection<Token>({
    noun: 'token',
    idOf: ({ id }) => id,
    read: async () => (await shell.client.call(access.tokens, { revoked })).items,
    keeps: ({ revoked_at }) => revoked || revoked_at === null,
    from: whole(data => 'scopes' in data && 'prefix' in data),
  })
  const list = new ListSide<Token>({
    items: () => [...tokens.items].sort(orderOf(order)),
    notes: () => (revoked ? ['revoked ones too'] : []),
    idOf: ({ id }) => id,
    row: (token, width) => tokenRow(token, width, shell.ages.now, tokens.items),
    words: token => `${token.name} ${Object.keys(token.scopes).join(' ')}`,
    empty: () => sanitiseText(tokens.error ?? 'No agent has a token yet. a makes one.'),
    changed: shell.signal.now,
  })
  const text = new TextSide()
  const where = ['tokens']
  return {
    id: 'tokens',
    tab: 'Keys',
    title: 'Tokens',
    share: 0.6,
    actions: [
      {
        id: 'tokens.create',
        title: 'new token',
        help: 'Makes a token for an agent: what it may do, what it asks for, its limits.',
        where,
        writes: true,
        danger: 'none',
        alone: true,
        run: () => createToken(shell, id => list.select(id)),
      },
      {
        id: 'tokens.like',
        title: 'another like it',
        help: 'Makes a token that may do what this one may: to hand out a new secret, revoke the old one after.',
        where,
        writes: true,
        danger: 'none',
        disabled: () => (list.selected ? undefined : 'select a token first'),
        run: () => createToken(shell, id => list.select(id), list.selected!),
      },
      {
        id: 'tokens.deeds',
        title: 'what it did',
        help: 'Shows in the audit what this token did.',
        where,
        danger: 'none',
        disabled: () => (list.selected ? undefined : 'select a token first'),
        run() {
          const { name } = list.selected!
          shell.go('audit')
          return shell.pane.reveal?.(`actor ${name}`)
        },
      },
      {
        id: 'tokens.sort',
        title: 'sort',
        help: 'The newest first, by name, or what was used last first.',
        where,
        danger: 'none',
        run: () =>
          choose(shell, 'Sort tokens', orders, order, chosen => {
            order = chosen
            shell.signal.now()
          }),
      },
      {
        id: 'tokens.revoked',
        title: 'revoked too',
        help: 'Shows the revoked ones too, or no more.',
        where,
        danger: 'none',
        run() {
          revoked = !revoked
          void tokens.refresh()
        },
      },
      {
        id: 'tokens.revoke',
        title: 'revoke',
        help: 'Ends a token: its next request is refused, and it cannot be taken back.',
        where,
        writes: true,
        danger: 'confirm',
        disabled: () => {
          if (!list.selected) return 'select a token first'
          return list.selected.revoked_at === null ? undefined : 'it is revoked already'
        },
        deed() {
          const { id, name, last_used_at: used } = list.selected!
          const facts = [
            'Its next request is refused. It cannot be taken back.',
            used === null ? 'It was never used.' : `Used ${age(Date.now() - used)} ago.`,
          ]
          return {
            stakes: { title: `Revoke ${sanitiseText(name)}`, facts, verb: 'Revoke', name },
            async run() {
              const { value, seq } = await shell.client.ask(access.revoke, { id })
              tokens.put(value, seq)
              shell.toast('good', `Revoked ${value.name}.`)
            },
          }
        },
      },
    ],
    keys: {
      'tokens.create': ['a'],
      'tokens.like': ['c'],
      'tokens.deeds': ['enter', 'l', 'right'],
      'tokens.sort': ['o'],
      'tokens.revoked': ['.'],
      'tokens.revoke': ['X'],
    },
    places: () => where,
    hints: () => [
      'tokens.create',
      'tokens.revoke',
      'tokens.like',
      'tokens.deeds',
      'tokens.revoked',
      'screen.turn',
      'tokens.sort',
      'screen.filter',
    ],
    // That it was used is no change anybody is told of.
    opened: () => void tokens.refresh(),
    filter: list.filter,
    lists: { list },
    list: box => list.view(box),
    detail: box =>
      text.view(
        list.selected ? tokenRows(list.selected, box.width, shell.ages.now) : [],
        box,
        list.selected?.id,
      ),
    move(motion, side) {
      if (side === 'list') list.move(motion)
      else text.move(motion)
    },
    pick: ({ y }, side) => (side === 'list' ? list.pick(y) : null),
    async reveal(id) {
      const { items } = await shell.client.call(access.tokens, { revoked: true })
      revoked ||= items.some(one => one.id === id && one.revoked_at !== null)
      await tokens.refresh()
      list.select(id)
    },
    objects: () =>
      tokens.items.map(token => ({
        id: token.id,
        title: token.name,
        open() {
          shell.go('tokens')
          list.select(token.id)
        },
      })),
  }
}

function stateOf(token: Token, now: number): string {
  if (token.revoked_at !== null) return 'REVOKED'
  if (token.expires_at !== null && token.expires_at <= now) return 'EXPIRED'
  return token.last_used_at === null ? 'never used' : `used ${age(now - token.last_used_at)} ago`
}

/** The names and states of all of them are as wide as the longest, as far as there is room: the rest is for what it may. */
export function tokenRow(token: Token, width: number, now: number, all: readonly Token[]): string {
  const longest = (of: (token: Token) => string, most: number) =>
    Math.min(most, Math.max(...all.map(one => textWidth(of(one)))))
  const name = longest(one => sanitiseText(one.name), growing(width, 40, [12, 24]))
  const state = longest(one => stateOf(one, now), 15)
  const row = `${toWidth(sanitiseText(token.name), name)}  ${toWidth(stateOf(token, now), state)} `
  const scopes = token.operator ? 'everything' : Object.keys(token.scopes).join(' ')
  return `${token.revoked_at === null ? row : toned(row, 'quiet')} ${toned(scopes, 'quiet')}`
}

function tokenRows(token: Token, width: number, now: number): string[] {
  const scopes = Object.entries(token.scopes)
  const having = (how: string) => scopes.filter(([, grant]) => grant === how).map(([scope]) => scope)
  const waits = token.ask_deadline
  return factRows(
    [
      ['name', token.name],
      ['state', stateOf(token, now)],
      ['may', token.operator ? 'everything you may' : having('allow').join(', ')],
      ['asks', having('ask').join(', ')],
      ['', waits === null ? '' : `no answer after ${age(waits * 1000)} counts as no`],
      ...fenceWords(token, day).map((words, i) => [i === 0 ? 'fences' : '', words] as const),
      ['begins', `${token.prefix}...`],
      ['made', day(token.created_at)],
      ['expires', token.expires_at === null ? 'never' : day(token.expires_at)],
      ['revoked', token.revoked_at === null ? '' : day(token.revoked_at)],
    ],
    width,
  )
}
