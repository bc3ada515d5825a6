import { describe, expect, test } from 'vitest'
import { documents } from '../../../src/contract/documents.ts'
import { memory } from '../../../src/contract/memory.ts'
import { hostile, ScreenStage, sizes } from './stage.tsx'

const pause = () => new Promise(resolve => setTimeout(resolve, 320))

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

describe.each(sizes)('documents at $cols x $rows', size => {
  test('one is written in the editor, read, changed, compared, and an old version brought back', async () => {
    await using stage = await ScreenStage.open(size, 'documents')
    const { client } = stage.workspace
    await stage.until('No documents yet')
    stage.editor = 'printf "# Plan\\n\\n* first **step**\\n" >'
    await stage.press('a', 'The plan', '\r')
    await stage.until('The plan')
    await stage.press('\r')
    await stage.until(/# Plan[\s\S]*. first step/)
    stage.editor = 'printf "more\\n" >>'
    await stage.press('E')
    await stage.until('as version 3')
    await stage.press('d')
    await stage.until('+more')
    await stage.press('q', 'H')
    await stage.until('version 2')
    await stage.press('j', '\r')
    await stage.until('bring it back')
    await stage.press('j', 'j', 'j', '\r')
    await stage.until(/as version 4/)
    const { items } = await client.call(documents.list, {})
    expect((await client.call(documents.get, { id: items[0]!.id })).content).toBe(
      '# Plan\n\n* first **step**\n',
    )
    await stage.until(() => stage.isWhole)
  })
})

const withDocument = async () => {
  const stage = await ScreenStage.open(sizes[0]!, 'documents')
  const { client } = stage.workspace
  const { id } = await client.call(documents.add, { title: 'Notes', content: 'one\n', language: 'markdown' })
  await stage.until('Notes')
  return { stage, client, id }
}

test('what was written while somebody else wrote is never lost', async () => {
  const { stage, client, id } = await withDocument()
  await using _ = stage
  const race = async (answer: string) => {
    stage.editor = 'printf "mine\\n" >>'
    const { edit } = stage.shell.host
    stage.shell.host.edit = async (text, extension) => {
      const mine = await edit.call(stage.shell.host, text, extension)
      await client.call(documents.append, { id, text: 'theirs' })
      return mine
    }
    await stage.press('E')
    await stage.until('Somebody changed it while you wrote')
    stage.shell.host.edit = edit
    await pause()
    await stage.press(answer)
  }
  await race('y')
  await stage.until('v3')
  expect((await client.call(documents.get, { id })).content).toBe('one\nmine\n')
  await race('n')
  await stage.until('Notes (yours)')
  const { items } = await client.call(documents.list, {})
  const aside = items.find(({ title }) => title === 'Notes (yours)')!
  expect((await client.call(documents.get, { id: aside.id })).content).toBe('one\nmine\nmine\n')
  expect((await client.call(documents.get, { id })).content).toBe('one\nmine\ntheirs')
})

test('a mail is drafted, one is deleted and brought back, the archive is a shelf', async () => {
  const { stage, client, id } = await withDocument()
  await using _ = stage
  await stage.press('M')
  await stage.until('Mail draft')
  await stage.press('ann@example.com', '\t', '\t', 'Hello', '\x1b\r')
  await stage.until('To: ann@example.com')
  await stage.press('G')
  await stage.until(/^>.*Notes/m)
  await stage.press('X')
  await stage.until('Delete this document')
  await pause()
  await stage.press('y')
  await stage.until("Deleted 'Notes'")
  await stage.press('.', '.')
  await stage.until(/^>.*Notes/m)
  await stage.press('r')
  await stage.until('Nothing is deleted')
  expect((await client.call(documents.get, { id })).active).toBe(true)
  await stage.press('.')
  await stage.until(/Hello[\s\S]*Notes|Notes[\s\S]*Hello/)
  await stage.press('/', 'one', '\r')
  await stage.until(/^>.*Notes/m)
  await stage.press('A')
  await stage.until('Archived')
  expect((await client.call(documents.get, { id })).archived).toBe(true)
})

test('a search from anywhere opens what it found', async () => {
  const { stage } = await withDocument()
  await using _ = stage
  stage.shell.go('todos')
  await stage.press(':', 'Notes')
  await stage.until(/Notes +Documents/)
  await stage.press('\r')
  await stage.until(/^>.*Notes/m)
})
