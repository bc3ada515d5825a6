import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { mail } from '../../src/contract/mail.ts'
import { mailAccounts } from '../../src/contract/mail-accounts.ts'
import { openCutLine } from '../peers/cut-line.ts'
import { dovecotMissing, startDovecot } from '../peers/dovecot.ts'
import { openTokens, type Tokens } from '../peers/oauth.ts'
import { put, until, written } from '../peers/post.ts'
import { testWorkspace } from '../peers/workspace.ts'

const missing = dovecotMissing()
if (missing) console.warn(`left out: OAuth2 on a mailbox: ${missing}`)

const mailbox = async (seconds: readonly number[]) => {
  let tokens: Tokens | undefined
  const imap = await startDovecot({
    config(folder) {
      tokens = openTokens(folder)
      return tokens.config
    },
  })
  const line = await openCutLine(imap.port)
  const w = await testWorkspace({ listen: true })
  const [asked, given] = [join(w.home, 'asked'), join(w.home, 'tokens')]
  const give = (...lives: number[]): void => {
    writeFileSync(asked, '')
    writeFileSync(given, lives.map(life => `${tokens!.token('ann', life)}\n`).join(''))
  }
  give(...seconds)
  await w.client.call(mailAccounts.add, {
    ...{ address: 'ann@example.org', user: 'ann', smtp_host: '127.0.0.1', smtp_port: 9 },
    ...{ imap_host: '127.0.0.1', imap_port: line.port, imap_security: 'none', smtp_security: 'none' },
    oauth_command: `echo x >> ${asked}; head -n $(wc -l < ${asked}) ${given} | tail -n 1`,
  })
  return {
    ...{ w, imap, line, give },
    state: () => w.inside.workspace.mail.accounts.list()[0]!,
    asked: () => readFileSync(asked, 'utf8').split('\n').length - 1,
    async [Symbol.asyncDispose]() {
      await w[Symbol.asyncDispose]()
      await line[Symbol.asyncDispose]()
      await imap[Symbol.asyncDispose]()
    },
  }
}

test.skipIf(missing)('a mailbox is opened with a token, and again after the token ran out', async () => {
  await using one = await mailbox([3600, -60, 3600])
  await until('a live connection', () => one.state().state === 'live')
  expect(one.asked()).toBe(1)
  expect(one.imap.log()).toMatch(/Login: user=<ann>, method=XOAUTH2|method=OAUTHBEARER/)
  await put(one, 'INBOX', written({ From: 'bob@example.net', Subject: 'First' }))
  await until('the first', () => one.w.inside.workspace.mail.folders().some(({ total }) => total === 1))
  // The session ends; by then the token has, too.
  one.line.watch = (_way, _bytes, cut) => {
    one.line.watch = null
    cut()
  }
  await put(one, 'INBOX', written({ From: 'bob@example.net', Subject: 'Second' }))
  await until('the second', () => one.w.inside.workspace.mail.folders().some(({ total }) => total === 2))
  expect(one.state()).toMatchObject({ state: 'live', reason: null })
  expect(one.asked()).toBe(3)
})

test.skipIf(missing)(
  'a token that is refused is said, and a new one is taken without being asked',
  async () => {
    await using one = await mailbox([-60, -30])
    await until('the reason', () => one.state().reason !== null)
    expect(one.state()).toMatchObject({
      state: 'waiting',
      reason: expect.stringContaining('the login was refused'),
    })
    const { ok, steps } = await one.w.client.call(mailAccounts.test, { id: one.state().id })
    expect(ok).toBe(false)
    expect(steps.find(({ step }) => step === 'imap')).toMatchObject({ ok: false })
    one.give(3600)
    await one.w.client.call(mail.sync, {})
    expect(one.state()).toMatchObject({ state: 'live', reason: null })
  },
)
