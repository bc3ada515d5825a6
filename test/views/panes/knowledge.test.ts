import { describe, expect, test } from 'vitest'
import { documents } from '../../../src/contract/documents.ts'
import { memory } from '../../../src/contract/memory.ts'
import { hostile, pause, ScreenStage, sizes } from './stage.tsx'

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
    await pause()
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
