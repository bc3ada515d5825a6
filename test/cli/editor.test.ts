import { readFileSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { edited } from '../../src/cli/editor.ts'
import { Problem } from '../../src/contract/problem.ts'

afterEach(() => vi.unstubAllEnvs())

const letter = { to: 'ann@example.org', subject: 'Lunch', body: '' }

/** What is said of a mail that an editor wrote and nobody takes, and its file. */
async function refused(editor: string): Promise<{ error: Problem; file: string | undefined }> {
  vi.stubEnv('VISUAL', editor)
  const error = await edited(letter, async () => {
    throw new Problem('unavailable', 'The server is away.')
  }).then(
    () => new Problem('failed', 'it was sent'),
    problem => problem as Problem,
  )
  return { error, file: /What you wrote is in (\S+)\.$/.exec(error.message)?.[1] }
}

test.each([
  ['could not be sent', 'printf "At noon?\\n" >>', 'unavailable'],
  ['was no letter any more', 'printf "At noon?\\n" >', 'invalid'],
  ['came from an editor that failed', 'f() { printf "At noon?\\n" >>"$1"; return 3; }; f', 'conflict'],
])('a mail that %s stays in its file, which is named', async (_, editor, code) => {
  const { error, file } = await refused(editor)
  expect(error.code).toBe(code)
  expect(readFileSync(file!, 'utf8')).toContain('At noon?')
  rmSync(dirname(file!), { recursive: true })
})

test('one that was sent, or never written, leaves nothing behind', async () => {
  vi.stubEnv('VISUAL', 'printf "At noon?\\n" >>')
  expect(await edited(letter, async ({ body, to }) => `${to} ${body}`)).toBe('ann@example.org At noon?\n')
  const { error, file } = await refused('true')
  expect([error.code, file]).toEqual(['conflict', undefined])
  expect(error.message).toContain('Nothing was written')
})
