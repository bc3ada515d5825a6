import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Carry } from '../../../src/client/client.ts'
import { memory } from '../../../src/contract/memory.ts'
import { type TestWorkspace, testWorkspace } from '../../peers/workspace.ts'
import { ScreenStage } from './screen-stage.tsx'

let w: TestWorkspace
beforeAll(async () => {
  w = await testWorkspace()
  for (const text of ['zebra stripes', 'lion', 'tiger'])
    await w.client.call(memory.add, { text, category: 'fact' })
})
afterAll(() => w[Symbol.asyncDispose]())

/** The screen at the memories; `meets` may answer a reading of them in the API's place. */
async function opened(meets: (request: Request) => Promise<Response | undefined>): Promise<ScreenStage> {
  const carry: Carry = async request =>
    (new URL(request.url).pathname === '/api/v1/memory' ? await meets(request) : undefined) ??
    w.inside.carry(request)
  const on = new ScreenStage(carry, { cols: 80, rows: 24 })
  await on.until('api :')
  on.shell.go('memory')
  await on.until('zebra stripes')
  return on
}

test('a filter that could not be asked shows why, and claims nothing', async () => {
  let refuses = false
  const error = { code: 'internal', message: 'The disk is full.' }
  using on = await opened(async () => (refuses ? Response.json({ error }, { status: 500 }) : undefined))
  refuses = true
  on.send('/zzz\r')
  await on.until('The disk is full.')
  await on.until('/zzz: not known yet')
  expect(on.screen.text()).not.toMatch(/zebra|found/)
  refuses = false
  on.send('\x1b')
  await on.until('zebra stripes')
})

test('while an answer is on its way its rows are to be seen, but no key meets them', async () => {
  const asked = Promise.withResolvers<void>()
  const answer = Promise.withResolvers<void>()
  using on = await opened(async ({ url }) => {
    if (!url.includes('search=zebra')) return undefined
    asked.resolve()
    await answer.promise
    return undefined
  })
  on.send('/zebra')
  await asked.promise
  await on.until('/zebra: not known yet')
  expect(on.screen.text()).toContain('zebra stripes')
  expect(on.screen.text()).not.toMatch(/^>/m)
  on.send('\rp')
  answer.resolve()
  await on.until("Pinned 'zebra stripes'")
  const { items } = await w.client.call(memory.list, {})
  expect(items.filter(({ pinned }) => pinned).map(({ text }) => text)).toEqual(['zebra stripes'])
})
