import { parse } from 'smol-toml'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { memory } from '../../../src/contract/memory.ts'
import { todos } from '../../../src/contract/todos.ts'
import { workspace } from '../../../src/contract/workspace.ts'
import { bind } from '../../../views/keys/bindings.ts'
import { headLine } from '../../../views/shell/chrome.ts'
import { helpRows } from '../../../views/shell/help.ts'
import { keyNames } from '../../../views/shell/key-names.ts'
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

  test('says at 80 columns, too, that a host is away and that a daemon answers', () => {
    const said = [
      { text: 'hosts 4/5', tone: 'warn' as const },
      { text: 'api :7003 daemon', short: ':7003 daemon', tone: 'quiet' as const },
    ]
    for (const badge of ['', '!2']) {
      const line = withoutColours(headLine(tabs(badge), said, 80))
      expect(line).toHaveLength(80)
      for (const part of ['[1 Cook]', '0Key', 'hosts 4/5', ':7003 daemon']) expect(line).toContain(part)
    }
    expect(withoutColours(headLine(tabs(), said, 120))).toContain('api :7003 daemon')
  })

  test('says that hosts are up in so many words, unless that leaves out who answers', () => {
    const said = [
      { text: 'hosts 4/5 up', short: 'hosts 4/5', tone: 'warn' as const },
      { text: 'api :7003 daemon', short: ':7003 daemon', tone: 'quiet' as const },
    ]
    expect(withoutColours(headLine(tabs('!2'), said, 80))).toContain('hosts 4/5  :7003 daemon')
    expect(withoutColours(headLine(tabs(), said, 120))).toContain('hosts 4/5 up  api :7003 daemon')
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
  on.send('\x15tokyo')
  await on.until('Tab: Asia/Tokyo')
  on.send('\t')
  await on.until(/time zone: Asia\/Tokyo .*it is \d\d:\d\d there/)
  await on.until(screen => !screen.text().includes("'Mars/Base' is not"))
  on.send('\r')
  await on.until('The time zone is Asia/Tokyo')
  await on.until('Welcome to Ithaca')
  await on.until(/Your time zone +Asia\/Tokyo *│/)
  const status = await w.client.call(workspace.status, {})
  expect(status).toMatchObject({ timezone: 'Asia/Tokyo', timezone_set: true })
  // A new host is the one that is looked at, and is tried at once.
  on.send('j\r')
  await on.until('New host')
  on.send('ann@gpu-a.invalid\x1b\r')
  await on.until(/Reach: gpu-a.invalid:22 cannot be reached/)
  const { understood } = await w.client.call(todos.add, { title: 'tea tomorrow 5pm', quick: true })
  expect(understood?.at).toMatch(/17:00:00\+09:00$/)
})

test('moments are told in the zone of the owner, wherever they stand', async () => {
  const { client } = w
  await client.call(workspace.timezone, { timezone: 'Pacific/Kiritimati' })
  await client.call(memory.add, { text: 'told in Kiritimati' })
  using on = new ScreenStage(w.inside.carry, { cols: 100, rows: 30 })
  await on.until('api :')
  const there = new Intl.DateTimeFormat('en-GB', {
    timeZone: 'Pacific/Kiritimati',
    hour: '2-digit',
    minute: '2-digit',
  }).format(Date.now())
  for (const pane of ['audit', 'memory']) {
    on.shell.go(pane)
    await on.until(there.slice(0, 4))
  }
})

test('what cannot be done for the same reason is told once in the help, under that reason', async () => {
  using on = new ScreenStage(w.inside.carry, { cols: 100, rows: 50 })
  await on.until('api :')
  on.shell.go('tokens')
  const rows = helpRows(on.shell, on.shell.places, 90).map(withoutColours)
  expect(rows.filter(row => row.includes('select a token first'))).toEqual(['Not now: select a token first.'])
  expect(rows.findIndex(row => /^X +/.test(row))).toBeGreaterThan(-1)
})

test('names the machine at 80 columns whose workspace is shown', async () => {
  using on = new ScreenStage(w.inside.carry, small, { mode: 'remote' })
  await on.until('127.0.0.1')
  Object.assign(on.link, { url: 'ssh://ann@gpu-box.example.org:2222' })
  on.send('j')
  await on.until(/^.*\[1 Cook\].* gpu-box\.example\.org/)
})

test('what lists the names of keys is what the config file takes', async () => {
  using on = new ScreenStage(w.inside.carry, small)
  await on.until('api :')
  const { screen } = parse(keyNames(on.shell)) as { screen: { keys: Record<string, string[]> } }
  expect(Object.keys(screen.keys)).toEqual(on.shell.actions.all.map(({ id }) => id))
  const taken = bind({}, screen.keys, id => on.shell.actions.get(id)?.where)
  expect(taken.problems).toEqual([])
  expect(taken.bindings).toMatchObject(on.shell.keys)
})

test('a key of its own cancels a line, too, and ^C beside it', async () => {
  using on = new ScreenStage(w.inside.carry, small, { keys: { 'screen.cancel': ['ctrl+g'] } })
  await on.until('api :')
  for (const key of ['\x07', '\x03']) {
    on.send('+')
    await on.until('quick add: ')
    on.send(key)
    await on.until(screen => !screen.text().includes('quick add: '))
  }
})

test('the help names a key once, where it is heard, and those that work over everything', async () => {
  using on = new ScreenStage(w.inside.carry, { cols: 100, rows: 50 })
  await on.until('api :')
  const help = (place: string): string[] =>
    helpRows(on.shell, [place, 'cook', 'everywhere'], 90).map(withoutColours)
  const log = help('cook.log')
  expect(log.filter(row => /^0 /.test(row))).toEqual([expect.stringContaining('left edge')])
  expect(log.filter(row => /(^| )G /.test(row))).toEqual([expect.stringContaining('Goes to the end')])
  for (const key of ['^l', '^z', '^c']) expect(log.filter(row => row.startsWith(key))).toHaveLength(1)
})

test('the help of a host and its menu name what a host can do, and nothing that only a serve has', async () => {
  using on = new ScreenStage(w.inside.carry, { cols: 100, rows: 50 })
  await on.until(/^> +local/m)
  const rows = helpRows(on.shell, on.shell.places, 90).map(withoutColours)
  expect(rows.join('\n')).not.toMatch(/serve first|nothing selected runs/)
  for (const key of ['o', 's', '@', 'l Enter →'])
    expect(rows.some(row => row.startsWith(`${key} `))).toBe(true)
  for (const key of ['c', 'r', 'i', 'd', 'M', 'X'])
    expect(
      rows.some(row => row.startsWith(`${key} `)),
      key,
    ).toBe(false)
  on.send('x')
  await on.until('Actions: local')
  expect(on.screen.text()).not.toContain('select a serve first')
})

test('the help of a pane begins with what it is for, and says what a screen that only reads does not do', async () => {
  using on = new ScreenStage(w.inside.carry, { cols: 40, rows: 10 }, { readOnly: true })
  await on.until('local')
  on.send('7?')
  await on.until(/─ Keys 1-8 of \d+ ─+┐\n│ Approvals +│/)
  const rows = helpRows(on.shell, on.shell.places, 90).map(withoutColours)
  expect(rows.indexOf('List')).toBeGreaterThan(rows.findIndex(row => /^y +Says yes/.test(row)))
  expect(rows.slice(0, rows.indexOf('List')).join('\n')).toMatch(
    /Not now: this screen only reads\.\n(.*\n)*y /,
  )
})

test('a failure is no longer shown once the same has worked', async () => {
  using on = new ScreenStage(w.inside.carry, small)
  await on.until('api :')
  await on.shell.act('The tea was not made', () => Promise.reject(new Error('no water')))
  await on.until('The tea was not made: no water')
  await on.shell.act('The bed was not made', async () => {})
  await on.settled()
  expect(on.screen.text()).toContain('no water')
  await on.shell.act('The tea was not made', async () => {})
  await on.until(screen => !screen.text().includes('no water'))
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

test('what leaving would end is said in one sentence; Esc stays, and nothing is asked where a daemon cannot be left', async () => {
  await w.token('left-alone', ['todos:read'])
  await w.client.call(todos.add, { title: 'Water the plants', due: 'in 20 minutes' })
  using on = new ScreenStage(w.inside.carry, small, { daemon: async () => {} })
  await expect
    .poll(() => on.shell.world.status.value?.next_reminder)
    .toMatchObject({ title: 'Water the plants' })
  on.send('qq')
  await on.until(/nobody is reminded of 'Water the plants' and *│\n.*1 token reaches nobody\./)
  on.send('\x1b')
  await on.until(screen => !screen.text().includes('Leave Ithaca'))
  expect(on.quits).toBe(0)
  using demo = new ScreenStage(w.inside.carry, small)
  await demo.until('api :')
  demo.send('qq')
  await expect.poll(() => demo.quits).toBe(1)
})

test('a token of the first steps is shown until it is kept, and leads back to them', async () => {
  using on = new ScreenStage(w.inside.carry, small)
  await on.until('api :')
  on.send(':first steps\r')
  await on.until('A token for an agent')
  on.send('jj\r')
  await on.until('It   <')
  on.send('newcomer\x1b\r')
  await on.until('export ODYSSEUS_API_TOKEN=ith_')
  on.send('q')
  await on.until('shown this once')
  on.send('\r')
  await on.until('Copied the lines')
  on.send('jjj\r')
  await expect.poll(() => on.ran.flat().join('\n')).toContain('export ODYSSEUS_API_TOKEN=ith_')
  await on.until('show it plain')
  on.send('G\r')
  await on.until('Welcome to Ithaca')
})
