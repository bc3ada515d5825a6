import { Box as Column } from 'ink'
import type { ReactNode } from 'react'
import { mail } from '../../../src/contract/mail.ts'
import type { Shell } from '../../shell/shell.ts'
import { sanitiseText } from '../../terminal/sanitise.ts'
import { Rows } from '../../widgets/rows.tsx'
import { toned } from '../../widgets/theme.ts'
import type { Box, Motion, Pane, Picked, Side } from '../pane.ts'
import { searchActions, searchIn, TextSide } from '../text-side.tsx'
import { accountActions } from './accounts.ts'
import { mailActions, placeActions } from './actions.ts'
import { MailBook, type Mode } from './book.ts'
import { invitationActions } from './invitation.ts'
import { hints, keys, withoutAccount } from './keys.ts'
import { letterActions } from './letter-actions.ts'
import { MailNews } from './news.ts'
import { outboxActions } from './outbox-actions.ts'
import { Reading } from './reading.ts'
import { accountRows, headRow, reachRows, sendingRows } from './rows.ts'

/** From this height on, the folders stand over the mails. */
const tall = 30
/** Under this height, a text has less over it. */
const short = 14

/** Mail: folders, what lies in them, what is being written, what is on its way. */
export function mailPane(shell: Shell): Pane {
  const book = new MailBook(shell)
  const reading = new Reading(shell)
  const text = new TextSide()
  new MailNews(shell, id => book.own.has(id))
  const side = () =>
    ({
      folders: book.spots,
      mails: book.mails.side,
      letters: book.letters.side.side,
      outbox: book.outbox.side,
    })[book.mode]
  const rows = ({ width, height }: Box): string[] =>
    ({
      folders: () => {
        const { folder, mode } = book.spots.selected ?? {}
        if (folder === null && mode === 'mails')
          return reachRows(
            book.known.filter(({ imap }) => imap),
            width,
          )
        return accountRows(book.known.find(({ id }) => id === folder?.account) ?? book.here, width)
      },
      mails: () => {
        const { selected } = book.mails.side
        return reading.rows(selected, width, height < short, selected ? book.accountOf(selected) : null)
      },
      letters: () => book.letters.rows(width),
      outbox: () => sendingRows(book.outbox.side.selected, width),
    })[book.mode]()
  const current = (): string => {
    const { mode } = book
    if (mode === 'mails') return `mails ${book.mails.side.selected?.id}`
    if (mode === 'letters') return `letters ${book.letters.selected?.id}`
    return `${mode} ${mode === 'outbox' ? book.outbox.side.selected?.id : book.spots.selected?.id}`
  }
  const movers: Record<Mode, (motion: Motion) => void> = {
    folders: motion => book.spots.move(motion),
    mails: motion => book.mails.move(motion),
    letters: motion => book.letters.side.move(motion),
    outbox: motion => book.outbox.move(motion),
  }
  return {
    id: 'mail',
    tab: 'Mail',
    title: 'Mail',
    actions: [
      ...mailActions(shell, book, reading),
      ...letterActions(shell, book),
      ...invitationActions(shell, book, reading),
      ...outboxActions(shell, book),
      ...accountActions(shell, book),
      ...placeActions(shell, book),
      ...searchActions('mail', text),
    ],
    keys,
    share: 0.45,
    places: at => [...(text.sought === null ? [] : ['mail.text']), placeOf(book.mode, at), 'mail'],
    hints(at) {
      if (book.accounts.value?.length === 0 && book.mode !== 'letters') return withoutAccount
      const invited = reading.of(book.mails.side.selected)?.invitation
      return (hints[placeOf(book.mode, at)] ?? []).filter(id => id !== 'mail.invitation' || invited)
    },
    badge: () => {
      const trouble = book.known.some(({ state }) => state === 'waiting')
      const stuck = book.outbox.items.some(({ state }) => state === 'failed' || state === 'unknown')
      const unread = (book.folders.value ?? []).reduce(
        (sum, { role, unread: more }) => sum + (role === 'inbox' ? more : 0),
        0,
      )
      return `${unread > 0 ? `(${unread})` : ''}${trouble || stuck ? '!' : ''}`
    },
    get filter() {
      return { folders: book.spots, mails: book.mails, letters: book.letters.side, outbox: book.outbox }[
        book.mode
      ].filter
    },
    lists: {
      folders: book.spots,
      mails: book.mails,
      letters: book.letters.side,
      outbox: book.outbox,
    },
    hand: () => [side()],
    list: box => listOf(book, side(), box),
    detail: box => text.view(rows(box), box, current()),
    search: () => searchIn(shell, text),
    move(motion, at, under) {
      if (at === 'list') movers[under ? modeAt(book, under.box, under.spot.y) : book.mode](motion)
      else text.move(motion)
    },
    pick: ({ y }, at, box) => (at === 'list' ? pickIn(book, side(), box, y) : null),
    opened() {
      book.look()
      book.refresh()
      reading.again()
    },
    closed() {
      book.stop()
      reading.stop()
    },
    up: at => (at === 'list' ? book.up() : text.forget()),
    async reveal(id) {
      const [, letter] = /^letter (.+)$/.exec(id) ?? []
      if (letter !== undefined) {
        book.mode = 'letters'
        return book.letters.load(letter)
      }
      book.mode = 'mails'
      await book.mails.reveal(id)
    },
    async finds(query, signal) {
      const { items } = await shell.client.call(mail.search, { q: query, limit: 10 }, { signal })
      return items.map(({ id, subject, from_name, from_address }) => ({
        id,
        title: subject || '(no subject)',
        words: `${from_name} ${from_address}`,
        async open() {
          shell.go('mail')
          book.mode = 'mails'
          await shell.act('It was not opened', () => book.mails.reveal(id))
        },
      }))
    },
    objects: () => [
      ...book.mails.items.slice(0, 200).map(one => ({
        id: one.id,
        title: one.subject || '(no subject)',
        words: `${one.from_name} ${one.from_address}`,
        open() {
          shell.go('mail')
          book.mode = 'mails'
          book.mails.side.select(one.id)
        },
      })),
      ...(book.folders.value ?? []).map(folder => ({
        id: folder.id,
        title: `folder ${folder.path}`,
        open() {
          shell.go('mail')
          book.open({ id: folder.id, folder, mode: 'mails', name: folder.path, unread: folder.unread })
        },
      })),
    ],
    remember: () => ({
      account: book.account,
      folder: book.folder,
      inboxes: book.home.kind === 'inboxes',
      mode: book.mode,
      own: [...book.own].slice(-50),
      resumed: [...book.resumed].slice(-50),
    }),
    recall(kept) {
      const { account, folder, inboxes, mode, own, resumed } = kept as Record<string, unknown>
      if (typeof account === 'string') book.account = account
      if (typeof folder === 'string') book.folder = folder
      if (inboxes === true) book.question = book.home = { kind: 'inboxes' }
      if (mode === 'folders' || mode === 'letters' || mode === 'outbox') book.mode = mode
      for (const [from, into] of [
        [own, book.own],
        [resumed, book.resumed],
      ] as const)
        for (const pair of Array.isArray(from) ? from : [])
          if (Array.isArray(pair) && pair.every(one => typeof one === 'string'))
            into.set(...(pair as [string, string]))
    },
  }
}

const placeOf = (mode: Mode, at: Side): string =>
  mode === 'mails' ? (at === 'list' ? 'mail.list' : 'mail.read') : `mail.${mode}`

interface List {
  view(box: Box): ReactNode
  pick(y: number): Picked
}

/** How many rows the folders have over the mails; 0 where they are not both in view. */
function foldersOver({ mode, spotRows }: MailBook, { height }: Box): number {
  const both = height >= tall && mode !== 'letters' && mode !== 'outbox'
  return both ? Math.min(14, Math.floor(height / 3), spotRows + 1) : 0
}

/** Which of the lists in view lies there. */
function modeAt(book: MailBook, box: Box, y: number): Mode {
  const folders = foldersOver(book, box)
  return folders === 0 ? book.mode : y < folders ? 'folders' : 'mails'
}

/** A press in the other of two lists goes to that one. */
function pickIn(book: MailBook, side: List, box: Box, y: number): Picked {
  const folders = foldersOver(book, box)
  const mode = modeAt(book, box, y)
  if (mode === book.mode) return side.pick(mode === 'folders' && folders > 0 ? y : y - folders - 1)
  const picked = mode === 'folders' ? book.spots.pick(y) : book.mails.pick(y - folders - 1)
  if (picked === null) return null
  book.mode = mode
  return 'other'
}

function listOf(book: MailBook, side: List, box: Box): ReactNode {
  const { mode, question } = book
  const folders = foldersOver(book, box)
  const both = folders > 0
  const names = { mails: nameOf(book), letters: 'Being written', outbox: 'Outbox', folders: 'Folders' }
  const head =
    mode === 'mails' || both
      ? headRow(
          {
            account:
              (question.kind === 'inboxes' && book.known.find(({ state }) => state === 'waiting')) ||
              book.here,
            counted: book.counts,
            name: names.mails,
            filter: book.atHome ? book.filter : 'all',
            marked: book.mails.side.state.marked.size,
          },
          box.width,
        )
      : toned(names[mode], 'title')
  const room = Math.max(1, box.height - folders - 1)
  return (
    <Column flexDirection="column" width={box.width} height={box.height} overflow="hidden">
      {both && (
        <Column height={folders} flexShrink={0}>
          {book.spots.view({ ...box, height: folders, focused: box.focused && mode === 'folders' })}
        </Column>
      )}
      <Rows rows={[head]} width={box.width} height={1} />
      {both && mode === 'folders'
        ? book.mails.side.view({ ...box, height: room, focused: false })
        : side.view({ ...box, height: room })}
    </Column>
  )
}

function nameOf({ question, folder, shown }: MailBook): string {
  if (question.kind === 'thread') return sanitiseText(`Thread: ${question.of.subject}`).slice(0, 60)
  if (question.kind === 'everywhere') return sanitiseText(`Everywhere: ${question.words}`)
  if (question.kind === 'inboxes') return 'All inboxes'
  const inbox = shown ? shown.role === 'inbox' : folder === 'INBOX'
  const name = inbox ? 'Inbox' : sanitiseText(shown?.path ?? folder)
  return question.kind === 'server' ? `${name} on the server: ${sanitiseText(question.words)}` : name
}
