import { expect, test } from 'vitest'
import { documents } from '../../../src/contract/documents.ts'
import { todos } from '../../../src/contract/todos.ts'
import { flow, ScreenStage, sizes } from './stage.tsx'

flow('one is written in the editor, read, changed and compared', 'documents', async stage => {
  await stage.until('No documents yet')
  stage.editor = 'printf "# Plan\\n\\n* first **step**\\n" >'
  const write = stage.editor
  stage.editor = 'true'
  await stage.press('a', 'Left alone', '\r')
  await stage.until('there is no new document')
  expect((await stage.workspace.client.call(documents.list, {})).items).toEqual([])
  stage.editor = write
  await stage.press('a', 'The plan', '\r')
  await stage.until(/^>.*The plan/m)
  await stage.press('\r')
  await stage.until(/# Plan[\s\S]*. first step/)
  expect(
    stage.screen
      .rows()
      .at(-1)!
      .match(/\/ find/g),
  ).toHaveLength(1)
  stage.editor = 'printf "more\\n" >>'
  await stage.press('E')
  await stage.until('as version 2')
  await stage.press('d')
  await stage.until('+more')
  await stage.press('q', '\x1b')
})

flow(
  'its versions are read beside what each changed, two compared, one brought back',
  'documents',
  async stage => {
    const { client } = stage.workspace
    const { id } = await client.call(documents.add, {
      title: 'Notes',
      content: 'one\n',
      language: 'markdown',
    })
    for (const text of ['two', 'three']) await client.call(documents.append, { id, text })
    await stage.until('Notes')
    await stage.press('H')
    await stage.until(/> +3 +operator/)
    await stage.until(/Version 2 to 3: \+1 -0[\s\S]*\+three/)
    await stage.press('j')
    await stage.until(/Version 1 to 2: \+1 -0[\s\S]*\+two/)
    await stage.press('j', ' ')
    await stage.until('compared with 1')
    await stage.press('g')
    await stage.until(/Version 1 to 3: \+2 -0[\s\S]*\+two\n.*\+three/)
    await stage.press('t')
    await stage.until(/one two three|one\n.*two\n.*three/)
    await stage.press('G', 'r')
    await stage.until(/> +4 +operator/)
    expect((await client.call(documents.get, { id })).content).toBe('one\n')
    await stage.press('u')
    await stage.until('Undone')
    expect((await client.call(documents.get, { id })).content).toContain('three')
    await stage.press('\x1b')
    await stage.until(/^>.*Notes/m)
  },
)

test('a long history is read on as one scrolls', async () => {
  await using stage = await ScreenStage.open(sizes[0]!, 'documents')
  const { client } = stage.workspace
  const { id } = await client.call(documents.add, { title: 'Long', content: 'x', language: 'text' })
  for (let n = 0; n < 260; n++) await client.call(documents.edit, { id, content: `${n}` })
  await stage.until('Long')
  await stage.press('H')
  await stage.until('the first 200, more below')
  await stage.press('G')
  await stage.until(() => !stage.screen.text().includes('more below'))
  await stage.press('G')
  await stage.until(/> +1 +operator/)
})

const withDocument = async () => {
  const stage = await ScreenStage.open(sizes[0]!, 'documents')
  const { client } = stage.workspace
  const { id } = await client.call(documents.add, { title: 'Notes', content: 'one\n', language: 'markdown' })
  await stage.until('Notes')
  const content = async () => (await client.call(documents.get, { id })).content
  return { stage, client, id, content }
}

test('what was written while somebody else wrote is never lost', async () => {
  const { stage, client, id, content } = await withDocument()
  await using _ = stage
  /** The editor adds `mine`, while somebody else adds `theirs`. */
  const race = async (...answer: string[]) => {
    const { edit } = stage.shell.host
    stage.editor = 'printf "mine\\n" >>'
    stage.shell.host.edit = async (text, extension) => {
      const mine = await edit.call(stage.shell.host, text, extension)
      await client.call(documents.append, { id, text: 'theirs' })
      stage.shell.host.edit = edit
      return mine
    }
    await stage.press('E')
    await stage.until('Somebody changed it while you wrote')
    await stage.press(...answer)
  }
  await race('\r')
  await stage.until('as version 3')
  expect(await content()).toBe('one\nmine\n')
  await race('j', 'j', '\r')
  await stage.until('Notes (yours)')
  const { items } = await client.call(documents.list, {})
  const aside = items.find(({ title }) => title === 'Notes (yours)')!
  expect((await client.call(documents.get, { id: aside.id })).content).toBe('one\nmine\nmine\n')
  expect(await content()).toBe('one\nmine\ntheirs')
  await stage.press('G')
  await stage.until(/^>.*Notes +/m)
  // What they changed is looked at first; then both go through the editor.
  await race('j', 'j', 'j', '\r')
  await stage.until('+theirs')
  await stage.press('q')
  stage.editor = "sed -i '/^[<>=]/d'"
  await stage.press('j', '\r')
  const mine = (text: string) => text.split('\n').filter(line => line === 'mine').length
  await expect.poll(async () => mine(await content())).toBeGreaterThan(1)
  expect(await content()).toContain('theirs')
  // Left without an answer it is kept: the same key opens it again, and what they wrote is still not written over unasked.
  await race('\x1b')
  stage.editor = 'printf "again\\n" >>'
  await stage.press('E')
  await stage.until('Somebody changed it while you wrote')
  expect(await content()).toMatch(/theirs$/)
  await stage.press('\r')
  await expect.poll(content).toContain('mine\nagain')
})

test('a text that could not be saved is in the editor again at the next try', async () => {
  await using stage = await ScreenStage.open(sizes[0]!, 'todos')
  const { client } = stage.workspace
  const { todo } = await client.call(todos.add, { title: 'letter', content: 'Dear' })
  await stage.until('letter')
  stage.editor = 'head -c 100100 /dev/zero | tr "\\0" "x" >>'
  await stage.press('E')
  await stage.until('what you wrote is kept')
  expect((await client.call(todos.get, { id: todo.id })).content).toBe('Dear')
  stage.editor = 'sed -i "s/x*$/est Ann/"'
  await stage.press('E')
  await stage.until('Dearest Ann')
  expect((await client.call(todos.get, { id: todo.id })).content).toBe('Dearest Ann')
})

flow('a mail is drafted as a document and sent from there, after a question', 'documents', async stage => {
  await stage.until('No documents yet')
  await stage.press('M')
  await stage.until('Mail draft')
  await stage.press('ann@example.com', '\t', '\t', 'Hello', '\x1b\r')
  await stage.until(/^>.*Hello/m)
  await stage.press('S')
  await stage.until('Send this mail')
  await stage.until(/to +ann@example\.com/)
  await stage.later()
  await stage.press('n')
  await stage.until(/\[4 Mail/)
  await stage.press('6')
  await stage.until(/^>.*Hello/m)
})

flow('marked ones are archived and deleted together, and brought back', 'documents', async stage => {
  const { client } = stage.workspace
  for (const title of ['one', 'two', 'three'])
    await client.call(documents.add, { title, content: title, language: 'markdown' })
  await stage.until(/one/)
  await stage.press('g', ' ', ' ', 'A')
  await stage.until('Archived 2 documents')
  await stage.press('.')
  await stage.until(/-- archive/)
  await stage.press('*', 'X')
  await stage.until('Delete 2 documents')
  await stage.later()
  await stage.press('y')
  await stage.until('Nothing is archived')
  await stage.press('.')
  await stage.until(/-- deleted/)
  await stage.press('*', 'r')
  await stage.until('Nothing is deleted')
  await stage.press('\x1b', '\x1b')
  await stage.until(/^>/m)
  expect((await client.call(documents.list, { archived: true })).items).toHaveLength(2)
})

flow('they are sorted, shown by language, and a text is searched', 'documents', async stage => {
  const { client } = stage.workspace
  const lines = Array.from({ length: 300 }, (_, n) => `line ${n}${n % 100 === 50 ? ' needle' : ''}`)
  await client.call(documents.add, { title: 'b text', content: lines.join('\n'), language: 'text' })
  await client.call(documents.add, { title: 'a mark', content: '# Hi', language: 'markdown' })
  await stage.until(/text +b text/)
  await stage.until(/markdown +a mark/)
  await stage.press('g', 'o', 'j', 'j', 'j', '\r')
  await stage.until('by title')
  await stage.press('L')
  await stage.until('Show')
  await stage.press('j', 'j', '\r')
  await stage.until(/-- only (text|markdown)/)
  await stage.press('\x1b')
  await stage.until(() => !stage.screen.text().includes('-- only'))
  await stage.press('G')
  await stage.until(/> *text +b text/)
  await stage.press('\r', '/', 'needle')
  await stage.until('line 50 needle')
  await stage.press('\r', 'n')
  await stage.until('line 150 needle')
  await stage.press('n', 'n')
  await stage.until('line 50 needle')
  await stage.press('N')
  await stage.until('line 250 needle')
  await stage.press('\x1b', '\x1b')
})

test('a megabyte opens, is scrolled to its end and searched', async () => {
  await using stage = await ScreenStage.open(sizes[0]!, 'documents')
  const { client } = stage.workspace
  const words = 'the quick **brown** fox `jumps` over [the](http://x.y) lazy dog 漢字 '
  const content = `${`${words.repeat(6)}\n\n`.repeat(2400)}the very end\n`
  expect(content.length).toBeLessThan(1_000_000)
  await client.call(documents.add, { title: 'Big', content, language: 'markdown' })
  await stage.until('quick brown fox jumps')
  await stage.press('\r')
  await stage.until(() => {
    void stage.press('G')
    return stage.screen.text().includes('the very end')
  })
  await stage.press('g', '/', 'very end', '\r')
  await stage.until('the very end')
})
