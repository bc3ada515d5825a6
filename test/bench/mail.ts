import { connect } from 'node:net'
import { mail } from '../../src/contract/mail.ts'
import { mailAccounts } from '../../src/contract/mail-accounts.ts'
import { type CutLine, openCutLine } from '../peers/cut-line.ts'
import { dovecotMissing } from '../peers/dovecot.ts'
import { openPost, type Post, until } from '../peers/post.ts'
import { newsTimes } from './parts/mail-news.ts'
import { fillMaildir } from './parts/maildir.ts'
import type { Print } from './run.ts'

export const name = 'mail'

const MANY = 50_000
const TURNS = 300
export const run = async (print: Print): Promise<void> => {
  const missing = dovecotMissing()
  if (missing) {
    process.stdout.write(`  left out: ${missing}\n`)
    return
  }
  let headers = (): number => 0
  let done = (): Cost => ({ seconds: 0, mib: 0, late: 0 })
  const post = await openPost({
    listen: true,
    before(imap) {
      fillMaildir(imap.maildir('ann'), MANY)
      done = watched(() => headers())
    },
  })
  try {
    headers = () => inboxOf(post)?.n ?? 0
    await until('every header', () => complete(post), 900_000)
    const { seconds, mib, late } = done()
    print({ what: `first sync of ${MANY.toLocaleString('en')} headers`, value: seconds, unit: 's' })
    print({ what: 'memory that the last nine tenths of them took', value: mib, unit: 'MiB', limit: 60 })
    await reading(post, print)
    const still = watched(() => MANY)
    await new Promise(resolve => setTimeout(resolve, 5000))
    print({
      what: 'how late a timer came while it was read, p99',
      value: late,
      unit: 'ms',
      limit: 33,
      beside: 'with nothing going on',
      beside_value: still().late,
    })
    await nothingNew(post, print)
    await news(post, print)
  } finally {
    await post[Symbol.asyncDispose]()
  }
}

const complete = (post: Post): boolean =>
  post.w.inside.workspace.mail.folders().some(folder => folder.role === 'inbox' && folder.complete)

const inboxOf = (post: Post): { n: number } | undefined =>
  post.w.inside.workspace.store.sql<{ n: number }>('SELECT count(*) AS n FROM mail_messages').get()

const reading = async ({ w }: Post, print: Print): Promise<void> => {
  const { client } = w
  // What is fetched ahead is done when the hundredth is here.
  const { items: newest } = await client.call(mail.list, { limit: 100 })
  const { store } = w.inside.workspace
  const last = newest.at(-1)!.id
  await until(
    'what is fetched ahead',
    () => store.sql('SELECT 1 FROM mail_bodies WHERE id = ?').get(last) !== undefined,
    60_000,
  )
  const inbox = w.inside.workspace.mail.folders().find(folder => folder.role === 'inbox')!
  print({ what: 'headers in the cache', value: inbox.total, unit: 'mails', limit: MANY, least: true })
  const list = await times(() => client.call(mail.list, { limit: 50 }))
  print({
    what: 'list of a folder from the cache, 50 rows, p99',
    value: quantile(list, 0.99),
    unit: 'ms',
    limit: 10,
  })
  const unread = await times(() => client.call(mail.list, { limit: 50, filter: 'unread' }))
  print({ what: 'the unread ones, p99', value: quantile(unread, 0.99), unit: 'ms', limit: 10 })
  const token = await w.token('bench', ['email:read'])
  const codex = await times(() => w.request('GET', '/api/codex/emails?limit=50', { token }))
  print({ what: 'codex list with its total, p99', value: quantile(codex, 0.99), unit: 'ms', limit: 10 })
  const { items } = await client.call(mail.list, { limit: 1 })
  const { id } = items[0]!
  await client.call(mail.read, { id })
  const read = await times(() => client.call(mail.read, { id }))
  print({ what: 'reading a cached mail, p99', value: quantile(read, 0.99), unit: 'ms', limit: 5 })
  const questions = ['invoice', 'cluster kernel', 'bob budget', 'i', '4999', 'nothing-like-it']
  let turn = 0
  const search = await times(() =>
    client.call(mail.search, { q: questions[turn++ % questions.length]!, folder: 'INBOX' }),
  )
  print({ what: 'search across them, p99', value: quantile(search, 0.99), unit: 'ms', limit: 20 })
}

const news = async (post: Post, print: Print): Promise<void> => {
  const { ours, server, bare } = await newsTimes(post)
  for (const share of [0.5, 0.99])
    print({
      what: `from EXISTS to the event, p${share * 100}`,
      ...{ value: quantile(ours, share), unit: 'ms', limit: 50 },
      ...{ beside: 'of that until the server answered', beside_value: quantile(server, share) },
    })
  print({
    what: 'from EXISTS to the header on a bare client, p99',
    ...{ value: quantile(bare, 0.99), unit: 'ms' },
  })
}

/** What travels to learn that nothing came, on a line that counts. */
const nothingNew = async (post: Post, print: Print): Promise<void> => {
  const line = await openCutLine(post.imap.port)
  const { client } = post.w
  const over = async (imap_port: number): Promise<void> => {
    await client.call(mailAccounts.edit, { id: post.account, imap_port })
    const live = async () => (await client.call(mailAccounts.list, {})).items[0]!.state === 'live'
    await until('a live connection', live, 60_000)
  }
  try {
    await over(line.port)
    await bytesOfNothing(post, line, print)
    await over(post.imap.port)
    await client.call(mail.sync, {})
  } finally {
    await line[Symbol.asyncDispose]()
  }
}

const bytesOfNothing = async (post: Post, line: CutLine, print: Print): Promise<void> => {
  const { client } = post.w
  let travelled = 0
  line.watch = (_way, bytes) => {
    travelled += bytes.length
  }
  const bytesOf = async (work: () => Promise<unknown>): Promise<number> => {
    // What follows a command by itself, such as waiting for news again, belongs to it.
    await new Promise(resolve => setTimeout(resolve, 2000))
    const before = travelled
    await work()
    await new Promise(resolve => setTimeout(resolve, 1000))
    return travelled - before
  }
  const folder = await bytesOf(() => client.call(mail.sync, { folder: 'INBOX' }))
  const all = await bytesOf(() => client.call(mail.sync, {}))
  const { one, each } = await leastBytes(post.imap.port)
  const folders = post.w.inside.workspace.mail.folders().length
  print({
    what: 'bytes to learn that a folder has nothing new',
    ...{ value: folder, unit: 'B', beside: 'a bare NOOP and its answer', beside_value: one },
  })
  print({
    what: `bytes to learn that ${folders} folders have nothing new`,
    ...{ value: all, unit: 'B', beside: 'a bare STATUS of each', beside_value: each * folders },
  })
}

/** The same asked by hand, with nothing that could be left out. */
const leastBytes = async (port: number): Promise<{ one: number; each: number }> => {
  const socket = connect(port, '127.0.0.1')
  let heard = ''
  socket.on('data', bytes => (heard += bytes))
  const said = async (command: string): Promise<number> => {
    heard = ''
    socket.write(`${command}\r\n`)
    await until(command, () => heard.includes(`${command.slice(0, 1)} OK`))
    return command.length + 2 + heard.length
  }
  await until('a greeting', () => heard.includes('OK'))
  await said('a LOGIN ann secret')
  await said('b SELECT INBOX')
  const one = await said('c NOOP')
  const each = await said('d STATUS Trash (UIDNEXT)')
  socket.destroy()
  return { one, each }
}

interface Cost {
  seconds: number
  mib: number
  /** How late a timer of 10 ms came, all the while. */
  late: number
}

const watched = (so: () => number): (() => Cost) => {
  const start = performance.now()
  const late: number[] = []
  let tenth = 0
  let peak = 0
  let last = start
  const timer = setInterval(() => {
    const now = performance.now()
    late.push(Math.max(0, now - last - 10))
    last = now
    if (late.length % 10 !== 0) return
    const { rss } = process.memoryUsage()
    if (so() < MANY / 10) tenth = rss
    peak = Math.max(peak, rss)
  }, 10)
  return () => {
    clearInterval(timer)
    return {
      seconds: (performance.now() - start) / 1000,
      mib: (peak - tenth) / 2 ** 20,
      late: quantile(late, 0.99),
    }
  }
}

const times = async (work: () => Promise<unknown>): Promise<number[]> => {
  const took: number[] = []
  for (let turn = 0; turn < TURNS; turn++) {
    const start = performance.now()
    await work()
    took.push(performance.now() - start)
  }
  return took
}

const quantile = (values: readonly number[], share: number): number =>
  values.toSorted((one, other) => one - other)[Math.max(0, Math.ceil(values.length * share) - 1)]!
