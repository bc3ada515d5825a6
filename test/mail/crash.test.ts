import { spawn } from 'node:child_process'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { createClient } from '../../src/client/client.ts'
import { openInside } from '../../src/connect/inside.ts'
import { mail } from '../../src/contract/mail.ts'
import { mailAccounts } from '../../src/contract/mail-accounts.ts'
import { takeOwnership } from '../../src/workspace/owner.ts'
import { type Smtp, startSmtp } from '../peers/smtp.ts'
import { testWorkspace } from '../peers/workspace.ts'

const root = resolve(import.meta.dirname, '../..')

/** A sender that is killed at one point of the conversation; then what the next opening of its workspace makes of it. */
const killedWhile = async (smtp: Smtp, when: (die: () => void) => Smtp['answers']) => {
  await using w = await testWorkspace()
  await w.client.call(mailAccounts.add, {
    ...{ address: 'ann@example.org', send_only: true },
    ...{ smtp_host: '127.0.0.1', smtp_port: smtp.port, smtp_security: 'none' },
  })
  await w.inside.close()
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', join(root, 'test/peers/mail-sender.ts')],
    { env: { ...process.env, ITHACA_HOME: w.home }, stdio: ['ignore', 'ignore', 'inherit'] },
  )
  const gone = new Promise(done => child.once('exit', (_code, signal) => done(signal)))
  smtp.answers = when(() => child.kill('SIGKILL'))
  expect(await gone).toBe('SIGKILL')
  smtp.answers = {}
  const inside = await openInside({ paths: w.paths, version: '0.0.0-test' }, takeOwnership(w.paths)!)
  try {
    await inside.workspace.mail.outbox.pump()
    return (await createClient(inside.carry).call(mail.outbox, {})).items
  } finally {
    await inside.close()
  }
}

test('killed after the data and before the answer: held as unknown, not sent again', async () => {
  await using smtp = await startSmtp()
  const left = await killedWhile(smtp, die => ({
    data: () => {
      die()
      return 'cut'
    },
  }))
  expect(left).toMatchObject([{ subject: 'Once', state: 'unknown' }])
  expect(smtp.taken()).toBe(1)
})

test('killed before the data: sent by the next one, once', async () => {
  await using smtp = await startSmtp()
  const left = await killedWhile(smtp, die => ({
    from: () => {
      die()
      return 'cut'
    },
  }))
  expect(left).toMatchObject([{ subject: 'Once', state: 'sent' }])
  expect(smtp.delivered).toHaveLength(1)
})
