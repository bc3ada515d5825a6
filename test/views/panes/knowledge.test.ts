import { describe, expect, test } from 'vitest'
import { documents } from '../../../src/contract/documents.ts'
import { memory } from '../../../src/contract/memory.ts'
import { testWorkspace } from '../../peers/workspace.ts'
import { flow, hostile, ScreenStage, sizes } from './stage.tsx'

describe.each(sizes)('memory at $cols x $rows', size => {
  test('is added, searched, narrowed to a category, pinned and forgotten', async () => {
    await using stage = await ScreenStage.open(size, 'memory')
    const { client } = stage.workspace
    await stage.until('Nothing is remembered')
    await stage.press('a')
    await stage.until('Remember')
    await stage.press('Tea, no milk', '\t', 'l', 'l', 'l', '\x1b\r')
    await stage.until(/> *prefe\S* +Tea/)
    await client.call(memory.add, { text: 'Ann lives in Rome', category: 'contact' })
    await stage.until('Rome')
    await stage.press('/', 'milk', '\r')
    await stage.until(() => !stage.screen.text().includes('Rome'))
    await stage.press('\x1b')
    await stage.until('Rome')
    await stage.press('c', 'j', 'j', '\r')
    await stage.until(() => !stage.screen.text().includes('milk'))
    await stage.press('p')
    await stage.until('! Ann')
    await stage.press('\x1b')
    await stage.until('milk')
    await stage.press('G', 'X')
    await stage.until('Forget this')
    await stage.later()
    await stage.press('y')
    await stage.until(/Forgot|u takes it back/)
    expect((await client.call(memory.list, {})).items.map(({ text }) => text)).toEqual(['Ann lives in Rome'])
    await stage.press('\x1b')
    await stage.until(() => stage.isWhole)
  })

  test('hostile text leaves the frame whole', async () => {
    await using stage = await ScreenStage.open(size, 'memory')
    const { client } = stage.workspace
    await client.call(memory.add, { text: hostile, source: hostile })
    const { items } = await client.call(documents.list, {})
    expect(items).toEqual([])
    await client.call(documents.add, {
      title: hostile,
      content: `# ${hostile}\n${hostile}`,
      language: 'markdown',
    })
    await client.call(documents.add, {
      title: hostile,
      content: `${hostile}\n${hostile}`,
      language: 'x\x1b[2Jy',
    })
    for (const pane of ['memory', 'documents']) {
      stage.shell.go(pane)
      await stage.until(/^>/m)
      for (const key of ['\t', 'j', '\t', 'e', '\x1b', 'X', '\x1b', 'j', 'H', '\x1b', 'z', 'z']) {
        await stage.press(key)
        expect(stage.screen.leftOn.filter(mode => mode !== 'hidden cursor')).toEqual([])
        expect(stage.screen.rows()[0]).toMatch(/Docs|Keys|Mem|memory|Document|Version/)
      }
      await stage.until(() => stage.isWhole)
    }
  })
})

const withDocument = async () => {
  const stage = await ScreenStage.open(sizes[0]!, 'documents')
  const { client } = stage.workspace
  const { id } = await client.call(documents.add, { title: 'Notes', content: 'one\n', language: 'markdown' })
  await stage.until('Notes')
  return { stage, client, id }
}

test('a search from anywhere opens what it found', async () => {
  const { stage } = await withDocument()
  await using _ = stage
  stage.shell.go('todos')
  await stage.press(':', 'Notes')
  await stage.until(/Notes +Documents/)
  await stage.press('\r')
  await stage.until(/^>.*Notes/m)
})

flow(
  'marked memories get another category, are copied and taken back; the order is chosen',
  'memory',
  async stage => {
    const { client } = stage.workspace
    for (const text of ['tea', 'milk', 'bread']) await client.call(memory.add, { text })
    await stage.until(/bread[\s\S]*tea/)
    await stage.press('g', ' ', ' ', 'm')
    await stage.until('Category of 2')
    await stage.press('j', 'j', 'j', '\r')
    await stage.until('Put under preference 2 memories. u takes them back.')
    expect((await client.call(memory.list, { category: 'preference' })).items).toHaveLength(2)
    await stage.press('u')
    await stage.until('all 2 changes')
    expect((await client.call(memory.list, { category: 'preference' })).items).toHaveLength(0)
    await stage.press('o', 'j', '\r')
    await stage.until('-- oldest first')
    await stage.until(/tea[\s\S]*bread/)
    await stage.press('*')
    await stage.until('3 marked')
    await stage.press('y')
    await stage.until('Copied 3 texts')
    expect(stage.copied[0]).toBe('tea\nmilk\nbread')
    await stage.press('\x1b', '\x1b')
  },
)

flow('a memory of several lines keeps them when only its category is changed', 'memory', async stage => {
  const { client } = stage.workspace
  const { id } = await client.call(memory.add, { text: 'first\nsecond' })
  await stage.until('first')
  await stage.press('e')
  await stage.until('E opens its text')
  await stage.press('l', '\x1b\r')
  await expect.poll(async () => (await client.call(memory.get, { id })).category).toBe('contact')
  expect((await client.call(memory.get, { id })).text).toBe('first\nsecond')
  stage.editor = 'printf "\nthird" >>'
  await stage.press('E')
  await stage.until('third')
  await stage.press('\t', '/', 'second', '\r')
  await stage.until('second')
})

test('two thousand are paged in as one scrolls, and searched as a whole', async () => {
  await using workspace = await testWorkspace()
  for (let n = 0; n < 450; n++) await workspace.client.call(memory.add, { text: `thing ${n} end` })
  await using stage = await ScreenStage.open(sizes[0]!, 'memory', workspace)
  await stage.until('the first 200, more below')
  for (const more of ['the first 400, more below', '']) {
    await stage.press('G')
    await stage.until(() =>
      more === '' ? !stage.screen.text().includes('more below') : stage.screen.text().includes(more),
    )
  }
  await stage.press('G')
  await stage.until(/> .*thing 0 end/)
  await stage.press('/', 'thing 17 end', '\r')
  await stage.until('/thing 17 end: 1 found')
})

test('all are marked that match, not only what was read so far', async () => {
  await using workspace = await testWorkspace()
  for (let n = 0; n < 230; n++) await workspace.client.call(memory.add, { text: `thing ${n} end` })
  await using stage = await ScreenStage.open(sizes[0]!, 'memory', workspace)
  await stage.until('the first 200, more below')
  await stage.press('*')
  await stage.until('230 marked')
  await stage.press('X')
  await stage.until('Forget 230 things')
})
