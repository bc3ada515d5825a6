import { ImapFlow } from 'imapflow'
import { afterEach, expect, test, vi } from 'vitest'
import { mail } from '../../src/contract/mail.ts'
import type { Mail } from '../../src/contract/mail-words.ts'
import { dovecotMissing } from '../peers/dovecot.ts'
import { openPost, type Post, put, until, written } from '../peers/post.ts'

const missing = dovecotMissing()
if (missing) console.warn(`left out: what happens to a mailbox while it is being read: ${missing}`)

const message = (subject: string): string =>
  written({ From: 'bob@example.net', To: 'ann@example.org', Subject: subject })

afterEach(() => void vi.restoreAllMocks())

/** Does something once, after the server answered what was asked for and before anything is made of it. */
const meanwhile = (asked: 'headers' | 'flags', work: () => Promise<unknown>): void => {
  const fetch = ImapFlow.prototype.fetch
  let done = false
  vi.spyOn(ImapFlow.prototype, 'fetch').mockImplementation(async function* (this: ImapFlow, ...what) {
    const wanted = !done && 'flags' in what[1] && 'envelope' in what[1] === (asked === 'headers')
    const answers = []
    for await (const answer of fetch.apply(this, what)) answers.push(answer)
    if (wanted) {
      done = true
      await work()
    }
    yield* answers
  })
}

const followed = async (subjects: readonly string[]): Promise<Post & { inbox(): Mail[] }> => {
  const post = await openPost({
    listen: true,
    async before(imap) {
      for (const subject of subjects) await put({ imap }, 'INBOX', message(subject))
    },
  })
  const { mail: mailbox } = post.w.inside.workspace
  const inboxOf = () => mailbox.folders().find(({ role, complete }) => role === 'inbox' && complete)
  await until('a mailbox that is read', () => (inboxOf()?.total ?? 0) === subjects.length && live(post))
  return Object.assign(post, {
    inbox: () => mailbox.reading.page([inboxOf()!], { filter: 'all' }, 200).items,
  })
}

const live = (post: Post): boolean => post.w.inside.workspace.mail.accounts.list()[0]!.state === 'live'

test.skipIf(missing)('every one of many mails that come while the last one is read in is told', async () => {
  await using post = await followed(['old'])
  let told = 0
  post.w.inside.workspace.changes.subscribe(events => {
    for (const { action, data } of events)
      if (action === 'mail.arrived') told += (data as { count: number }).count
  })
  meanwhile('flags', async () => {
    const other = new ImapFlow({
      ...{ host: '127.0.0.1', port: post.imap.port, secure: false, doSTARTTLS: false, logger: false },
      auth: { user: 'ann', pass: 'secret' },
    })
    await other.connect()
    for (let turn = 0; turn < 120; turn++) await other.append('INBOX', message(`late ${turn}`))
    await other.logout()
  })
  await put(post, 'INBOX', message('first'))
  await until('all of them', () => post.inbox().length === 122, 20_000)
  await until('that all were told', () => told === 121)
})

test.skipIf(missing)('a mail that is moved away while its folder is read stays away', async () => {
  await using post = await followed(['one', 'two'])
  const [one] = post.inbox().filter(({ subject }) => subject === 'one')
  const seen: boolean[] = []
  post.w.inside.workspace.changes.subscribe(events => {
    if (events.some(({ action }) => action === 'mail.synced'))
      seen.push(post.inbox().some(({ subject }) => subject === 'one'))
  })
  meanwhile('headers', () => post.w.client.call(mail.move, { ids: [one!.id], to: 'archive' }))
  await put(post, 'INBOX', message('three'))
  await until('what came', () => post.inbox().some(({ subject }) => subject === 'three'))
  await until('that it was read', () => seen.length > 0)
  expect(seen).not.toContain(true)
  await until('that the server knows', async () => {
    const { items } = await post.w.client.call(mail.list, { folder: 'archive', refresh: true })
    return items.some(({ subject }) => subject === 'one')
  })
  expect(post.inbox().map(({ subject }) => subject)).toEqual(['three', 'two'])
})

test.skipIf(missing)(
  'what the server says of flags leaves alone what it was not told yet, and takes the rest',
  async () => {
    await using post = await followed(['one'])
    const [one] = post.inbox()
    const marks: [read: boolean, flagged: boolean, tags: string][] = []
    post.w.inside.workspace.changes.subscribe(events => {
      const [now] = post.inbox()
      if (events.some(({ action }) => action === 'mail.synced'))
        marks.push([now!.read, now!.flagged, now!.tags.join()])
    })
    meanwhile('flags', async () => {
      await post.w.client.call(mail.mark, { ids: [one!.id], read: true, tag: 'work' })
      await post.w.client.call(mail.mark, { ids: [one!.id], untag: 'work' })
    })
    const other = new ImapFlow({
      ...{ host: '127.0.0.1', port: post.imap.port, secure: false, doSTARTTLS: false, logger: false },
      auth: { user: 'ann', pass: 'secret' },
    })
    await other.connect()
    const lock = await other.getMailboxLock('INBOX')
    await other.messageFlagsAdd('1', ['\\Flagged', 'home'])
    lock.release()
    await until('what the other one marked', () => marks.length > 0)
    expect(marks[0]).toEqual([true, true, 'home'])
    await until('that the server knows', async () => {
      const again = await other.getMailboxLock('INBOX')
      const found = await other.fetchOne('1', { flags: true })
      again.release()
      const flags = found ? found.flags : undefined
      return flags?.has('\\Seen') === true && !flags.has('work')
    })
    await other.logout()
  },
)
