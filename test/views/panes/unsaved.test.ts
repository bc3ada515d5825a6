import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { todos } from '../../../src/contract/todos.ts'
import { Unsaved, unsavedWords } from '../../../views/shell/unsaved.ts'
import { testWorkspace } from '../../peers/workspace.ts'
import { ScreenStage, sizes } from './stage.tsx'

const tooLong = 'head -c 100100 /dev/zero | tr "\\0" "x" >>'

test('what could not be saved outlives the screen: the next one says so, and the same key opens it again', async () => {
  await using workspace = await testWorkspace()
  const { client } = workspace
  const { todo } = await client.call(todos.add, { title: 'letter', content: 'Dear' })
  const first = await ScreenStage.open(sizes[0]!, 'todos', workspace)
  await first.until('letter')
  first.editor = tooLong
  await first.press('E')
  await first.until('what you wrote is kept')
  const folder = first.shell.host.unsaved
  await first[Symbol.asyncDispose]()
  const [, file] = unsavedWords(folder, 'ithaca').trim().split(/\n\s*/)
  expect(readFileSync(file!, 'utf8')).toMatch(/^Dearx+$/)
  expect(statSync(file!).mode & 0o777).toBe(0o600)

  await using next = await ScreenStage.open(sizes[0]!, 'todos', workspace)
  await next.until('What you wrote last was not saved')
  await next.until('letter')
  next.editor = 'sed -i "s/x*$/est Ann/"'
  await next.press('E')
  await next.until('Dearest Ann')
  expect((await client.call(todos.get, { id: todo.id })).content).toBe('Dearest Ann')
  expect(unsavedWords(folder, 'ithaca')).toBe('')
})

test('what was left of another workspace is told with the words that open that', async () => {
  await using workspace = await testWorkspace()
  const there = new Unsaved(join(workspace.paths.state, 'unsaved'), 'ithaca --remote ssh://box')
  there.keep('new document', 'md', 'a plan')
  await using stage = await ScreenStage.open(sizes[1]!, 'documents', workspace)
  await stage.until(`": unsaved texts" has it. It is of 'ithaca --remote ssh://box'.`)
  await stage.press(':', 'unsaved', '\r')
  await stage.until(/> a plan +of 'ithaca --remote ssh:\/\/box': \/\S+/)
})

test('what was opened again is not written over what somebody wrote since, and can be thrown away', async () => {
  await using workspace = await testWorkspace()
  const { client } = workspace
  const { todo } = await client.call(todos.add, { title: 'letter', content: 'Dear' })
  const text = async () => (await client.call(todos.get, { id: todo.id })).content
  await using stage = await ScreenStage.open(sizes[0]!, 'todos', workspace)
  await stage.until('letter')
  stage.editor = tooLong
  await stage.press('E')
  await stage.until('what you wrote is kept')
  await client.call(todos.edit, { id: todo.id, content: 'theirs' })
  stage.editor = 'printf mine >'
  await stage.press('E')
  await stage.until('Somebody changed it while you wrote')
  await stage.press('\x1b')
  expect(await text()).toBe('theirs')
  await stage.press(':', 'unsaved', '\r')
  await stage.until(/Not saved yet.*\n.*> mine +\S+/)
  await stage.press('\r')
  await stage.until('Throw it away')
  await stage.press('G', '\r')
  await stage.until('nothing brings it back')
  await stage.later()
  await stage.press('y')
  await stage.until(() => stage.shell.unsaved.all.length === 0)
})

test('what came back from the editor into a form is kept until that is done or left', async () => {
  await using stage = await ScreenStage.open(sizes[0]!, 'todos')
  const kept = () => stage.shell.unsaved.all.map(one => one.text)
  let answered = Promise.withResolvers<void>()
  const written = async () => {
    stage.shell.form({
      title: 'Letter',
      verb: 'Send',
      values: { text: '' },
      fields: [{ id: 'text', label: 'text', kind: 'lines', rows: 3 }],
      submit: () => answered.promise,
    })
    await stage.until('M-Enter Send')
    stage.editor = 'printf "bring wine" >'
    await stage.press('\x05')
    await stage.until('bring wine')
    expect(kept()).toEqual(['bring wine'])
  }
  await written()
  await stage.press('\x1b', '\x1b')
  await stage.until(() => kept().length === 0)
  await written()
  await stage.press('\x1b\r')
  answered.resolve()
  await stage.until(() => kept().length === 0)
  // One key that asks nothing throws nothing away.
  await written()
  await stage.press('\x03')
  await stage.until('": unsaved texts" has it')
  expect(stage.shell.overlays).toEqual([])
  expect(kept()).toEqual(['bring wine'])
  for (const { key } of stage.shell.unsaved.all) stage.shell.unsaved.drop(key)
  // Left while its answer stays out, what was written is still there when that fails.
  answered = Promise.withResolvers()
  await written()
  await stage.press('\x1b\r')
  await stage.until('Working')
  await stage.press('\x1b', '\x1b')
  answered.reject(new Error('nobody was there'))
  await stage.until('Letter: nobody was there')
  expect(kept()).toEqual(['bring wine'])
})
