import { documents } from '../../../src/contract/documents.ts'
import { type Mail, type MailText, mail } from '../../../src/contract/mail.ts'
import type { Action } from '../../actions/registry.ts'
import type { Shell } from '../../shell/shell.ts'
import { sanitiseBlock, sanitiseText } from '../../terminal/sanitise.ts'
import { toWidth, wrapText } from '../../widgets/text.ts'
import { toned } from '../../widgets/theme.ts'
import { factRows } from '../facts.ts'
import type { Pane } from '../pane.ts'
import { Searched } from '../searched.ts'
import { TextSide } from '../text-side.tsx'
import { day } from '../words.ts'

const where = ['mail']

/** The mails of one folder, to read and to answer; an answer is a document until somebody sends it. */
export function mailPane(shell: Shell): Pane {
  let folder = 'inbox'
  let read: MailText | null = null
  const mails = new Searched<Mail>(shell, {
    nouns: ['email', 'mail-account'],
    idOf: ({ id }) => id,
    row: mailRow,
    empty: () => `Nothing in ${sanitiseText(folder)}. Accounts: ithaca mail accounts add.`,
    page: ({ search, ...query }) =>
      search === undefined
        ? shell.client.call(mail.list, { ...query, folder })
        : shell.client.call(mail.search, { ...query, q: search, folder }),
  })
  const { side } = mails
  const text = new TextSide()
  const action = (
    id: string,
    title: string,
    help: string,
    run: (one: Mail) => void | Promise<void>,
    writes = true,
  ): Action<Shell, never> => ({
    id: `mail.${id}`,
    title,
    help,
    where,
    writes,
    danger: 'none',
    disabled: () => (side.selected ? undefined : 'select a mail first'),
    run: () => run(side.selected!),
  })
  const answer = (mode: 'reply' | 'reply_all' | 'forward') => async (one: Mail) => {
    const begun = await shell.client.call(mail.answer, { id: one.id, mode })
    const { to, cc, subject, body, in_reply_to, references } = begun
    const draft = await shell.client.call(documents.draft, { to, cc, subject, body, in_reply_to, references })
    shell.go('documents')
    await shell.pane.reveal?.(draft.id)
    shell.toast('good', 'Drafted as a document: E writes it. Nothing is sent.')
  }
  return {
    id: 'mail',
    tab: 'Mail',
    title: 'Mail',
    actions: [
      action(
        'read',
        'read',
        'Opens the mail; it counts as read then.',
        async one => {
          read = await shell.client.call(mail.read, { id: one.id, mark: !shell.readOnly })
          text.top = 0
          shell.side = 'detail'
        },
        false,
      ),
      action('unread', 'read or unread', 'Marks it read, or unread.', async one => {
        await shell.client.call(mail.mark, { ids: [one.id], read: !one.read })
      }),
      action('flag', 'flag', 'Flags it, or no more.', async one => {
        await shell.client.call(mail.mark, { ids: [one.id], flagged: !one.flagged })
      }),
      action('archive', 'archive', 'Moves it to the archive.', async one => {
        await shell.client.call(mail.move, { to: 'archive', ids: [one.id] })
      }),
      action('reply', 'reply', 'Begins an answer as a document.', answer('reply')),
      action('reply-all', 'reply to all', 'Begins an answer to all as a document.', answer('reply_all')),
      action('forward', 'forward', 'Begins a forward as a document.', answer('forward')),
      {
        id: 'mail.folders',
        title: 'folders',
        help: 'Shows another folder.',
        where,
        danger: 'none',
        async run() {
          const { items } = await shell.client.call(mail.folders, {})
          shell.menu(
            'Folders',
            items.map(({ id, path, role, unread, total }) => ({
              id,
              title: sanitiseText(path),
              note: `${unread} unread of ${total}`,
              run() {
                folder = role ?? path
                mails.again()
              },
            })),
          )
        },
      },
      {
        id: 'mail.outbox',
        title: 'outbox',
        help: 'What was to be sent, and how it went.',
        where,
        danger: 'none',
        async run() {
          const { items } = await shell.client.call(mail.outbox, { limit: 200 })
          const rows = items.map(one =>
            sanitiseText(
              `${day(one.created_at)} ${one.state}  ${one.to.join(', ')}: ${one.subject} ${one.reason ?? ''}`,
            ),
          )
          shell.show('Outbox', () => (rows.length === 0 ? ['Nothing was sent yet.'] : rows))
        },
      },
    ],
    keys: {
      'mail.read': ['enter', 'l', 'right'],
      'mail.reply': ['r'],
      'mail.reply-all': ['a'],
      'mail.forward': ['F'],
      'mail.unread': ['U'],
      'mail.flag': ['f'],
      'mail.archive': ['A'],
      'mail.folders': ['c'],
      'mail.outbox': ['o'],
    },
    places: () => where,
    hints: () => [
      'mail.read',
      'mail.reply',
      'mail.archive',
      'mail.folders',
      'mail.outbox',
      'mail.flag',
      'screen.filter',
    ],
    filter: mails.filter,
    list: box => side.view(box),
    detail: box => text.view(mailRows(side.selected, read, box.width), box),
    move(motion, at) {
      if (at === 'list') mails.move(motion)
      else text.move(motion)
    },
    opened: () => mails.look(),
  }
}

function mailRow(one: Mail, width: number): string {
  const signs = `${one.read ? ' ' : 'N'}${one.flagged ? '!' : ' '}${one.answered ? 'r' : ' '}`
  const from = toWidth(sanitiseText(one.from_name || one.from_address), width < 60 ? 10 : 20)
  const line = `${signs} ${from} ${sanitiseText(one.subject) || '(no subject)'}`
  return one.read ? line : toned(line, 'strong')
}

function mailRows(one: Mail | undefined, read: MailText | null, width: number): string[] {
  if (!one) return []
  const whole = read?.id === one.id ? read : null
  const attached = (whole?.attachments ?? []).map(({ name, size }) => `${name} (${size})`).join(', ')
  const body = whole ? sanitiseBlock(whole.body) : [toned('Enter reads it.', 'quiet')]
  return [
    ...factRows(
      [
        ['from', `${one.from_name} <${one.from_address}>`],
        ['to', one.to],
        ['cc', one.cc],
        ['date', day(one.received_at)],
        ['subject', one.subject],
        ['attached', attached],
        ...(whole?.warnings ?? []).map(warning => ['! careful', warning] as const),
      ],
      width,
    ),
    '',
    ...(whole ? body.flatMap(line => wrapText(line, width)) : body),
  ]
}
