import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { program } from '../peers/program.ts'
import { Pty } from '../peers/terminal.ts'

const main = resolve(import.meta.dirname, '../../dist/main.js')

test('a shell on a host in the terminal of the command line: keys go there, its end comes back', async () => {
  await using p = program()
  const env = { ...p.env, SHELL: '/bin/sh', HOME: join(p.home) }
  const pty = new Pty(process.execPath, [main, 'hosts', 'shell'], { env })
  await pty.until(/[$#] *$/m)
  pty.send('stty size; exit 7\r')
  await pty.until('24 80')
  expect((await pty.exited).exitCode).toBe(7)
})

test('what is not there is answered with what is, and what has no terminal with that', async () => {
  await using p = program()
  const missing = await p.run(['hosts', 'get', 'nowhere'])
  expect(missing.code).toBe(3)
  expect(missing.stderr).toContain(
    "There is no host 'nowhere'. There are: local. All of them: ithaca hosts list.",
  )
  const blind = await p.run(['attach', 'some-serve'])
  expect(blind.code).not.toBe(0)
  expect(blind.stderr).toContain('This needs a terminal')
})
