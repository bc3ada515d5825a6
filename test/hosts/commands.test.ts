import { expect, test } from 'vitest'
import { Commands } from '../../src/hosts/commands.ts'

test('what ran is kept with how it ended, the same again is one row, and there is an end to it', async () => {
  const commands = new Commands()
  await commands.keep(
    'question',
    'dd skip=1',
    async () => 3,
    code => code,
  )
  await commands.keep('question', `dd skip=22`, async () => 0, Number)
  const [row] = commands.rows
  expect(commands.rows).toHaveLength(1)
  expect(row).toMatchObject({ text: 'dd skip=22', times: 2, code: 0, error: null })
  const refused = commands.keep('connect', 'ssh far', () => Promise.reject(new Error('refused')))
  await expect(refused).rejects.toThrow('refused')
  expect(commands.rows.at(-1)).toMatchObject({ what: 'connect', code: null, error: 'refused' })
  const words = Array.from({ length: 300 }, (_, n) => String.fromCodePoint(0x4e00 + n))
  for (const word of words) await commands.keep('stream', `${word} ${'x'.repeat(40_000)}`, async () => null)
  expect(commands.rows).toHaveLength(60)
  expect(commands.rows.at(-1)!.text.length).toBeLessThan(24_100)
  expect(commands.rows.at(-1)!.text).toContain(words.at(-1))
})
