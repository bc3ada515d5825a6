import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { todos } from '../../../src/contract/todos.ts'
import { workspace } from '../../../src/contract/workspace.ts'
import { headLine } from '../../../views/shell/chrome.ts'
import { withoutColours } from '../../../views/terminal/sanitise.ts'
import { type TestWorkspace, testWorkspace } from '../../peers/workspace.ts'
import { ScreenStage } from './screen-stage.tsx'

let w: TestWorkspace
beforeAll(async () => {
  w = await testWorkspace()
})
afterAll(() => w[Symbol.asyncDispose]())

const small = { cols: 80, rows: 24 }

describe('the first row', () => {
  const names = ['Cook', 'Todo', 'Cal', 'Mail', 'Mem', 'Docs', 'Ask', 'Hosts', 'Audit', 'Keys']
  const tabs = (badge = '') =>
    names.map((tab, i) => ({ tab, badge: tab === 'Ask' ? badge : '', current: i === 0 }))
  const facts = [
    { text: 'api :7000 daemon', tone: 'quiet' as const },
    { text: 'hosts 2/3', tone: 'quiet' as const },
    { text: '17:00 call the dentist', tone: 'quiet' as const },
  ]

  test.each([80, 100, 120, 200])('shows tabs, questions, the API and the hosts in %i columns', width => {
    const line = withoutColours(headLine(tabs('!2'), facts, width))
    expect(line).toHaveLength(width)
    for (const part of ['[1 Cook]', '!2', '0', 'api :7000']) expect(line).toContain(part)
    if (width >= 100) expect(line).toContain('hosts 2/3')
    if (width >= 200) expect(line).toContain('17:00 call the dentist')
  })

  test('keeps the current tab where hardly anything fits', () => {
    const last = names.map((tab, i) => ({ tab, badge: '', current: i === 9 }))
    expect(headLine(last, facts, 40)).toContain('[0 Keys]')
  })
})

test('a time zone is asked for until it is one, and counts at once', async () => {
  using on = new ScreenStage(w.inside.carry, { cols: 100, rows: 30 }, { kept: null })
  await on.until('Welcome to Ithaca')
  on.send('\r')
  await on.until('time zone: ')
  on.send('Mars/Base\r')
  await on.until("'Mars/Base' is not a time zone")
  await on.until('time zone: Mars/Base')
  on.send('\x15Asia/Tokyo\r')
  await on.until('Asia/Tokyo')
  await on.until('Welcome to Ithaca')
  const status = await w.client.call(workspace.status, {})
  expect(status).toMatchObject({ timezone: 'Asia/Tokyo', timezone_set: true })
  on.send('\x1b')
  const { understood } = await w.client.call(todos.add, { title: 'tea tomorrow 5pm', quick: true })
  expect(understood?.at).toMatch(/17:00:00\+09:00$/)
})

test('what was said can be read again, whole', async () => {
  using on = new ScreenStage(w.inside.carry, small)
  await on.until('api :')
  const long = `the disk of gpu-a is full: ${'/very/long/path'.repeat(9)}/end`
  on.shell.toast('bad', long)
  on.shell.toast('info', 'nothing else')
  await on.until('/end')
  on.send('\x1b')
  await on.until(screen => !screen.text().includes('/end'))
  on.send(':messages\r')
  await on.until('─ Messages')
  await on.until('/end')
  await on.until(/\d\d:\d\d failed: the disk of gpu-a/)
})

test('the pane before comes back with `, the tenth is on 0, and each keeps its zoom', async () => {
  using on = new ScreenStage(w.inside.carry, { cols: 140, rows: 30 })
  await on.until('api :')
  on.send('2z')
  await on.until('[2 ')
  on.send('0')
  await on.until('[0 ')
  await on.settled()
  expect(on.shell.zoomed).toBe(false)
  on.send('`')
  await on.until('[2 ')
  await on.settled()
  expect(on.shell.zoomed).toBe(true)
  const kept = on.shell.keep()
  using next = new ScreenStage(w.inside.carry, { cols: 140, rows: 30 }, { kept })
  await next.until('[2 ')
  expect(next.shell.zoomed).toBe(true)
})
