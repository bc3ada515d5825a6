import { afterAll, beforeAll, expect, test } from 'vitest'
import { calendar, calendars } from '../../../src/contract/calendar.ts'
import { hosts } from '../../../src/contract/hosts.ts'
import type { Serve } from '../../../src/contract/serve.ts'
import { homes } from '../../../views/panes/homes.ts'
import { type TestKitchen, testKitchen } from '../../peers/kitchen.ts'
import { ScreenStage } from './screen-stage.tsx'

let kitchen: TestKitchen
let serve: Serve
beforeAll(async () => {
  kitchen = await testKitchen()
  serve = await kitchen.launch('vllm serve Qwen/Qwen3-8B')
})
afterAll(() => kitchen[Symbol.asyncDispose]())

async function opened(): Promise<ScreenStage> {
  const on = new ScreenStage(kitchen.w.inside.carry, { cols: 80, rows: 24 })
  await on.until('api :')
  return on
}

/** Enter on the first change of one thing in the audit: what it does by itself comes after. */
async function follow(on: ScreenStage, id: string): Promise<void> {
  on.shell.go('audit')
  await on.shell.pane.reveal!(`object ${id}`)
  await on.until(/^.*operator/m)
  on.send('G')
  await on.until(/> .*operator/)
  on.send('\r')
}

test('whatever has a home has a pane that can show it', async () => {
  using on = await opened()
  const shown = on.shell.panes.flatMap(({ id, reveal }) => (reveal ? [id] : []))
  expect(Object.values(homes).filter(home => !shown.includes(home))).toEqual([])
})

test('from the audit Enter leads to the very host, serve, event and calendar', async () => {
  const { client } = kitchen.w
  await client.call(hosts.add, { name: 'aaa', target: 'x@aaa.invalid' })
  const { added } = await client.call(hosts.add, { name: 'zzz', target: 'x@zzz.invalid' })
  const { event } = await client.call(calendar.add, { summary: 'Regatta', start: '2031-05-01T12:00' })
  const { id } = await client.call(calendars.add, { name: 'Sailing' })
  using on = await opened()
  await follow(on, added[0]!.id)
  await on.until(/\[8 .*\n(.*\n)*> ?zzz/)
  await follow(on, event.id)
  await on.until(/\[3 .*\n(.*\n)*> .*Regatta/)
  await follow(on, id)
  await on.until(/\[3 Cal\*/)
  expect(on.shell.pane.id).toBe('calendar')
  on.shell.go('cook')
  on.send('h')
  await follow(on, serve.id)
  await on.until(/\[1 .*\n(.*\n)*> .*Qwen3-8B/)
})

test('the palette finds a calendar by its name', async () => {
  await kitchen.w.client.call(calendars.add, { name: 'Rowing' })
  using on = await opened()
  on.send(':rowing')
  await on.until(/calendar Rowing +Calendar/)
  on.send('\r')
  await on.until(/\[3 Cal\*/)
})
