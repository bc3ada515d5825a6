import { expect, test } from 'vitest'
import { mail } from '../../src/contract/mail.ts'
import { mailAccounts } from '../../src/contract/mail-accounts.ts'
import { openCutLine } from '../peers/cut-line.ts'
import { dovecotMissing } from '../peers/dovecot.ts'
import { openPost, put, until, written } from '../peers/post.ts'

const missing = dovecotMissing()
if (missing) console.warn(`left out: what is asked of a mailbox where nothing is new: ${missing}`)

const message = (subject: string): string => written({ From: 'bob@example.net', Subject: subject })

test.skipIf(missing)(
  'an open folder where nothing is new is asked nothing but that; what came while another was open is found',
  async () => {
    await using post = await openPost()
    await put(post, 'INBOX', message('one'))
    await put(post, 'Archive', message('old'))
    await using line = await openCutLine(post.imap.port)
    const { client } = post.w
    await client.call(mailAccounts.edit, { id: post.account, imap_port: line.port })
    await client.call(mail.sync, {})
    await client.call(mail.sync, { folder: 'INBOX' })
    let asked = ''
    line.watch = (way, bytes) => {
      if (way === 'to') asked += bytes.toString('latin1')
    }
    expect(await client.call(mail.sync, { folder: 'INBOX' })).toMatchObject({ fresh: 0 })
    expect(asked.match(/\S+(?=\r\n)/g)).toEqual(expect.arrayContaining(['NOOP']))
    expect(asked).not.toMatch(/FETCH|SEARCH|SELECT|STATUS/)
    await put(post, 'INBOX', message('two'))
    expect(await client.call(mail.sync, { folder: 'INBOX' })).toMatchObject({ fresh: 1 })
    // Reading elsewhere closes the folder: what comes now nobody tells.
    const [old] = (await client.call(mail.list, { folder: 'Archive', refresh: true })).items
    await client.call(mail.read, { id: old!.id })
    await put(post, 'INBOX', message('three'))
    await put(post, 'Archive', message('four'))
    expect(await client.call(mail.sync, { folder: 'INBOX' })).toMatchObject({ fresh: 1 })
    expect(await client.call(mail.sync, { folder: 'Archive' })).toMatchObject({ fresh: 1 })
    expect((await client.call(mail.list, {})).items).toHaveLength(3)
  },
)

test.skipIf(missing)('news is told again after somebody looked into another folder', async () => {
  await using post = await openPost({ listen: true })
  await put(post, 'Archive', message('old'))
  const { client } = post.w
  await until('everything', () => {
    const folders = post.w.inside.workspace.mail.folders()
    return folders.length > 0 && folders.every(({ complete }) => complete)
  })
  let told = 0
  post.w.inside.workspace.changes.subscribe(events => {
    told += events.filter(({ action }) => action === 'mail.arrived').length
  })
  const [old] = (await client.call(mail.list, { folder: 'Archive', refresh: true })).items
  await client.call(mail.read, { id: old!.id })
  await put(post, 'INBOX', message('one'))
  await until('the first', () => told === 1)
  await client.call(mail.sync, {})
  await put(post, 'INBOX', message('two'))
  await until('the second', () => told === 2)
})
