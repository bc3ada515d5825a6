import { access } from '../../../src/contract/access.ts'
import { calendar } from '../../../src/contract/calendar.ts'
import { calendarAccounts } from '../../../src/contract/calendar-accounts.ts'
import { cookbook } from '../../../src/contract/cookbook.ts'
import { documents } from '../../../src/contract/documents.ts'
import { hosts } from '../../../src/contract/hosts.ts'
import { mail } from '../../../src/contract/mail.ts'
import { mailAccounts } from '../../../src/contract/mail-accounts.ts'
import { memory } from '../../../src/contract/memory.ts'
import { todos } from '../../../src/contract/todos.ts'
import { davMissing, startDav } from '../../peers/caldav.ts'
import { dovecotMissing, startDovecot } from '../../peers/dovecot.ts'
import { type TestKitchen, testKitchen } from '../../peers/kitchen.ts'
import { put, settings, written } from '../../peers/post.ts'
import { ics } from '../../peers/shared-calendar.ts'
import { startSmtp } from '../../peers/smtp.ts'
import { furnish, texts } from './hostile.ts'

export interface Furnished extends AsyncDisposable {
  readonly kitchen: TestKitchen
  /** Something an agent does meanwhile; `pick(n)` is a number below n. */
  meddle(pick: (below: number) => number): Promise<void>
}

const lines = (count: number) =>
  Array.from({ length: count }, (_, n) => `Line ${n} ${'word '.repeat(n % 40)}`).join('\n')

/** A house that is lived in: of everything some, in every state, with long and hostile text, while agents come and go. */
export async function openFurnished(): Promise<Furnished> {
  const closing: AsyncDisposable[] = []
  const kitchen = await testKitchen()
  closing.push(kitchen)
  const { client } = kitchen.w
  await furnish(kitchen)
  await serves(kitchen)
  const day = new Date().toISOString().slice(0, 10)
  const series = { summary: 'Stand-up', start: `${day}T09:00`, rrule: 'FREQ=DAILY', alarms: [10] }
  await client.call(calendar.add, series)
  await client.call(calendar.add, { summary: 'Holiday', start: day, rrule: 'FREQ=WEEKLY;BYDAY=MO,FR' })
  for (let n = 0; n < 120; n++) {
    await client.call(todos.add, { title: `Task ${n} ${texts[n % texts.length]}`, label: `l${n % 5}` })
    await client.call(memory.add, { text: `Fact ${n}. ${lines(n % 12)}`, category: 'fact' })
  }
  await client.call(documents.add, { title: 'Long', language: 'markdown', content: lines(3000) })
  await conflict(closing, kitchen, day)
  await letters(closing, kitchen)
  const secrets = await Promise.all([
    kitchen.w.token('busy', ['todos:write', 'memory:write', 'documents:write', 'calendar:write']),
    kitchen.w.token('shy', [], { ask: ['todos:write', 'cookbook:launch'] }),
  ])
  return {
    kitchen,
    meddle: pick => meddle(kitchen, secrets, pick),
    async [Symbol.asyncDispose]() {
      for (const part of closing) await part[Symbol.asyncDispose]()
    },
  }
}

async function serves({ launch, until, w }: TestKitchen): Promise<void> {
  const modest = 'vllm serve --gpu-memory-utilization 0.2 Qwen/Qwen3-0.6B'
  const ready = await launch(modest, { name: 'alpha' })
  const stopped = await launch(modest, { name: 'beta' })
  const dead = await launch('vllm serve deepseek-ai/DeepSeek-V3 --max-model-len 98304', { name: 'omega' })
  await until(ready.id, 'ready')
  await until(stopped.id, 'ready')
  await until(dead.id, 'crashed')
  await w.client.call(cookbook.stop, { id: stopped.id, force: true })
}

async function conflict(closing: AsyncDisposable[], { w }: TestKitchen, day: string): Promise<void> {
  if (davMissing('radicale')) return
  const dav = await startDav('radicale', {})
  closing.push(dav)
  await dav.make('work', { name: 'Work', color: '#ff8800' })
  const { client } = w
  const account = { server: `http://127.0.0.1:${dav.port}/`, name: 'Test', user: 'ann', password: 'secret' }
  await client.call(calendarAccounts.add, account)
  const at = [`DTSTART:${day.replaceAll('-', '')}T090000Z`, `DTEND:${day.replaceAll('-', '')}T100000Z`]
  await dav.put('work', 'one.ics', ics('one', 'Both sides', ...at))
  await client.call(calendarAccounts.sync, { account: 'Test' })
  const { items } = await client.call(calendar.search, { q: 'Both sides' })
  await client.call(calendar.edit, { id: items[0]!.id, location: 'my place' })
  await dav.put('work', 'one.ics', ics('one', 'Both sides', ...at, 'LOCATION:their place'))
  await client.call(calendarAccounts.sync, { account: 'Test' })
}

async function letters(closing: AsyncDisposable[], { w }: TestKitchen): Promise<void> {
  if (dovecotMissing()) return
  const imap = await startDovecot()
  const smtp = await startSmtp({ login: { user: 'ann', pass: 'secret' } })
  closing.push(imap, smtp)
  for (let n = 0; n < 30; n++) {
    const subject = `=?utf-8?B?${Buffer.from(`${n} ${texts[n % texts.length]}`).toString('base64')}?=`
    const from = `"Bob ${n % 4}" <bob@example.net>`
    const headers = { From: from, To: 'ann@example.org', Subject: subject, 'Message-ID': `<${n}@x>` }
    await put({ imap }, 'INBOX', written(headers, lines(n * 10)))
  }
  await w.client.call(mailAccounts.add, settings(imap, smtp))
  await w.client.call(mail.sync, {})
}

/** An agent adds, changes and takes away; it asks; the operator's own other programs launch, stop, and forget a host. */
async function meddle(
  { w, launch }: TestKitchen,
  [busy, shy]: readonly string[],
  pick: (below: number) => number,
): Promise<void> {
  const agent = w.as(busy!)
  const text = texts[pick(texts.length)]!
  const one = <T>(items: readonly T[]): T | undefined => items[pick(Math.max(1, items.length))]
  const chores: (() => Promise<unknown>)[] = [
    () => agent.call(todos.add, { title: `From an agent: ${text}`, due: 'tomorrow 9am' }),
    async () => {
      const todo = one((await agent.call(todos.list, {})).items)
      if (todo) await agent.call(pick(2) === 0 ? todos.done : todos.remove, { id: todo.id })
    },
    () => agent.call(memory.add, { text: `${text} ${pick(1000)}` }),
    async () => {
      const fact = one((await agent.call(memory.list, {})).items)
      if (fact) await agent.call(memory.remove, { id: fact.id })
    },
    () => agent.call(documents.add, { title: text, content: text }),
    async () => {
      const document = one((await agent.call(documents.list, {})).items)
      if (document) await agent.call(documents.remove, { id: document.id })
    },
    () => agent.call(calendar.add, { summary: text, start: 'today 15:00' }),
    async () => {
      const event = one((await agent.call(calendar.search, { q: 'a' })).items)
      if (event) await agent.call(calendar.remove, { id: event.id })
    },
    async () =>
      void w
        .as(shy!)
        .call(todos.add, { title: text })
        .catch(() => undefined),
    async () => {
      const { items } = await w.client.call(access.approvals, {})
      const asked = one(items)
      if (asked) await w.client.call(access.decide, { id: asked.id, allow: false })
    },
    async () => {
      const { items } = await w.client.call(cookbook.tasks, { state: 'live' })
      const serve = one(items)
      if (items.length < 3) await launch('vllm serve --gpu-memory-utilization 0.2 Qwen/Qwen3-0.6B')
      else if (serve) await w.client.call(cookbook.stop, { id: serve.id, force: true })
    },
    async () => {
      const { items } = await w.client.call(hosts.list, {})
      const host = one(items.filter(({ id }) => id !== 'local'))
      if (items.length < 6)
        await w.client.call(hosts.add, { name: `box ${pick(99)}`, target: 'x@box.invalid' })
      else if (host) await w.client.call(hosts.remove, { id: host.id })
    },
  ]
  // What was there a moment ago may be gone by now: that is the life it shares the house with.
  await one(chores)!().catch(() => undefined)
}
