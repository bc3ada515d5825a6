import { createServer, type Server } from 'node:net'
import { expect, test } from 'vitest'
import { mail } from '../../src/contract/mail.ts'
import { mailAccounts } from '../../src/contract/mail-accounts.ts'
import { dovecotMissing } from '../peers/dovecot.ts'
import { freePort } from '../peers/port.ts'
import { openPost, until } from '../peers/post.ts'

/** A mailbox that refuses every login, and counts them. */
const refusing = async (): Promise<AsyncDisposable & { port: number; logins(): number }> => {
  let logins = 0
  const server: Server = createServer(socket => {
    socket.on('error', () => undefined)
    socket.write('* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] ready\r\n')
    socket.on('data', bytes => {
      for (const line of String(bytes).split('\r\n').filter(Boolean)) {
        const [tag, verb = ''] = line.split(' ')
        if (/^(login|authenticate)$/i.test(verb)) {
          logins += 1
          socket.write(`${tag} NO [AUTHENTICATIONFAILED] wrong password\r\n`)
        } else socket.write(`${tag} OK done\r\n`)
      }
    })
  })
  const port = await freePort()
  await new Promise<void>(resolve => server.listen(port, '127.0.0.1', () => resolve()))
  return {
    port,
    logins: () => logins,
    async [Symbol.asyncDispose]() {
      await new Promise(resolve => server.close(resolve))
    },
  }
}

test.skipIf(dovecotMissing())(
  'a password that was refused is not tried again by whoever only looks',
  async () => {
    await using door = await refusing()
    await using post = await openPost({ listen: true, more: { imap_port: door.port } })
    const { client } = post.w
    const account = async () => (await client.call(mailAccounts.list, {})).items[0]!
    await until('the refusal', async () => (await account()).state === 'waiting')
    const before = door.logins()
    for (let times = 0; times < 5; times++)
      await expect(client.call(mail.list, {})).rejects.toThrow('the login was refused: wrong password')
    expect(door.logins()).toBe(before)
    expect((await account()).retry_at).toBeGreaterThan(Date.now() + 200_000)
    // A person who asks is answered by the server.
    await expect(client.call(mail.sync, {})).rejects.toThrow('the login was refused')
    expect(door.logins()).toBe(before + 1)
  },
)

test.skipIf(dovecotMissing())(
  'an account that was changed is told of by its new connection alone',
  async () => {
    const reach: string[] = []
    {
      await using post = await openPost({ listen: true })
      const { client, inside } = post.w
      inside.workspace.changes.subscribe(events => {
        for (const { action, data } of events)
          if (action === 'mail.account') reach.push((data as { state: string }).state)
      })
      const state = async () => (await client.call(mailAccounts.list, {})).items[0]!.state
      await until('a connection', async () => (await state()) === 'live')
      for (const password of ['wrong', 'secret']) {
        await client.call(mailAccounts.edit, { id: post.account, password })
        // Somebody reads while it is changed: what was begun on the connection before ends there.
        void client.call(mail.sync, {}).catch(() => undefined)
      }
      await until('the new connection', async () => (await state()) === 'live')
    }
    // All of them have ended now, those that were replaced as well.
    expect(reach.slice(-2)).toEqual(['live', 'off'])
  },
)
