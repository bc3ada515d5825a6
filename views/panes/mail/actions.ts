import * as z from 'zod'
import { mail } from '../../../src/contract/mail.ts'
import { FILTERS, type Mail } from '../../../src/contract/mail-words.ts'
import type { Action } from '../../actions/registry.ts'
import type { Shell } from '../../shell/shell.ts'
import { sanitiseText } from '../../terminal/sanitise.ts'
import { markActions, spend, targets } from '../marking.ts'
import type { MailBook } from './book.ts'
import { answer, composeForm, resume } from './compose.ts'
import { openAttachment, saveAttachment } from './files.ts'
import { linksOf } from './links.ts'
import type { Reading } from './reading.ts'
import { filterWords } from './rows.ts'

const where = ['mail.list', 'mail.read']

const several = (count: number) => (count === 1 ? '1 in the text' : `${count} in the text`)

/** What can be done with mails: with the selected one, or all that are marked. */
export function mailActions(shell: Shell, book: MailBook, reading: Reading): Action<Shell, never>[] {
  const { side } = book.mails
  const one = () => (side.selected ? undefined : 'select a mail first')
  const these = (): readonly Mail[] => targets(shell, side)
  const some = () => (these().length > 0 ? undefined : 'select a mail first')
  const read = { where, danger: 'none' as const, disabled: one }
  const write = { ...read, writes: true, disabled: some }
  const called = (mails: readonly Mail[]) =>
    mails.length === 1 ? `'${sanitiseText(mails[0]!.subject) || 'no subject'}'` : `${mails.length} mails`
  const done = (what: string, mails: readonly Mail[]) => {
    spend(shell, side)
    if (shell.side === 'detail' && book.mails.items.length <= 1) shell.side = 'list'
    shell.toast('good', `${what} ${called(mails)}. u takes it back.`)
  }
  const mark = async (mails: readonly Mail[], marks: object) => {
    await shell.client.call(mail.mark, { ids: mails.map(({ id }) => id), ...marks })
    spend(shell, side)
  }
  const move = async (mails: readonly Mail[], to: string, what: string) => {
    const { moved } = await shell.client.call(mail.move, { to, ids: mails.map(({ id }) => id) })
    if (moved > 0) return done(what, mails)
    spend(shell, side)
    shell.toast('info', `${called(mails)} ${mails.length === 1 ? 'lies' : 'lie'} there already.`)
  }
  const text = () => shell.toOpen(reading.now(side.selected!.id))
  const every = (mails: readonly Mail[], is: (one: Mail) => boolean) => mails.every(is)
  const inTrash = (mails: readonly Mail[]) =>
    mails.filter(({ account, folder }) =>
      book.folders.value?.some(
        each => each.account === account && each.path === folder && each.role === 'trash',
      ),
    ).length

  const tag: Action<Shell, string> = {
    ...write,
    id: 'mail.tag',
    title: 'tag',
    help: 'Gives it a tag, or takes it away with - before it.',
    args: z.string().trim().min(1, 'say which tag'),
    run: (_shell, text) => mark(these(), text.startsWith('-') ? { untag: text.slice(1) } : { tag: text }),
  }
  return [
    {
      ...read,
      id: 'mail.open',
      title: 'read',
      help: 'Gives the keys to its text; it counts as read then.',
      where: ['mail.list'],
      async run() {
        const { id, read: known } = side.selected!
        shell.side = 'detail'
        if (!known && !shell.readOnly) await shell.client.call(mail.read, { id, mark: true })
      },
    },
    {
      ...read,
      id: 'mail.next',
      title: 'next',
      help: 'Reads the next mail of the list.',
      where: ['mail.read'],
      run: () => step(1),
    },
    {
      ...read,
      id: 'mail.previous',
      title: 'previous',
      help: 'Reads the mail before it.',
      where: ['mail.read'],
      run: () => step(-1),
    },
    {
      ...read,
      id: 'mail.thread',
      title: 'thread',
      help: 'Shows its whole conversation, whatever folder it lies in; Esc goes back.',
      run() {
        const of = side.selected!
        shell.side = 'list'
        book.ask({ kind: 'thread', of })
        side.select(of.id)
      },
    },
    ...markActions('mail', 'mail.list', side),
    {
      ...write,
      id: 'mail.unread',
      title: 'read or unread',
      help: 'Marks it as read, or as unread.',
      run: () => mark(these(), { read: !every(these(), ({ read: known }) => known) }),
    },
    {
      ...write,
      id: 'mail.flag',
      title: 'flag',
      help: 'Flags it, or no more.',
      run: () => mark(these(), { flagged: !every(these(), ({ flagged }) => flagged) }),
    },
    tag as Action<Shell, never>,
    {
      ...write,
      id: 'mail.archive',
      title: 'archive',
      help: 'Moves it to the archive.',
      run: () => move(these(), 'archive', 'Archived'),
    },
    {
      ...write,
      id: 'mail.spam',
      title: 'spam',
      help: 'Moves it to the spam folder, or from there back to the inbox.',
      run() {
        const back = book.shown?.role === 'junk'
        return move(these(), back ? 'inbox' : 'junk', back ? 'No spam:' : 'Called spam:')
      },
    },
    {
      ...write,
      id: 'mail.move',
      title: 'move',
      help: 'Moves it to a folder of its account.',
      run() {
        const mails = these()
        const folders = (book.folders.value ?? []).filter(({ account }) => account === mails[0]!.account)
        shell.menu(
          `Move ${called(mails)}`,
          folders.map(({ id, path, total }) => ({
            id,
            title: sanitiseText(path),
            note: `${total} mails`,
            run: async () => void (await shell.act('move', () => move(mails, path, `Moved to ${path}:`))),
          })),
        )
      },
    },
    {
      ...write,
      id: 'mail.remove',
      title: 'delete',
      help: 'Moves it to the trash; what lies there already is deleted for good.',
      danger: 'confirm',
      deed() {
        const agreed = these()
        const forGood = inTrash(agreed)
        const names = agreed.map(({ subject, from_name, from_address }) =>
          sanitiseText(`${from_name || from_address}: ${subject}`),
        )
        return {
          stakes: {
            title: agreed.length === 1 ? 'Delete this mail' : `Delete ${agreed.length} mails`,
            facts: [
              ...names.slice(0, 8),
              ...(names.length > 8 ? [`and ${names.length - 8} more`] : []),
              forGood > 0 ? `${forGood} in the trash: gone for good.` : 'Into the trash; u takes it back.',
            ],
            verb: 'Delete',
            name: '',
          },
          async run() {
            const { deleted } = await shell.client.call(mail.remove, { ids: agreed.map(({ id }) => id) })
            if (deleted === 0) return done('Deleted', agreed)
            spend(shell, side)
            shell.toast('good', `Deleted ${called(agreed)}${deleted === agreed.length ? ' for good' : ''}.`)
          },
        }
      },
    },
    answering('reply', 'reply', 'Answers whoever wrote it, in a form or in $EDITOR.', 'reply'),
    answering('reply-all', 'reply all', 'Answers everybody.', 'reply_all'),
    answering('forward', 'forward', 'Sends it on, with what hangs on it.', 'forward'),
    {
      ...read,
      id: 'mail.resume',
      title: 'write on',
      help: 'Goes on with a draft of the Drafts folder.',
      writes: true,
      disabled: () => one() ?? (side.selected!.draft ? undefined : 'it is no draft'),
      run: () => resume(shell, book, side.selected!),
    },
    {
      ...read,
      id: 'mail.save',
      title: 'save',
      help: 'Saves what hangs on it.',
      run: async () => saveAttachment(shell, await text()),
    },
    {
      ...read,
      id: 'mail.view',
      title: 'open attachment',
      help: 'Opens what hangs on it with the program that is set for that.',
      run: async () => openAttachment(shell, await text()),
    },
    {
      ...read,
      id: 'mail.page',
      title: 'pager',
      help: 'Opens the whole text in $PAGER.',
      run: async () => void (await shell.page((await text()).body)),
    },
    {
      ...read,
      id: 'mail.copy',
      title: 'copy',
      help: 'Copies its text, a whole link of it, its sender, subject or id.',
      run() {
        const { id, from_address, subject, message_id } = side.selected!
        const choice = (name: string, text: () => string | Promise<string>) => ({
          id: name,
          title: name,
          run: async () =>
            void (await shell.act('copy', async () => shell.copy(await text(), `the ${name}`))),
        })
        const links = linksOf(reading.of(side.selected)?.body ?? '')
        shell.menu('Copy', [
          choice('text', async () => (await reading.now(id)).body),
          ...(links.length > 0
            ? [{ id: 'link', title: 'link ..', note: several(links.length), run: () => which(links) }]
            : []),
          choice('sender', () => from_address),
          choice('subject', () => subject),
          choice('message id', () => message_id),
        ])
      },
    },
    {
      id: 'mail.filter',
      title: 'only ..',
      help: 'Shows only the unread, flagged, unanswered ones, or those with a tag.',
      where: ['mail.list'],
      danger: 'none',
      run() {
        const only = (filter: string) => {
          book.filter = filter
          book.ask(book.home)
        }
        shell.menu('Show', [
          ...FILTERS.map(filter => ({
            id: filter,
            title: filterWords(filter),
            run: () => only(filter),
          })),
          { id: 'spam', title: 'spam', run: () => only('tag:spam') },
          {
            id: 'tag',
            title: 'with a tag ..',
            run: () =>
              shell.ask({ label: 'tag: ', enter: text => only(text.trim() ? `tag:${text.trim()}` : 'all') }),
          },
        ])
      },
    },
  ]

  function which(links: readonly string[]): void {
    shell.menu(
      'Copy which link',
      links.map(link => ({
        id: link,
        title: sanitiseText(link),
        run: () => shell.copy(link, 'the link'),
      })),
    )
  }

  function step(by: number): Promise<void> | undefined {
    book.mails.move({ rows: by })
    const next = side.selected
    if (!next || next.read || shell.readOnly) return
    return shell.client.call(mail.read, { id: next.id, mark: true }).then(() => undefined)
  }

  function answering(
    id: string,
    title: string,
    help: string,
    mode: 'reply' | 'reply_all' | 'forward',
  ): Action<Shell, never> {
    return {
      ...read,
      id: `mail.${id}`,
      title,
      help,
      writes: true,
      run: () => answer(shell, book, side.selected!, mode),
    }
  }
}

/** What works anywhere in the pane. */
export function placeActions(shell: Shell, book: MailBook): Action<Shell, never>[] {
  const everywhere = { where: ['mail'], danger: 'none' as const }
  const search = (kind: 'everywhere' | 'server', title: string, help: string): Action<Shell, string> => ({
    ...everywhere,
    id: `mail.find-${kind}`,
    title,
    help,
    args: z.string().trim().min(1, 'say what to look for').max(200, 'that is too long'),
    run(_shell, words) {
      shell.side = 'list'
      book.mails.filter.text = ''
      book.ask({ kind, words })
    },
  })
  return [
    {
      ...everywhere,
      id: 'mail.compose',
      title: 'write',
      help: 'Writes a mail: a form, with its text there or in $EDITOR.',
      writes: true,
      disabled: () =>
        book.known.some(({ smtp }) => smtp) ? undefined : 'no account can send yet; C adds one',
      run: () => composeForm(shell, book),
    },
    search(
      'everywhere',
      'search all',
      'Searches every folder of every account, as far as it is here.',
    ) as Action<Shell, never>,
    {
      ...search('server', 'search the server', 'Lets the server search this folder, whole bodies too.'),
      disabled: () =>
        book.home.kind === 'inboxes' ? 'a server searches one folder: open that folder first' : undefined,
    } as Action<Shell, never>,
    {
      ...everywhere,
      id: 'mail.check',
      title: 'check',
      help: 'Asks the servers now.',
      async run() {
        const { fresh } = await shell.client.call(mail.sync, {})
        shell.toast('info', fresh === 0 ? 'Nothing new.' : `${fresh} new.`)
        book.refresh()
      },
    },
    {
      ...everywhere,
      id: 'mail.folders',
      title: 'folders',
      help: 'Shows the folders of every account, with how many are unread.',
      run: () => book.go('folders'),
    },
    {
      ...everywhere,
      id: 'mail.letters',
      title: 'letters',
      help: 'What is being written here.',
      run: () => book.go('letters'),
    },
    {
      ...everywhere,
      id: 'mail.outbox',
      title: 'outbox',
      help: 'What is on its way, and what became of it.',
      run: () => book.go('outbox'),
    },
    {
      ...everywhere,
      id: 'mail.back',
      title: 'back',
      help: 'From the text to the list, from the list to the folders.',
      where: ['mail.read', 'mail.list'],
      run() {
        if (shell.side === 'detail') shell.side = 'list'
        else book.go('folders')
      },
    },
    {
      ...everywhere,
      id: 'mail.enter',
      title: 'open',
      help: 'Opens the folder, or what is selected.',
      where: ['mail.folders', 'mail.outbox', 'mail.letters'],
      run() {
        if (book.mode !== 'folders') shell.side = 'detail'
        else if (book.spots.selected) book.open(book.spots.selected)
      },
    },
  ]
}
