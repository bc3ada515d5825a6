import { existsSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { workspace as routes } from '../../src/contract/workspace.ts'
import { openSeal } from '../../src/workspace/seal.ts'
import { testWorkspace } from '../peers/workspace.ts'

test('a backup takes the key of its secrets along only when asked, and names it otherwise', async () => {
  await using w = await testWorkspace()
  const plain = await w.client.call(routes.backup, { file: join(w.home, 'plain.db') })
  expect(plain).toMatchObject({ key: null, needs_key: null })

  const sealed = openSeal(w.paths.sealKey).seal('a password')
  const without = await w.client.call(routes.backup, { file: join(w.home, 'without.db') })
  expect(without).toMatchObject({ key: null, needs_key: w.paths.sealKey })

  const file = join(w.home, 'with.db')
  const both = await w.client.call(routes.backup, { file, with_key: true })
  expect(both).toMatchObject({ file, key: `${file}.key`, needs_key: null })
  expect(openSeal(`${file}.key`).open(sealed)).toBe('a password')
  expect([file, `${file}.key`].map(name => statSync(name).mode & 0o777)).toEqual([0o600, 0o600])
})

test('where the key would overwrite something, nothing is left behind', async () => {
  await using w = await testWorkspace()
  openSeal(w.paths.sealKey).seal('a password')
  const file = join(w.home, 'copy.db')
  writeFileSync(`${file}.key`, 'mine')
  const refused = w.client.call(routes.backup, { file, with_key: true })
  await expect(refused).rejects.toMatchObject({ code: 'conflict' })
  expect(existsSync(file)).toBe(false)
})
