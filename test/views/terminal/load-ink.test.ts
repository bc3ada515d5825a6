import { fileURLToPath } from 'node:url'
import { spawn } from 'node-pty'
import { expect, test } from 'vitest'

const file = fileURLToPath(new URL('../../../views/terminal/load-ink.ts', import.meta.url))

test('loading Ink where colours are not wanted writes nothing and leaves the environment as it was', async () => {
  const program = `
    const { loadInk } = await import(${JSON.stringify(file)})
    await loadInk()
    process.stdout.write('NO_COLOR is ' + process.env.NO_COLOR + ', FORCE_COLOR ' + process.env.FORCE_COLOR)`
  const { FORCE_COLOR: _, ...env } = process.env
  const child = spawn(
    process.execPath,
    ['--experimental-strip-types', '--input-type=module', '-e', program],
    {
      env: { ...(env as Record<string, string>), NO_COLOR: '1', NODE_OPTIONS: '' },
      cols: 200,
    },
  )
  let said = ''
  child.onData(text => {
    said += text
  })
  await new Promise(resolve => child.onExit(resolve))
  expect(said).not.toContain("'NO_COLOR' env is ignored")
  expect(said).toContain('NO_COLOR is 1, FORCE_COLOR undefined')
})
