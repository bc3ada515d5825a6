import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { calendar } from '../../../src/contract/calendar.ts'
import { documents } from '../../../src/contract/documents.ts'
import { hosts } from '../../../src/contract/hosts.ts'
import { memory } from '../../../src/contract/memory.ts'
import { todos } from '../../../src/contract/todos.ts'
import type { TestWorkspace } from '../../peers/workspace.ts'
import { ScreenStage, sizes } from './stage.tsx'

/** An agent changes what the person has open. */
interface Thing {
  pane: string
  title: string
  /** Makes it; how the agent changes one field and another; what they are then. */
  make(w: TestWorkspace): Promise<{
    same(): Promise<unknown>
    other(): Promise<unknown>
    now(): Promise<readonly [unknown, unknown]>
  }>
  was: string
  theirs: string
  /** What the other field says after the agent changed it. */
  others: unknown
}

const things: Thing[] = [
  {
    pane: 'todos',
    title: 'Edit todo',
    was: 'first',
    theirs: 'theirs',
    others: 'work',
    async make({ client }) {
      const { id } = (await client.call(todos.add, { title: 'first' })).todo
      return {
        same: () => client.call(todos.edit, { id, title: 'theirs' }),
        other: () => client.call(todos.edit, { id, label: 'work' }),
        now: async () => {
          const { title, label } = await client.call(todos.get, { id })
          return [title, label]
        },
      }
    },
  },
  {
    pane: 'memory',
    title: 'Edit memory',
    was: 'first',
    theirs: 'theirs',
    others: 'preference',
    async make({ client }) {
      const { id } = await client.call(memory.add, { text: 'first', category: 'fact' })
      return {
        same: () => client.call(memory.edit, { id, text: 'theirs' }),
        other: () => client.call(memory.edit, { id, category: 'preference' }),
        now: async () => {
          const { text, category } = await client.call(memory.get, { id })
          return [text, category]
        },
      }
    },
  },
  {
    pane: 'documents',
    title: 'Document',
    was: 'first',
    theirs: 'theirs',
    others: 'python',
    async make({ client }) {
      const { id } = await client.call(documents.add, { title: 'first', content: 'x', language: 'text' })
      return {
        same: () => client.call(documents.edit, { id, title: 'theirs' }),
        other: () => client.call(documents.edit, { id, language: 'python' }),
        now: async () => {
          const { title, language } = await client.call(documents.get, { id })
          return [title, language]
        },
      }
    },
  },
  {
    pane: 'calendar',
    title: 'Edit event',
    was: 'first',
    theirs: 'theirs',
    others: 'hall',
    async make({ client }) {
      const { id } = (await client.call(calendar.add, { summary: 'first', start: 'today 23:00' })).event
      return {
        same: () => client.call(calendar.edit, { id, summary: 'theirs' }),
        other: () => client.call(calendar.edit, { id, location: 'hall' }),
        now: async () => {
          const { summary, location } = await client.call(calendar.get, { id })
          return [summary, location]
        },
      }
    },
  },
  {
    pane: 'hosts',
    title: 'Edit first',
    was: 'one.invalid',
    theirs: 'two.invalid',
    others: '0,1',
    async make({ client }) {
      const { id } = (await client.call(hosts.add, { target: 'one.invalid', name: 'first' })).added[0]!
      return {
        same: () => client.call(hosts.edit, { id, target: 'two.invalid' }),
        other: () => client.call(hosts.edit, { id, gpus: '0,1' }),
        now: async () => {
          const { target, gpus } = await client.call(hosts.get, { id })
          return [target, gpus]
        },
      }
    },
  },
]

test.each(things)(
  'what an agent changes while it is open in a form is said, and kept: $pane',
  async thing => {
    const { pane, title, was, theirs, others } = thing
    await using stage = await ScreenStage.open(sizes[0]!, pane)
    const { same, other, now } = await thing.make(stage.workspace)
    const key = pane === 'hosts' ? 'r' : 'e'
    const open = async () => {
      await stage.press(key)
      await stage.until(`─ ${title}`)
      await stage.press('X')
      await stage.until(`${was}X`)
    }
    await stage.until(was)
    await stage.press('G')
    await open()
    await other()
    await stage.press('\x1b\r')
    await stage.until(() => !stage.screen.text().includes(`─ ${title}`))
    expect(await now()).toEqual([`${was}X`, others])
    await stage.press('u')
    await expect.poll(now).toEqual([was, others])
    // What is said of it names it, too, for as long as it stands there.
    await stage.until('Undone: ')
    await stage.press('\x1b')
    await stage.until(() => !stage.screen.text().includes(`${was}X`))
    await open()
    await same()
    await stage.press('\x1b\r')
    await stage.until(`is now '${theirs}'`)
    expect(await now()).toEqual([theirs, others])
    await stage.press('\x1b\r')
    await stage.until(() => !stage.screen.text().includes(`─ ${title}`))
    expect(await now()).toEqual([`${was}X`, others])
  },
)

test('what is deleted while it is open in a form is said to be gone, and what was typed stays', async () => {
  await using stage = await ScreenStage.open(sizes[0]!, 'todos')
  const { client } = stage.workspace
  const { id } = (await client.call(todos.add, { title: 'doomed' })).todo
  await stage.until('> ')
  await stage.press('e')
  await stage.until('─ Edit todo')
  await stage.press('X')
  await client.call(todos.remove, { id })
  await stage.press('\x1b\r')
  await stage.until('It is gone: somebody deleted it meanwhile')
  expect(stage.screen.text()).toContain('doomedX')
})

/** An editor during which the agent changes the same text. */
function editorDuring(stage: ScreenStage, meddle: string): void {
  const script = join(stage.workspace.home, 'editor.sh')
  const ready = join(stage.workspace.home, 'ready')
  writeFileSync(
    script,
    `#!/bin/sh\nprintf mine > "$1"\n: > ${ready}\nwhile [ ! -e ${meddle} ]; do sleep 0.02; done\n`,
    {
      mode: 0o755,
    },
  )
  stage.editor = script
}

test('the text of an event that somebody changed while it was in the editor is not overwritten unseen', async () => {
  await using stage = await ScreenStage.open(sizes[0]!, 'calendar')
  const { client, home } = stage.workspace
  const { id } = (await client.call(calendar.add, { summary: 'first', start: 'today 23:00' })).event
  await stage.until('first')
  const done = join(home, 'done')
  editorDuring(stage, done)
  const pressed = stage.press('E')
  await expect.poll(() => existsSync(join(home, 'ready')), { timeout: 10_000 }).toBe(true)
  await client.call(calendar.edit, { id, description: 'theirs' })
  writeFileSync(done, '')
  await pressed
  await stage.until('Somebody changed it while you wrote')
  expect((await client.call(calendar.get, { id })).description).toBe('theirs')
  await stage.press('\r')
  await expect.poll(async () => (await client.call(calendar.get, { id })).description).toBe('mine')
})
