import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { mail } from '../../../src/contract/mail.ts'
import { mailAccounts } from '../../../src/contract/mail-accounts.ts'
import { fillMaildir } from '../../bench/parts/maildir.ts'
import { dovecotMissing } from '../../peers/dovecot.ts'
import { freePort } from '../../peers/port.ts'
import { openPost, type Post, put, settings, until, written } from '../../peers/post.ts'
import { startSmtp } from '../../peers/smtp.ts'
import { ScreenStage, sizes } from './stage.tsx'

const missing = dovecotMissing()
if (missing) console.warn(`left out: the mail pane against a real server: ${missing}`)

const mailed = (post: Post, subject: string, body: string, id: string, more: Record<string, string> = {}) =>
  put(
    post,
    'INBOX',
    written(
      {
        From: 'Bob <bob@example.net>',
        To: 'Ann <ann@example.org>, carl@example.com',
        Subject: subject,
        'Message-ID': `<${id}@x>`,
        ...more,
      },
      body,
    ),
  )

const ben = { address: 'ben@example.org', user: 'ben', from_name: 'Ben' }

const withFile = (post: Post) =>
  mailed(
    post,
    'Files',
    '--b\nContent-Type: text/html\n\n<h1>Plan</h1><p>See below</p>\n--b\nContent-Type: text/csv; name=plan.csv\nContent-Disposition: attachment; filename=plan.csv\n\na,b\n--b\nContent-Type: text/plain; name=run.sh\nContent-Disposition: attachment; filename=run.sh\n\nrm\n--b--\n',
    'files',
    { 'MIME-Version': '1.0', 'Content-Type': 'multipart/mixed; boundary=b' },
  )

test('without an account it says how one is added, and adds it from an address', async () => {
  await using smtp = await startSmtp({ login: { user: 'me@proton.me', pass: 'secret' } })
  await using stage = await ScreenStage.open(sizes[0]!, 'mail')
  await stage.until('C adds one')
  await stage.until(/^C accounts/m)
  await stage.press('m')
  await stage.until('no account can send yet')
  // The one provider that is known and lives on this machine: no network is asked.
  await stage.press('C', '\r')
  await stage.until('Add a mail account')
  await stage.press('me@proton.me')
  await stage.until('reads from 127.0.0.1:1143')
  await stage.until('Proton Mail Bridge')
  await stage.press('\t', '\t', ' ')
  await stage.until('smtp security')
  await stage.press('\t', '\t', '\t', '\t', '127.0.0.1', '\t', String(smtp.port), '\t', ' ', ' ')
  await stage.until(/smtp security\s+< none >/)
  // Nothing is saved before it can work: each thing that is missing or wrong is said in the words of the form.
  await stage.press('\x1b\r')
  await stage.until("Give the password, or choose 'no login'.")
  await stage.press('\x1b[Z', '\x15', 'abc', '\x1b\r')
  await stage.until("smtp port: 'abc' is not a number from 1 to 65535.")
  expect((await stage.workspace.client.call(mailAccounts.list, {})).items).toEqual([])
  await stage.press('\x15', String(smtp.port), '\t', '\t', '\t', '\t', 'secret', '\x1b\r')
  await stage.until('Testing me@proton.me')
  await stage.until(/ok\s+smtp: 127.0.0.1/)
  const { items } = await stage.workspace.client.call(mailAccounts.list, {})
  expect(items).toMatchObject([
    { address: 'me@proton.me', imap: { port: 1143 }, smtp: { port: smtp.port, security: 'none' } },
  ])
})

describe.skipIf(missing).each(sizes.slice(0, 2))('mail on a real server at $cols x $rows', size => {
  const opened = async (post: Post) => {
    await post.w.client.call(mail.sync, {})
    return ScreenStage.open(size, 'mail', post.w)
  }

  test('folders, reading, marks, and what is done with several at once', async () => {
    await using post = await openPost()
    for (const n of [1, 2, 3]) await mailed(post, `Number ${n}`, `Words ${n}`, `n${n}`)
    await mailed(post, '=?utf-8?Q?=1B[2Jboo=1Bc?=', '\x1b[2J\x1b]0;owned\x07 here', 'a2')
    await using stage = await opened(post)
    await stage.until(/4 unread of 4/)
    await stage.press('/', 'number 1', '\r')
    await stage.until(/^> N.*Number 1/m)
    await stage.press('\r')
    await stage.until('Words 1')
    await stage.until('to          Ann <ann@example.org>')
    await stage.press('\x1b', '\x1b')
    await stage.until('boo')
    await stage.until('3 unread of 4')
    expect(stage.screen.leftOn.filter(mode => mode !== 'hidden cursor')).toEqual([])
    // The newest stands first: boo, 3, 2, 1.
    await stage.press('g', 'j', ' ', ' ', 'f')
    await stage.until(/!.*Number 3[\s\S]*!.*Number 2/)
    await stage.press('g', 'j', ' ', ' ', 'A')
    await stage.until('Archived 2 mails')
    await stage.until(() => !stage.screen.text().includes('Number 3'))
    await stage.press('G', 'X')
    await stage.until('Into the trash')
    await stage.later()
    await stage.press('y')
    await stage.until(/Deleted 'Number 1'/)
    await stage.press('c')
    await stage.until('Outbox')
    await stage.press('/', 'Trash', '\r')
    await stage.until(/^> +Trash/m)
    await stage.press('\r')
    await stage.until(/^> .*Number 1/m)
    await stage.press('X')
    await stage.until('gone for good')
    await stage.later()
    await stage.press('n')
    expect(stage.isWhole).toBe(true)
  })

  test.runIf(size.rows > 40)('a wheel over the folders leaves the mails where they are', async () => {
    await using post = await openPost({ before: imap => fillMaildir(imap.maildir('ann'), 40) })
    await using stage = await opened(post)
    await stage.until(/unread of 40/)
    const { pane, layout } = stage.shell
    const box = { ...layout.list!, focused: true }
    const turned = (y: number) => {
      pane.move({ rows: 3, scrolls: true }, 'list', { spot: { x: 1, y }, box })
      return pane.lists!.mails!.at
    }
    const before = pane.lists!.mails!.at
    expect(turned(1)).toBe(before)
    expect(turned(30)).not.toBe(before)
  })

  test('the palette finds a mail in a folder nobody looked at, and opens it', async () => {
    await using post = await openPost()
    for (const name of ['Lost letter', 'Here']) await mailed(post, name, 'Words', name.replace(' ', ''))
    await using stage = await opened(post)
    await stage.until('Lost letter')
    const { items } = await post.w.client.call(mail.search, { q: 'Lost' })
    await post.w.client.call(mail.move, { ids: items.map(({ id }) => id), to: 'archive' })
    await stage.until(() => !stage.screen.text().includes('Lost letter'))
    await stage.press(':', 'lost lett')
    await stage.until(/> Lost letter +Mail/)
    await stage.press('\r')
    await stage.until(/^> .*Lost letter/m)
  })

  test('an answer is written in the form, asked about with everybody named, and sent', async () => {
    await using post = await openPost()
    await mailed(post, 'Lunch', 'At noon?', 'l1')
    await using stage = await opened(post)
    await stage.until('Lunch')
    await stage.press('a')
    await stage.until('> At noon?')
    await stage.until('carl@example.com')
    await stage.press('Yes,', '\r', 'gladly.', '\x1b[Z', '/nowhere/x.txt', '\x1b\r')
    await stage.until('attach: /nowhere/x.txt cannot be read: there is no such file or folder.')
    await stage.press('\x15', '\x1b[Z', '\x1b[Z', 'nobody', '\x1b\r')
    await stage.until("bcc: 'nobody' is not a mail address.")
    await stage.press('\x15', '\x1b\r')
    await stage.until('Send this mail')
    await stage.until(/to\s+Bob <bob@example.net>/)
    await stage.until(/cc\s+carl@example.com/)
    expect(post.smtp.delivered).toHaveLength(0)
    await stage.later()
    await stage.press('y')
    await stage.until(/Sent "Re: Lunch" to bob@example.net, carl@example.com/)
    expect(post.smtp.delivered[0]!.raw).toMatch(
      /In-Reply-To: <l1@x>[\s\S]*Yes,\r\ngladly\.[\s\S]*> At noon\?/,
    )
    await until('the answered flag', async () =>
      (await post.w.client.call(mail.list, {})).items.some(({ answered }) => answered),
    )
    await stage.until(/^> N? *r/m)
    await stage.press('L')
    await stage.until('No letter is being written')
    await stage.press('O')
    await stage.until('A copy lies in Sent')
  })

  test('a letter goes through $EDITOR with a file, waits as a draft on the server, and is written on', async () => {
    await using post = await openPost()
    await using stage = await opened(post)
    const folder = mkdtempSync(join(tmpdir(), 'ithaca-letter-'))
    const file = join(folder, 'note.txt')
    writeFileSync(file, 'a note')
    await stage.until('Nothing in')
    await stage.press('m', '\t', '\t', '\t', 'Later', '\t', '\t', 'Soon.', '\t', ' ', '\r')
    await stage.until('nobody yet')
    stage.editor = `sed -i 's/^To:.*/To: dora@example.com\\nAttach: ${file.replaceAll('/', '\\/')}/'`
    await stage.press('E')
    await stage.until(/to\s+dora@example.com/)
    await stage.until('note.txt')
    await stage.press('D')
    await stage.until('It lies in Drafts')
    await stage.press('c', '/', 'Drafts', '\r', '\r')
    await stage.until('Later')
    await stage.press('e')
    await stage.until(/attached\s+note.txt, of 'Later'/)
    // In the form, too, and it stays what it is where another word changes.
    await stage.press('e')
    await stage.until(/attach +\[note.txt\]/)
    await stage.press('\x1b[Z', '\x1b[Z', '!', '\x1b\r')
    await stage.until('Send this mail')
    await stage.press('\x1b')
    await stage.until(/attached\s+note.txt, of 'Later'/)
    await stage.press('S')
    await stage.until("with    note.txt, of 'Later'")
    await stage.later()
    await stage.press('y')
    await stage.until('Sent "Later!"')
    expect(post.smtp.delivered[0]!.raw).toContain('note.txt')
    await until(
      'the draft to be gone',
      async () =>
        (await post.w.client.call(mail.list, { folder: 'Drafts', refresh: true })).items.length === 0,
    )
    rmSync(folder, { recursive: true })
  })

  test('what was written of a letter in $EDITOR and could not be saved is opened again', async () => {
    await using post = await openPost()
    await using stage = await opened(post)
    await stage.until('Nothing in')
    const words = ['dora@example.com', '\t', '\t', '\t', 'Long', '\t', '\t', 'Soon.', '\t', ' ', '\r']
    await stage.press('m', ...words)
    await stage.until(/to\s+dora@example.com/)
    stage.editor = 'head -c 1000100 /dev/zero | tr "\\0" "x" >>'
    await stage.press('E')
    await stage.until('what you wrote is kept')
    stage.editor = 'sed -i "s/xxxxxxxxx*/Words of an hour/"'
    await stage.press('E')
    await stage.until('Words of an hour')
  })

  test('what may have been sent is held and explained; what failed is written anew', async () => {
    await using post = await openPost()
    post.smtp.answers.data = () => 'cut'
    await using stage = await opened(post)
    await stage.until('Nothing in')
    await stage.press('m', 'dora@example.com', '\t', '\t', '\t', 'Once', '\t', '\t', 'x', '\t', '\r')
    await stage.until('Send this mail')
    await stage.later()
    await stage.press('y')
    await stage.until('"Once" may have been sent')
    await stage.press('O')
    await stage.until(/HELD .*Once/)
    await stage.until('never sent')
    await stage.press('r')
    await stage.until('It may arrive twice')
    await stage.later()
    post.smtp.answers.data = () => ({ code: 550, text: 'no such user' })
    await stage.press('y')
    await stage.until(/FAILED .*Once/)
    await stage.until('no such user')
    await stage.press('e')
    await stage.until(/to\s+dora@example.com/)
    await until(
      'the outbox to be empty',
      async () => (await post.w.client.call(mail.outbox, {})).items.length === 0,
    )
    expect(post.smtp.delivered).toEqual([])
    // Not a word of it was changed: it is another mail all the same, and so is one that u brought back.
    post.smtp.answers = {}
    for (const times of [1, 2]) {
      await stage.press('S')
      await stage.until('Send this mail')
      await stage.later()
      await stage.press('y')
      await until('it to arrive', () => post.smtp.delivered.length === times)
      await stage.until('Sent "Once" to dora@example.com')
      if (times === 1) {
        await stage.press('u')
        await stage.until('Undone: Deleted "Once"')
        await stage.press('L')
        await stage.until(/to\s+dora@example.com/)
      }
    }
  })

  test('a server to send by that is away is said at once, in words, and what it takes later once', async () => {
    await using post = await openPost()
    const away = await freePort()
    await post.w.client.call(mailAccounts.edit, { id: 'ann@example.org', smtp_port: away })
    await using stage = await opened(post)
    await stage.until('Nothing in')
    await stage.press('m', 'dora@example.com', '\t', '\t', '\t', 'Soon', '\t', '\t', 'x', '\t', '\r')
    await stage.until('Send this mail')
    await stage.later()
    await stage.press('y')
    await stage.until(/Not yet sent "Soon": 127.0.0.1: nothing listens/)
    await post.w.client.call(mailAccounts.edit, { id: 'ann@example.org', smtp_port: post.smtp.port })
    await stage.press('O')
    await stage.until(/state\s+queued: 127.0.0.1: nothing listens there/)
    await stage.press('r')
    await stage.until('Sent "Soon" to dora@example.com.')
    await until('what waited for it', () => !stage.screen.text().includes('waits '))
    expect(stage.screen.text()).not.toContain('(2 times)')
  })

  test('what hangs on a mail is saved where it is said; a program is never opened', async () => {
    await using post = await openPost()
    await withFile(post)
    await using stage = await opened(post)
    const folder = mkdtempSync(join(tmpdir(), 'ithaca-files-'))
    await stage.until('+ plan.csv')
    await stage.press('\r')
    await stage.until('See below')
    const many = join(folder, 'new', 'folder')
    await stage.press('s', '\r')
    await stage.until('save all into: ')
    await stage.press('\x15', many, '\r')
    await stage.until(() => existsSync(join(many, 'run.sh')))
    await stage.press('s', 'j', '\r')
    await stage.until('save to: ')
    await stage.press('\x15', join(folder, 'none', 'plan.csv'), '\r')
    await stage.until(/there\s+is\s+no\s+such\s+file\s+or\s+folder/)
    await stage.press('\x1b', 's', 'j', '\r')
    await stage.until('save to: ')
    await stage.press('\x7f'.repeat('~/plan.csv'.length), join(folder, 'mine.csv'), '\r')
    const mine = join(folder, 'mine.csv')
    await until('the file', () => existsSync(mine) && readFileSync(mine, 'utf8') === 'a,b')
    await stage.press('o', 'j', '\r')
    await stage.until('would run as a program')
    await stage.press('o', '\r')
    await stage.until('Open this file')
    await stage.later()
    await stage.press('y')
    await stage.until(/Opened .*plan.csv/)
    rmSync(folder, { recursive: true })
  })
})

describe.skipIf(missing)('mail that comes', () => {
  test('is said once for many, and is in the list by itself; a lost server is said over it', async () => {
    await using post = await openPost({ listen: true })
    await until('a live connection', () =>
      post.w.inside.workspace.mail.folders().some(folder => folder.role === 'inbox' && folder.complete),
    )
    await using stage = await ScreenStage.open(sizes[0]!, 'mail', post.w)
    await stage.until('Nothing in')
    for (const n of [1, 2, 3]) await mailed(post, `News ${n}`, 'x', `w${n}`)
    await stage.until('News 3')
    await stage.until(/note: .*[nN]ew mail/)
    await stage.until('3 unread of 3')
    await post.imap.vanish()
    await stage.until(/! .*again at \d\d:\d\d/)
    await stage.press('c')
    await stage.until(/ann@example.org +! /)
  })

  test('all inboxes are one list where there are several accounts; an invitation is named where there is one', async () => {
    await using post = await openPost({ users: ['ann', 'ben'] })
    await mailed(post, 'For Ann', 'x', 'a1')
    await put(post, 'INBOX', written({ From: 'eve@example.net', Subject: 'For Ben' }), [], 'ben')
    await post.w.client.call(mail.sync, {})
    await using stage = await ScreenStage.open(sizes[0]!, 'mail', post.w)
    await stage.until('For Ann')
    await stage.press('c')
    await stage.until('Outbox')
    expect(stage.screen.text()).not.toContain('All inboxes')
    await post.w.client.call(mailAccounts.add, settings(post.imap, post.smtp, ben))
    await post.w.client.call(mail.sync, {})
    await stage.until('All inboxes')
    await stage.press('g', '\r')
    await stage.until('All inboxes  2 unread of 2')
    await stage.until(/ann@exam.* For Ann/)
    await stage.until(/ben@exam.* For Ben/)
    await stage.press('/', 'ben', '\r')
    await stage.until(() => !stage.screen.text().includes('For Ann'))
    await stage.press('\r')
    await stage.until('from        eve@example.net')
    await stage.until('in          INBOX of ben@example.org')
    expect(stage.screen.text()).not.toContain('i invitation')
    await stage.press('h', '\x1b', 'G', 't')
    await stage.until('Thread: For')
    await stage.press('\x1b')
    await stage.until('All inboxes')
  })

  test('what lies where it is moved to was not moved, and u takes nothing else back', async () => {
    await using post = await openPost()
    await mailed(post, 'Stays', 'x', 's1')
    await post.w.client.call(mail.sync, {})
    await using stage = await ScreenStage.open(sizes[0]!, 'mail', post.w)
    await stage.until('Stays')
    await stage.press('f')
    await stage.until(/^> N!/m)
    await stage.press('M')
    await stage.until("Move 'Stays'")
    await stage.press('\r')
    await stage.until("'Stays' lies there already.")
    expect(
      await post.w.client.call(mail.move, {
        ids: [(await post.w.client.call(mail.list, {})).items[0]!.id],
        to: 'inbox',
      }),
    ).toMatchObject({ moved: 0 })
  })

  test('a thread is shown whole, and the server is searched', async () => {
    await using post = await openPost()
    await mailed(post, 'Talk', 'First words', 't1')
    await mailed(post, 'Other', 'x', 'o1')
    await mailed(post, 'Re: Talk', 'Second words', 't2', { References: '<t1@x>', 'In-Reply-To': '<t1@x>' })
    await post.w.client.call(mail.sync, {})
    await using stage = await ScreenStage.open(sizes[0]!, 'mail', post.w)
    await stage.until('Re: Talk')
    await stage.until('2 mails in this conversation')
    await stage.press('t')
    await stage.until('Thread: Re: Talk')
    await stage.until(() => !stage.screen.text().includes('Other'))
    await stage.press('\x1b')
    await stage.until('Other')
    await stage.press('B', 'First', '\r')
    await stage.until('on the server: First')
    await stage.until(() => !stage.screen.text().includes('Other'))
    await stage.until(/^> .*Talk/m)
  })
})
