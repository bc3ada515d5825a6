import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { ImapFlow } from 'imapflow'
import { describe, expect, test } from 'vitest'
import type { Event } from '../../src/contract/events.ts'
import { mail } from '../../src/contract/mail.ts'
import { mailAccounts } from '../../src/contract/mail-accounts.ts'
import { openCutLine } from '../peers/cut-line.ts'
import { dovecotMissing, startDovecot } from '../peers/dovecot.ts'
import { openPost, type Post, put, settings, until, written } from '../peers/post.ts'
import { startSmtp } from '../peers/smtp.ts'
import { testWorkspace } from '../peers/workspace.ts'

const missing = dovecotMissing()
if (missing) console.warn(`left out: mail in bad luck: ${missing}`)

const letter = { to: 'bob@example.net', subject: 'Later', body: 'x'.repeat(50_000) }

/** A mailbox behind a line that can be cut. */
const behindLine = async () => {
  const post = await openPost()
  const line = await openCutLine(post.imap.port)
  await post.w.client.call(mailAccounts.edit, { id: post.account, imap_port: line.port })
  return {
    ...{ post, line },
    async [Symbol.asyncDispose]() {
      await line[Symbol.asyncDispose]()
      await post[Symbol.asyncDispose]()
    },
  }
}

const account = async (post: Post) => (await post.w.client.call(mailAccounts.list, {})).items[0]!

const inFolder = async (post: Post, folder: string): Promise<string[]> =>
  (await post.w.client.call(mail.list, { folder, refresh: true })).items.map(({ subject }) => subject)

/** Another program at the same mailbox. */
const another = async ({ imap: { port } }: Post): Promise<ImapFlow> => {
  const client = new ImapFlow({
    ...{ host: '127.0.0.1', port, secure: false, doSTARTTLS: false, logger: false },
    auth: { user: 'ann', pass: 'secret' },
  })
  await client.connect()
  return client
}

describe.skipIf(missing)('the server vanishes', () => {
  test.each([
    ['in the middle of an append', 'to' as const],
    ['after an append, before its answer', 'from' as const],
  ])('%s: the draft lies there once', async (_what, way) => {
    await using behind = await behindLine()
    const { post, line } = behind
    await post.w.client.call(mail.sync, {})
    let appending = false
    let sent = 0
    line.watch = (direction, bytes, cut) => {
      if (direction === 'to' && bytes.includes(' APPEND ')) appending = true
      if (!appending) return
      if (direction === 'to') sent += bytes.length
      const now = way === 'to' ? sent > 10_000 : direction === 'from' && bytes.includes('APPENDUID')
      if (!now) return
      line.watch = null
      cut()
    }
    const draft = await post.w.client.call(mail.draft, letter)
    expect(line.watch).toBeNull()
    expect(draft).toMatchObject({ queued: true, uid: null })
    expect((await account(post)).waiting_actions).toBe(1)
    await post.w.client.call(mail.sync, {})
    expect((await account(post)).waiting_actions).toBe(0)
    expect(await inFolder(post, 'Drafts')).toEqual(['Later'])
  })

  test('while it is asked for its numbers: no mail is taken for gone', async () => {
    await using behind = await behindLine()
    const { post, line } = behind
    const subjects = ['three', 'two', 'one']
    for (const Subject of subjects.toReversed()) await put(post, 'INBOX', written({ Subject }))
    expect(await inFolder(post, 'INBOX')).toEqual(subjects)
    const other = await another(post)
    await other.mailboxOpen('INBOX')
    await other.messageDelete('1')
    await other.logout()
    line.watch = (way, bytes, cut) => {
      if (way !== 'to' || !bytes.includes(' UID SEARCH ')) return
      line.watch = null
      cut()
    }
    await expect(post.w.client.call(mail.sync, {})).rejects.toThrow('the connection was lost')
    expect(line.watch).toBeNull()
    const { items } = await post.w.client.call(mail.list, {})
    expect(items.map(({ subject }) => subject)).toEqual(subjects)
    expect(await inFolder(post, 'INBOX')).toEqual(subjects.slice(0, 2))
  })

  test.each([
    ['a mark', ' UID STORE ', (ids: string[]) => ({ ids, read: true })],
    ['a deletion', ' UID EXPUNGE ', null],
    ['a move', ' UID MOVE ', null],
  ] as const)('while it is told of %s: it is told again', async (_what, command, marks) => {
    await using behind = await behindLine()
    const { post, line } = behind
    await put(post, 'Trash', written({ Subject: 'one' }))
    const [one] = (await post.w.client.call(mail.list, { folder: 'trash', refresh: true })).items
    line.watch = (way, bytes, cut) => {
      if (way !== 'to' || !bytes.includes(command)) return
      line.watch = null
      cut()
    }
    const ids = [one!.id]
    const { client } = post.w
    if (marks) await client.call(mail.mark, marks(ids))
    else if (command === ' UID MOVE ') await client.call(mail.move, { ids, to: 'archive' })
    else await client.call(mail.remove, { ids })
    await until('that the line was cut', () => line.watch === null)
    await until('that it is told', async () => {
      await client.call(mail.sync, {})
      return (await account(post)).waiting_actions === 0
    })
    const other = await another(post)
    const seen = async (folder: string) => {
      const { exists } = await other.mailboxOpen(folder)
      const all = exists > 0 ? await other.fetchAll('1:*', { flags: true }) : []
      return all.map(({ flags }) => flags!.has('\\Seen'))
    }
    expect(await seen('Trash')).toEqual(marks ? [true] : [])
    expect(await seen('Archive')).toEqual(command === ' UID MOVE ' ? [false] : [])
    await other.logout()
  })

  test('in the middle of an attachment: that is said, and the next try has all of it', async () => {
    await using behind = await behindLine()
    const { post, line } = behind
    const content = 'ithaca '.repeat(60_000)
    const raw = written(
      {
        ...{ From: 'bob@example.net', Subject: 'Large', 'MIME-Version': '1.0' },
        'Content-Type': 'multipart/mixed; boundary=b',
      },
      `--b\nContent-Type: text/plain\n\nSee\n--b\nContent-Type: text/csv; name=a.csv\nContent-Disposition: attachment; filename=a.csv\n\n${content}\n--b--\n`,
    )
    await put(post, 'INBOX', raw)
    const [large] = (await post.w.client.call(mail.list, { refresh: true })).items
    await post.w.client.call(mail.read, { id: large!.id })
    let came = 0
    line.watch = (way, bytes, cut) => {
      if (way === 'from') came += bytes.length
      if (came < 200_000) return
      line.watch = null
      cut()
    }
    const read = async () => {
      const response = await post.w.client.stream(mail.attachment, { id: large!.id, part: '2' })
      return (await buffer(response.body as never)).toString()
    }
    await expect(read()).rejects.toThrow()
    expect((await read()).trim()).toBe(content.trim())
  })
})

describe.skipIf(missing)('a full mailbox', () => {
  test('keeps what does not fit, says so once, and files it when there is room', async () => {
    await using imap = await startDovecot({
      config: () => [
        'mail_plugins = quota',
        'protocol imap {\n  mail_plugins = quota imap_quota\n}',
        'plugin {\n  quota = maildir:All\n  quota_rule = *:storage=100K\n}',
      ],
    })
    await using smtp = await startSmtp({ login: { user: 'ann', pass: 'secret' } })
    await using w = await testWorkspace()
    await w.client.call(mailAccounts.add, settings(imap, smtp))
    const post = { w, imap, smtp } as Post
    const said: Event[] = []
    w.inside.workspace.changes.subscribe(events => void said.push(...events))
    await put(
      post,
      'INBOX',
      written({ From: 'bob@example.net', Subject: 'Fill' }, `${'y'.repeat(70)}\n`.repeat(1000)),
    )
    const [fill] = (await w.client.call(mail.list, { refresh: true })).items
    expect(await w.client.call(mail.draft, letter)).toMatchObject({ queued: true })
    await w.client.call(mail.sync, {})
    const refusals = said.filter(({ action }) => action === 'mail.refused')
    expect(refusals.map(({ summary }) => summary)).toEqual([
      expect.stringMatching(/did not file a draft in Drafts: .*[Qq]uota.*It is kept, and tried again/),
    ])
    const sent = await w.client.call(mail.send, letter)
    expect(sent.state).toBe('sent')
    await until(
      'the copy to be refused',
      async () =>
        (await w.client.call(mail.sending, { id: sent.id })).reason?.includes('waits for room') ?? false,
    )
    const other = await import('imapflow').then(
      ({ ImapFlow }) =>
        new ImapFlow({
          ...{ host: '127.0.0.1', port: imap.port, secure: false, doSTARTTLS: false, logger: false },
          auth: { user: 'ann', pass: 'secret' },
        }),
    )
    await other.connect()
    await other.mailboxOpen('INBOX')
    await other.messageDelete(String(fill!.uid), { uid: true })
    await other.logout()
    // One of the two fits at a time.
    await w.client.call(mail.sync, {})
    expect([...(await inFolder(post, 'Drafts')), ...(await inFolder(post, 'Sent'))]).toContain('Later')
    expect(smtp.delivered).toHaveLength(1)
  })
})

describe.skipIf(missing)('a folder that is numbered anew', () => {
  test('what was to be told of its old numbers is not told of the new ones', async () => {
    await using post = await openPost()
    for (const subject of ['one', 'two'])
      await put(
        post,
        'INBOX',
        written({ From: 'bob@example.net', Subject: subject, 'Message-ID': `<${subject}@x>` }),
      )
    const items = (await post.w.client.call(mail.list, { refresh: true })).items
    const said: string[] = []
    post.w.inside.workspace.changes.subscribe(
      events => void said.push(...events.map(({ summary }) => summary)),
    )
    await post.imap.vanish()
    await post.w.client.call(mail.remove, { ids: [items.find(({ subject }) => subject === 'one')!.id] })
    const dir = post.imap.maildir('ann')
    for (const name of readdirSync(dir)) if (name.startsWith('dovecot')) rmSync(join(dir, name))
    // The second within which dovecot numbers folders has to be another one.
    await new Promise(resolve => setTimeout(resolve, 1100))
    await post.imap.start()
    await post.w.client.call(mail.sync, {})
    expect(said.find(summary => summary.includes('numbered the folder anew'))).toBeTruthy()
    expect((await inFolder(post, 'INBOX')).sort()).toEqual(['one', 'two'])
    expect(await inFolder(post, 'Trash')).toEqual([])
  })
})

describe('a token that ran out', () => {
  const command = (folder: string) =>
    `echo x >> ${folder}/asked; head -n $(wc -l < ${folder}/asked) ${folder}/tokens | tail -n 1`
  const sender = async (tokens: string) => {
    const smtp = await startSmtp({ token: 'fresh' })
    const w = await testWorkspace()
    writeFileSync(join(w.home, 'tokens'), tokens)
    await w.client.call(mailAccounts.add, {
      ...{ address: 'ann@example.org', send_only: true, oauth_command: command(w.home) },
      ...{ smtp_host: '127.0.0.1', smtp_port: smtp.port, smtp_security: 'none' },
    })
    return {
      w,
      asked: () => readFileSync(join(w.home, 'asked'), 'utf8').split('\n').length - 1,
      async [Symbol.asyncDispose]() {
        await w[Symbol.asyncDispose]()
        await smtp[Symbol.asyncDispose]()
      },
    }
  }

  test('is asked for once more, and the mail goes', async () => {
    await using one = await sender('stale\nfresh\n')
    expect(await one.w.client.call(mail.send, letter)).toMatchObject({ state: 'sent', attempts: 1 })
    expect(one.asked()).toBe(2)
  })

  test('is asked for once more and no oftener, and that is said', async () => {
    await using one = await sender('stale\nold\nfresh\n')
    const failed = await one.w.client.call(mail.send, letter)
    expect(failed).toMatchObject({ state: 'failed', attempts: 1 })
    expect(failed.reason).toMatch(/refused|[Ii]nvalid|[Aa]uth/)
    expect(one.asked()).toBe(2)
  })

  test.skipIf(missing)('the same for a mailbox', async () => {
    await using post = await openPost()
    writeFileSync(join(post.w.home, 'tokens'), 'wrong\nsecret\n')
    await post.w.client.call(mailAccounts.edit, {
      id: post.account,
      password_command: command(post.w.home),
    })
    expect(await post.w.client.call(mail.sync, {})).toMatchObject({ fresh: 0 })
  })
})

describe('a clock that jumps', () => {
  test.each([
    ['back', -86_400_000],
    ['forward', 86_400_000],
  ])('%s: what waits is sent, once', async (_way, jump) => {
    let ahead = 0
    await using smtp = await startSmtp()
    await using w = await testWorkspace({ now: () => Date.now() + ahead })
    await w.client.call(mailAccounts.add, {
      ...{ address: 'ann@example.org', send_only: true },
      ...{ smtp_host: '127.0.0.1', smtp_port: smtp.port, smtp_security: 'none' },
    })
    smtp.answers.from = () => ({ code: 451, text: 'later' })
    const queued = await w.client.call(mail.send, { ...letter, wait: false })
    await until('the first try', async () => {
      const now = await w.client.call(mail.sending, { id: queued.id })
      return now.attempts === 1 && now.state === 'queued'
    })
    smtp.answers = {}
    ahead = jump
    const { outbox } = w.inside.workspace.mail
    await outbox.pump()
    await outbox.pump()
    expect(await w.client.call(mail.sending, { id: queued.id })).toMatchObject({ state: 'sent' })
    expect(smtp.delivered).toHaveLength(1)
    ahead = 0
    await outbox.pump()
    expect(smtp.delivered).toHaveLength(1)
  })
})
