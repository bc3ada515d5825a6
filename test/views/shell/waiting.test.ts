import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Carry } from '../../../src/client/client.ts'
import { Problem } from '../../../src/contract/problem.ts'
import { todos } from '../../../src/contract/todos.ts'
import { type TestWorkspace, testWorkspace } from '../../peers/workspace.ts'
import { ScreenStage } from './screen-stage.tsx'

/** A screen whose requests are on their way for as long as a test wants. */
let w: TestWorkspace
let held: { path: RegExp; open: Promise<void> } | null = null
let open: () => void
beforeEach(async () => {
  w = await testWorkspace()
  held = null
})
afterEach(() => w[Symbol.asyncDispose]())

const carry: Carry = async request => {
  const { pathname } = new URL(request.url)
  if (held?.path.test(`${request.method} ${pathname}`)) await held.open
  return w.inside.carry(request)
}

/** These do not arrive until `open`. */
function hold(path: RegExp): void {
  const gate = Promise.withResolvers<void>()
  held = { path, open: gate.promise }
  open = gate.resolve
}

const small = { cols: 80, rows: 24 }

async function stage(...titles: string[]): Promise<ScreenStage> {
  for (const title of titles) await w.client.call(todos.add, { title })
  const on = new ScreenStage(carry, small)
  on.send('2')
  await on.until(screen => titles.every(title => screen.text().includes(title)))
  return on
}

const titles = async () => (await w.client.call(todos.list, {})).items.map(({ title }) => title)
const selected = (on: ScreenStage) => on.screen.rows().find(row => row.startsWith('>'))

test('keys are answered while an answer stays out, and that it does is said', async () => {
  using on = await stage('one', 'two', 'three')
  on.send('g')
  await on.until(() => selected(on)?.includes('three') ?? false)
  hold(/^POST .*done/)
  on.send('tj')
  await on.until(() => selected(on)?.includes('two') ?? false)
  on.send(':')
  await on.until('Do or open')
  await on.until('waiting')
  open()
  await on.until(screen => !screen.text().includes('waiting'))
  expect(await titles()).toEqual(['two', 'one'])
})

test('one change waits for the one before it, so that it is made to what that left', async () => {
  using on = await stage('one', 'two')
  on.send('g')
  await on.until(() => selected(on)?.includes('two') ?? false)
  hold(/^POST .*done/)
  on.send('tt')
  setTimeout(() => open(), 300)
  await on.until('Nothing to do')
})

test('what an answer opens is not opened over what the person went on to', async () => {
  using on = await stage('one')
  const audit = on.shell.panes.findIndex(({ id }) => id === 'audit') + 1
  on.send(`${audit}`)
  await on.until('Added "one"')
  hold(/^GET .*tokens/)
  on.send('A')
  on.send('2')
  await on.until('[2 Todo')
  open()
  await on.until('when you had gone on')
  expect(on.screen.text()).not.toContain('What was done by')
  on.send(`${audit}`)
  await on.until('Added "one"')
  on.send('A')
  await on.until('What was done by')
})

test('^C gives up what an answer would open, at once, and the keys after it go on', async () => {
  using on = await stage('one')
  const audit = on.shell.panes.findIndex(({ id }) => id === 'audit') + 1
  on.send(`${audit}`)
  await on.until('Added "one"')
  hold(/^GET .*tokens/)
  on.send('A')
  await new Promise(resolve => setImmediate(resolve))
  on.send('\x03')
  on.send('2')
  await on.until('given up')
  await on.until('[2 Todo')
  open()
  await on.calm(() => expect(on.screen.text()).not.toContain('What was done by'))
  expect(on.screen.text()).not.toContain('again quits')
})

test('undo waits for what it is to take back', async () => {
  using on = await stage('one', 'two')
  on.send('g')
  await on.until(() => selected(on)?.includes('two') ?? false)
  hold(/^POST .*done/)
  on.send('t')
  on.send('u')
  setTimeout(() => open(), 1500)
  await on.until('Undone')
  expect(await titles()).toEqual(['two', 'one'])
})

test('a form whose answer stays out can be left, and what came of it is said', async () => {
  using on = await stage('one')
  on.send('e')
  await on.until('Edit todo')
  on.send(' more')
  hold(/^PATCH .*todos/)
  on.send('\x1b\r')
  await on.until('Working')
  on.send('\x1b')
  await on.until('Esc again leaves')
  on.send('\x1b')
  await on.until(screen => !screen.text().includes('Working'))
  open()
  await on.until('one more')
})

test('a line that fails late does not come back under other keys, but what was typed does', async () => {
  using on = await stage('one', 'two')
  on.send('g')
  await on.until(() => selected(on)?.includes('two') ?? false)
  hold(/^POST .*snooze|^PATCH .*todos/)
  on.send('w')
  await on.until('due: ')
  on.send('no such day\r')
  await on.until(screen => !screen.text().includes('due: '))
  on.send('j')
  await on.until(() => selected(on)?.includes('one') ?? false)
  open()
  await on.until('Up brings back what you typed')
  expect(on.shell.line).toBeNull()
})

test('what was added without an answer is not added again by the same sentence', async () => {
  let answers = false
  const lossy: Carry = async request => {
    const response = await w.inside.carry(request)
    if (request.method === 'GET' || answers) return response
    answers = true
    throw new Problem('unavailable', 'No answer. It may have been done all the same.', { unreachable: true })
  }
  using on = new ScreenStage(lossy, small, { mode: 'remote' })
  await on.until('127.0.0.1')
  on.send('2+')
  await on.until('add: ')
  on.send('milk\r')
  await on.until('No answer')
  on.send('\r')
  await on.until("Added 'milk'")
  expect(await titles()).toEqual(['milk'])
  on.send('+')
  await on.until('add: ')
  on.send('milk\r')
  await expect.poll(titles).toEqual(['milk', 'milk'])
})

test('another clock and another version over there are said', async () => {
  const other: Carry = async request => {
    const response = await w.inside.carry(request)
    const headers = new Headers(response.headers)
    headers.set('date', new Date(Date.now() - 7_260_000).toUTCString())
    if (!request.url.endsWith('/api/v1/status')) return new Response(response.body, { headers })
    return Response.json({ ...((await response.json()) as object), version: '0.0.1' }, { headers })
  }
  using on = new ScreenStage(other, { cols: 160, rows: 30 }, { mode: 'remote' })
  await on.until('clocks 2h01 apart')
  await on.until('api is 0.0.1')
})

test('a question that no key opened leaves the keys to the line that is typed, and comes after it', async () => {
  using on = await stage('one', 'two')
  on.send('/')
  await on.until(/^\/ /m)
  const answer = on.shell.confirm({ title: 'Trust the key of far', facts: [], verb: 'Trust' })
  await on.later()
  on.send('tway')
  await on.until('/tway')
  expect(on.screen.text()).not.toContain('Trust the key')
  on.send('\x1b')
  await on.until('Trust the key of far')
  await on.later()
  on.send('y')
  expect(await answer).toBe(true)
})

test('the first steps leave the keys to somebody new who types already', async () => {
  hold(/ .*\/status$/)
  using on = new ScreenStage(carry, small, { kept: null })
  await on.until('api :')
  on.send('+call the bank')
  await on.until('quick add: call the bank')
  open()
  await on.until(() => on.shell.world.status.value !== null)
  await on.settled()
  on.send('\r')
  await on.until('Welcome to Ithaca')
  await on.until("Added 'call the bank'")
  expect(await titles()).toEqual(['call the bank'])
})
