import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Carry } from '../../../src/client/client.ts'
import { documents } from '../../../src/contract/documents.ts'
import { Problem } from '../../../src/contract/problem.ts'
import { todos } from '../../../src/contract/todos.ts'
import { Letters } from '../../../views/panes/mail/letters.ts'
import { type TestWorkspace, testWorkspace } from '../../peers/workspace.ts'
import { ScreenStage } from '../shell/screen-stage.tsx'

/** A line that fails for some questions, until it is opened anew. */
let w: TestWorkspace
let failing: RegExp | null
let failed: number
let cut: AbortController
beforeEach(async () => {
  w = await testWorkspace()
  cut = new AbortController()
  failing = null
  failed = 0
})
afterEach(() => w[Symbol.asyncDispose]())

const carry: Carry = async request => {
  const { pathname } = new URL(request.url)
  if (failing?.test(pathname)) {
    failed++
    throw new Problem('unavailable', 'No way there.', { unreachable: true })
  }
  const response = await w.inside.carry(request)
  if (!pathname.endsWith('/events')) return response
  return new Response(response.body!.pipeThrough(new TransformStream(), { signal: cut.signal }), response)
}

function anew(): void {
  failing = null
  const before = cut
  cut = new AbortController()
  before.abort()
}

const stage = () => new ScreenStage(carry, { cols: 160, rows: 30 })

test('the text of a document that could not be read is read', async () => {
  await w.client.call(documents.add, { title: 'Plan', content: 'first step' })
  failing = /documents\/./
  using on = stage()
  on.send('6')
  await on.until('No way there')
  anew()
  await on.until('first step')
})

test('what a version changed is read', async () => {
  const { id } = await w.client.call(documents.add, { title: 'Plan', content: 'one' })
  await w.client.call(documents.append, { id, text: 'two' })
  using on = stage()
  on.send('6')
  await on.until('one')
  failing = /diff/
  on.send('H')
  await on.until('No way there')
  anew()
  await on.until('Version 1 to 2')
})

test('the text of a letter is read', async () => {
  const content = 'To: bob@example.net\nSubject: Lunch\n\nAt one?'
  const { id } = await w.client.call(documents.add, { title: 'Lunch', content, language: 'email' })
  using on = stage()
  const letters = new Letters(on.shell)
  await letters.side.reveal(id)
  failing = /documents\/./
  const text = () => letters.rows(60).join('\n')
  await vi.waitUntil(() => text().includes('No way there'))
  anew()
  await expect.poll(text).toContain('At one?')
})

test('what a question is about is looked up', async () => {
  const { todo } = await w.client.call(todos.add, { title: 'The plants' })
  const token = await w.token('bot', [], { ask: ['todos:write'] })
  failing = /todos\/./
  using on = stage()
  on.send('7')
  await on.until('[7 Ask')
  const asked = w.request('DELETE', `/api/v1/todos/${todo.id}`, { token })
  await on.until('IT DESTROYS SOMETHING')
  await vi.waitUntil(() => failed > 0)
  anew()
  await on.until(/to +The plants/)
  on.shell.stop()
  w.inside.workspace.approvals.expire()
  void asked
})
