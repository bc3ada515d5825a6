// As the tests of the screen load it: what they are written in wants React's development build.
import 'ink'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { documents } from '../../../src/contract/documents.ts'
import { drawOnce } from '../../../views/shell/once.ts'
import { type TestKitchen, testKitchen } from '../../peers/kitchen.ts'

let kitchen: TestKitchen
beforeAll(async () => {
  kitchen = await testKitchen()
})
afterAll(() => kitchen[Symbol.asyncDispose]())

const once = async (pane: string, selected?: string) => {
  const { inside } = kitchen.w
  const link = { ...{ carry: inside.carry, join: inside.join }, mode: 'inside', url: '', lost: null } as const
  return drawOnce(
    { ...link, onChange: () => () => {}, close: async () => {} },
    {
      ...{ pane, size: { columns: 100, rows: 30 }, colours: false, unicode: true, version: '0' },
      settings: { readOnly: false, ascii: false, mouse: false, theme: 'auto', keys: {} },
      kept: JSON.stringify({ pane: 'mail', selected: { cook: { list: selected } } }),
    },
  )
}

test('one frame waits for what it asks for while it is drawn: the log of a serve and why it died, a text', async () => {
  const dead = await kitchen.launch('vllm serve deepseek-ai/DeepSeek-V3 --max-model-len 98304', {
    name: 'omega',
  })
  await kitchen.until(dead.id, 'crashed')
  const { frame, lost } = await once('cookbook', dead.id)
  expect(lost).toBeNull()
  expect(frame).toMatch(/^> +x omega/m)
  expect(frame).toMatch(/^CAUSE line \d/m)
  // A bar is for who sees it; read aloud it is a word behind every line.
  expect(frame).not.toMatch(/[│█]$/m)
  expect(frame).toMatch(/is greater than the derived max_model_len/)
  await kitchen.w.client.call(documents.add, {
    title: 'Plan',
    language: 'markdown',
    content: '# What is in it',
  })
  expect((await once('doc')).frame).toContain('# What is in it')
}, 30_000)

test('a pane is named by the beginning of its name, and one that is not there names those that are', async () => {
  expect((await once('mem')).frame).toContain('[5 Mem]')
  await expect(once('m')).rejects.toThrow("There is no pane 'm'; there are mail, memory.")
  await expect(once('dogs')).rejects.toThrow(
    /^There is no pane 'dogs'; there are cookbook, todos, .*tokens\.$/,
  )
})
