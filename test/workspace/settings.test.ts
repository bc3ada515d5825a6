import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { events } from '../../src/contract/events.ts'
import { todos } from '../../src/contract/todos.ts'
import { workspace as routes } from '../../src/contract/workspace.ts'
import { setConfig } from '../../src/workspace/config.ts'
import { type TestWorkspace, testWorkspace } from '../peers/workspace.ts'

/** The next thing that is said about the settings. */
const said = (w: TestWorkspace) =>
  new Promise<{ action: string; summary: string }>(resolve => {
    const stop = w.inside.workspace.changes.subscribe(events => {
      const event = events.find(one => one.noun === 'config')
      if (!event) return
      stop()
      resolve({ action: event.action, summary: event.summary })
    })
  })

test('an open workspace follows its config file, and says what has to wait', async () => {
  await using w = await testWorkspace({ listen: true, config: '[owner]\ntimezone = "UTC"\n' })
  const { workspace } = w.inside
  const told = said(w)
  writeFileSync(
    w.paths.configFile,
    '[owner]\ntimezone = "Asia/Tokyo"\n[api]\nport = 7345\nrate = 3\nburst = 3\n[reminders]\nquiet = "22:00-07:00"\n',
  )
  expect(await told).toEqual({
    action: 'config.changed',
    summary: 'In effect: owner.timezone, api.rate, api.burst, reminders.quiet; at the next start: api.port',
  })
  expect(workspace.zone()).toBe('Asia/Tokyo')
  expect(workspace.config.reminders.quiet).toBe('22:00-07:00')
  const token = await w.token('bot', ['todos:read'])
  const asked = await Promise.all(
    Array.from({ length: 5 }, () => w.request('GET', '/api/v1/todos', { token })),
  )
  expect(asked.map(answer => answer.status).filter(status => status === 429).length).toBeGreaterThan(0)
  expect(await w.client.call(routes.status, {})).toMatchObject({
    timezone: 'Asia/Tokyo',
    config_problem: null,
    config_waiting: ['api.port'],
  })
  const back = said(w)
  setConfig(w.paths.configFile, 'api.port', null)
  expect((await back).action).toBe('config.changed')
  expect((await w.client.call(routes.status, {})).config_waiting).toEqual([])
})

test('what changed in the settings is in the trail', async () => {
  await using w = await testWorkspace({ config: '[owner]\ntimezone = "UTC"\n' })
  setConfig(w.paths.configFile, 'owner.timezone', 'Asia/Tokyo')
  const { items } = await w.client.call(events.audit, { noun: 'config' })
  expect(items).toMatchObject([
    { actor: 'operator', action: 'config.changed', summary: 'In effect: owner.timezone' },
  ])
})

test('what was set before a request was made holds for it', async () => {
  await using w = await testWorkspace({ config: '[owner]\ntimezone = "UTC"\n' })
  for (const [zone, due] of [
    ['Asia/Tokyo', '2031-05-06T17:00:00+09:00'],
    ['America/New_York', '2031-05-06T17:00:00-04:00'],
  ] as const) {
    setConfig(w.paths.configFile, 'owner.timezone', zone)
    const { todo } = await w.client.call(todos.add, { title: zone, due: '2031-05-06 17:00' })
    expect(todo.due).toBe(due)
  }
})

test('a config file that cannot be read changes nothing and stops nobody', async () => {
  await using w = await testWorkspace({ config: '[owner]\ntimezone = "Asia/Tokyo"\n' })
  rmSync(w.paths.configFile)
  mkdirSync(w.paths.configFile)
  const { timezone, config_problem } = await w.client.call(routes.status, {})
  expect(timezone).toBe('Asia/Tokyo')
  expect(config_problem).toContain('cannot be read: EISDIR')
})

test('a config file that is wrong changes nothing and is told, until it is mended', async () => {
  await using w = await testWorkspace({ listen: true, config: '[owner]\ntimezone = "Asia/Tokyo"\n' })
  const refused = said(w)
  writeFileSync(w.paths.configFile, '[owner]\ntimezone = "Nowhere/Land"\n[reminders]\nday_start = "10:00"\n')
  expect((await refused).action).toBe('config.refused')
  expect(w.inside.workspace.zone()).toBe('Asia/Tokyo')
  expect(w.inside.workspace.config.reminders.day_start).toBe('09:00')
  const { config_problem } = await w.client.call(routes.status, {})
  expect(config_problem).toContain('line 2')
  expect(config_problem).toContain('owner.timezone')
  const mended = said(w)
  writeFileSync(w.paths.configFile, '[owner]\ntimezone = "Asia/Tokyo"\n')
  expect((await mended).action).toBe('config.changed')
  expect((await w.client.call(routes.status, {})).config_problem).toBeNull()
})

test('a workspace whose file names a theme that there is not opens, says so, and takes what is written later', async () => {
  await using w = await testWorkspace({ listen: true, config: '[screen]\ntheme = "high-contrast"\n' })
  const { config } = w.inside.workspace
  const problem = async () => (await w.client.call(routes.status, {})).config_problem
  expect(config.screen.theme).toBe('auto')
  expect(await problem()).toContain("line 2: 'screen.theme' is no theme")
  const later = said(w)
  writeFileSync(w.paths.configFile, '[screen]\ntheme = "purple"\nmouse = true\n')
  expect(await later).toEqual({ action: 'config.changed', summary: 'In effect: screen.mouse' })
  expect(config.screen).toMatchObject({ mouse: true, theme: 'auto' })
  expect(await problem()).toContain("line 2: 'screen.theme' is no theme")
  const { items } = await w.client.call(events.audit, { noun: 'config' })
  expect(items.map(({ action }) => action)).toEqual(['config.changed'])
  const mended = said(w)
  writeFileSync(w.paths.configFile, '[screen]\ntheme = "contrast"\nmouse = true\n')
  expect(await mended).toEqual({ action: 'config.changed', summary: 'In effect: screen.theme' })
  expect(await problem()).toBeNull()
})
