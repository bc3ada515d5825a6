import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addMail } from '../../src/cli/mail.ts'
import { runProgram } from '../../src/cli/program.ts'
import { groups } from '../../src/contract/all.ts'
import { type Dovecot, dovecotMissing, startDovecot } from '../peers/dovecot.ts'
import { type Post, put, until, written } from '../peers/post.ts'
import { type Smtp, startSmtp } from '../peers/smtp.ts'
import { type TestWorkspace, testWorkspace } from '../peers/workspace.ts'

const missing = dovecotMissing()
if (missing) console.warn(`left out: mail on the command line: ${missing}`)

describe.skipIf(missing)('ithaca mail', () => {
  let w: TestWorkspace
  let imap: Dovecot
  let smtp: Smtp
  let folder: string
  beforeAll(async () => {
    imap = await startDovecot()
    smtp = await startSmtp({ login: { user: 'ann', pass: 'secret' } })
    w = await testWorkspace()
    folder = mkdtempSync(join(tmpdir(), 'ithaca-save-'))
  })
  afterAll(async () => {
    await w[Symbol.asyncDispose]()
    await smtp[Symbol.asyncDispose]()
    await imap[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true, force: true })
  })

  const ithaca = async (argv: string[], input = ''): Promise<{ code: number; out: string; err: string }> => {
    const [stdout, stderr] = [new PassThrough(), new PassThrough()]
    const said = { out: '', err: '' }
    stdout.on('data', chunk => (said.out += chunk))
    stderr.on('data', chunk => (said.err += chunk))
    process.exitCode = undefined
    const code = await runProgram({
      version: 'test',
      argv,
      open: async () => ({ client: w.client, url: '', close: async () => undefined }),
      groups,
      extend: addMail,
      stdout: stdout as never,
      stderr: stderr as never,
      stdin: Readable.from([input]) as never,
    })
    process.exitCode = undefined
    return { code, ...said }
  }

  test('from an account to a mail read, answered and saved', async () => {
    const added = await ithaca([
      ...['mail', 'accounts', 'add', 'ann@example.org', '--user', 'ann', '--password', 'secret', '--json'],
      ...['--imap-host', '127.0.0.1', '--imap-port', String(imap.port), '--imap-security', 'none'],
      ...['--smtp-host', '127.0.0.1', '--smtp-port', String(smtp.port), '--smtp-security', 'none'],
    ])
    expect(added.code, added.err).toBe(0)
    expect(added.out).not.toContain('secret')
    expect((await ithaca(['mail', 'accounts', 'test', 'ann@example.org'])).out).toContain('ok    smtp')
    expect((await ithaca(['mail', 'accounts', 'list'])).out).toContain('ann@example.org')

    const raw = written(
      {
        From: 'Bob <bob@example.net>',
        Subject: 'Plan \x1b[31m',
        'Message-ID': '<p@example.net>',
        'MIME-Version': '1.0',
        'Content-Type': 'multipart/mixed; boundary=b',
      },
      '--b\nContent-Type: text/plain\n\nThe plan\n--b\nContent-Type: text/csv; name=plan.csv\nContent-Disposition: attachment; filename=plan.csv\n\na,b\n--b--\n',
    )
    await put({ imap } as Post, 'INBOX', raw)
    const listed = await ithaca(['mail', 'list', '--refresh', '--json'])
    const [{ id }] = JSON.parse(listed.out).items as [{ id: string }]
    expect((await ithaca(['mail', 'list'])).out).toContain('Plan')
    const read = await ithaca(['mail', 'read', id, '--mark'])
    expect(read.out).toContain('Subject: Plan')
    expect(read.out).toContain('The plan')
    expect(read.out).toContain('[2] plan.csv')
    expect(read.out).not.toContain('\x1b')
    for (const name of ['plan.csv', 'plan (2).csv']) {
      await ithaca(['mail', 'save', id, '--to', folder])
      expect(readFileSync(join(folder, name), 'utf8')).toBe('a,b')
    }
    expect((await ithaca(['mail', 'search', 'plan'])).out).toContain('Plan')

    const file = join(folder, 'note.txt')
    writeFileSync(file, 'a note')
    const replied = await ithaca(['mail', 'reply', id, '--attach', file], 'Agreed.\n')
    expect(replied, replied.err).toMatchObject({ code: 0, out: 'Sent to bob@example.net.\n' })
    expect(smtp.delivered[0]!.raw).toMatch(
      /In-Reply-To: <p@example.net>[\s\S]*Agreed\.[\s\S]*> The plan[\s\S]*note\.txt/,
    )
    const forwarded = await ithaca(['mail', 'forward', id, '--to', 'carl@example.com', '--body', 'See'])
    expect(forwarded, forwarded.err).toMatchObject({ code: 0 })
    expect(smtp.delivered[1]!.raw).toContain('plan.csv')
    await until('the copies', async () =>
      JSON.parse((await ithaca(['mail', 'outbox', '--json'])).out).items.every(
        (each: { filed: string }) => each.filed === 'yes',
      ),
    )
    expect((await ithaca(['mail', 'drafts'])).out).toContain('Nothing')
    await ithaca(['mail', 'send', '--to', 'bob@example.net', '--subject', 'Later', '--body', 'x', '--draft'])
    expect((await ithaca(['mail', 'drafts'])).out).toContain('Later')
  })

  test('a mail that is refused is an exit code and a sentence', async () => {
    smtp.answers.data = () => ({ code: 550, text: 'not here' })
    const refused = await ithaca(['mail', 'send', '--to', 'bob@example.net', '--subject', 's', '--body', 'b'])
    expect(refused).toMatchObject({ code: 1 })
    expect(refused.out).toMatch(/^Not sent: .*not here.*ithaca mail retry/)
    const unreadable = await ithaca([
      'mail',
      'send',
      '--to',
      'bob@example.net',
      '--body',
      'b',
      '--attach',
      '/nowhere/x',
    ])
    expect(unreadable.err).toContain('/nowhere/x cannot be read')
    expect(existsSync(join(folder, 'x'))).toBe(false)
  })
})
