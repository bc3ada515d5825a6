import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cookbook } from '../../../src/contract/cookbook.ts'
import { todos } from '../../../src/contract/todos.ts'
import { Confirm } from '../../../views/shell/overlays/confirm.tsx'
import { FormOverlay } from '../../../views/shell/overlays/form.tsx'
import { Menu } from '../../../views/shell/overlays/menu.tsx'
import { type Furnished, openFurnished } from './furnished.ts'
import { ScreenStage } from './screen-stage.tsx'

let house: Furnished
beforeAll(async () => {
  house = await openFurnished()
}, 120_000)
afterAll(() => house[Symbol.asyncDispose]())

async function closeAll(on: ScreenStage): Promise<void> {
  for (let turn = 0; turn < 20 && (on.shell.overlays.length > 0 || on.shell.line); turn++) {
    on.shell.overlays.at(-1)?.cancel()
    on.shell.line?.cancel()
    await on.settled()
  }
}

/** What of the window on top cannot be seen or reached. */
function missing(on: ScreenStage): string | null {
  const top = on.shell.overlays.at(-1)
  const text = on.screen.text()
  if (text.includes('cannot be drawn')) return 'it cannot be drawn'
  if (!top) return null
  if (!/┌─/.test(text) || !/└─/.test(text)) return 'an edge is cut off'
  if (top instanceof Confirm && !/│ +(\[No\]| No ) +y |│ +Type /.test(text)) return 'its buttons'
  if (top instanceof FormOverlay && !/│ .*Esc leave/.test(text)) return 'its keys'
  if (top instanceof FormOverlay && !/│ > /.test(text)) return 'the field with the keys'
  if (top instanceof Menu && !/│ > /.test(text)) return 'the chosen row'
  return null
}

/** They leave, open nothing, or hand the terminal to somebody else. */
const apart = /^(screen\.(quit|leave|back|read-only|mouse)|cook\.(attach|shell)|hosts\.shell)$/

test('no action of a screen that only reads sends a change, nor does a choice of the first steps', {
  timeout: 240_000,
}, async () => {
  const sent: string[] = []
  const { carry } = house.kitchen.w.inside
  const asks = /\/(serves\/check|fit|mail\/sync|hosts\/[^/]+\/test)$/
  using on = new ScreenStage(
    (request, ...more) => {
      const { pathname } = new URL(request.url)
      if (request.method !== 'GET' && !asks.test(pathname)) sent.push(`${request.method} ${pathname}`)
      return carry(request, ...more)
    },
    { cols: 80, rows: 24 },
    { readOnly: true },
  )
  await on.until('READ ONLY')
  for (const pane of on.shell.panes) {
    on.shell.go(pane.id)
    await on.settled()
    for (const action of pane.actions) {
      if (apart.test(action.id)) continue
      await Promise.race([on.shell.router.run(action), new Promise(resolve => setTimeout(resolve, 100))])
      await closeAll(on)
      if (on.shell.pane !== pane) on.shell.go(pane.id)
    }
  }
  on.shell.go('cook')
  on.send(':first steps\r')
  await on.until('Your time zone')
  for (const _ of [1, 2, 3]) on.send('\rj')
  await on.until('this screen only reads')
  expect(on.shell.line).toBeNull()
  expect(sent).toEqual([])
})

test('what a form or a menu forgot to refuse is refused on its way, and what only asks goes through', async () => {
  const { inside, client } = house.kitchen.w
  const sent: string[] = []
  using on = new ScreenStage(
    (request, ...more) => {
      if (request.method !== 'GET') sent.push(new URL(request.url).pathname)
      return inside.carry(request, ...more)
    },
    { cols: 80, rows: 24 },
    { readOnly: true },
  )
  await on.until('READ ONLY')
  const add = () => on.shell.client.call(todos.add, { title: 'forgotten' })
  await expect(add()).rejects.toThrow('this screen only reads')
  await expect(on.shell.client.ask(todos.add, { title: 'forgotten' })).rejects.toThrow('only reads')
  await expect(on.shell.client.send('POST', '/api/v1/todos', {})).rejects.toThrow('only reads')
  await expect(on.shell.client.stream(todos.add, { title: 'forgotten' })).rejects.toThrow('only reads')
  expect(sent).toEqual([])
  await on.shell.client.call(cookbook.check, { cmd: 'vllm serve a/b' })
  expect(sent).toEqual(['/api/v1/serves/check'])
  on.shell.readOnly = false
  const { todo } = await add()
  await client.call(todos.remove, { id: todo.id })
})

describe.each([
  { cols: 80, rows: 24 },
  { cols: 40, rows: 10 },
])('at $cols x $rows', size => {
  test('whatever an action opens is whole, with all there is to press', { timeout: 240_000 }, async () => {
    using on = new ScreenStage(house.kitchen.w.inside.carry, size)
    await on.until('Cook')
    const faults: string[] = []
    const [opened, tried] = [new Set<string>(), new Set<string>()]
    for (const pane of on.shell.panes)
      for (const side of ['list', 'detail'] as const) {
        on.shell.go(pane.id, side)
        await on.settled()
        for (const action of [...on.shell.actions.in(on.shell.places)]) {
          if (apart.test(action.id) || /^(move|go)\./.test(action.id) || tried.has(action.id)) continue
          tried.add(action.id)
          if (on.shell.pane !== pane || on.shell.side !== side) on.shell.go(pane.id, side)
          await Promise.race([on.shell.router.run(action), new Promise(resolve => setTimeout(resolve, 300))])
          await on.settled()
          const fault = missing(on)
          if (on.shell.overlays.length > 0) opened.add(action.id)
          if (fault !== null) faults.push(`${pane.id} ${side} ${action.id}: ${fault}\n${on.screen.text()}`)
          await closeAll(on)
          on.shell.dismiss()
        }
      }
    expect(faults.join('\n\n')).toBe('')
    expect(opened.size).toBeGreaterThan(25)
  })
})
