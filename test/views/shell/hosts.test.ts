import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hosts } from '../../../src/contract/hosts.ts'
import { type Sshd, sshdMissing, startSshd, writeSshConfig } from '../../peers/sshd.ts'
import { type TestWorkspace, testWorkspace } from '../../peers/workspace.ts'
import { ScreenStage } from './screen-stage.tsx'

let sshd: Sshd | null = null
let w: TestWorkspace
let known: string

beforeAll(async () => {
  if (sshdMissing() !== null) return
  sshd = await startSshd()
  const config = writeSshConfig(sshd.folder, [{ alias: 'far', sshd }])
  known = join(sshd.folder, 'known_hosts')
  w = await testWorkspace({ config: `[hosts]\nssh_config = "${config}"\n` })
})
afterAll(async () => {
  await w?.[Symbol.asyncDispose]()
  await sshd?.stop()
})

describe.each([
  { cols: 80, rows: 24 },
  { cols: 200, rows: 50 },
])('the hosts at $cols x $rows', size => {
  test('a host is added, its key compared, refused, trusted, tested, changed and forgotten', async ({
    skip,
  }) => {
    if (!sshd) return skip('sshd is not installed')
    writeFileSync(known, '')
    using on = new ScreenStage(w.inside.carry, size, { join: w.inside.join })
    on.send('8')
    await on.until(/\[8 Hosts?\]/)
    on.send('n')
    await on.until('ssh config knows: far')
    on.send('far\x1b\r')
    await on.until('Trust the key of far')
    await on.until(sshd.hostKeyFingerprint)
    expect(on.isWhole).toBe(true)
    await on.later()
    on.send('\r')
    await on.until(screen => !screen.text().includes('Trust the key of far'))
    expect(readFileSync(known, 'utf8')).toBe('')
    await on.until(/FAIL Login/)
    on.send('T')
    await on.until('Trust the key of far')
    await on.later()
    on.send('y')
    await on.until('ok   Login')
    expect(readFileSync(known, 'utf8').trim()).toBe(sshd.knownHostsLine)
    await on.until(/far: Everything works\./)
    on.send('q')
    await on.until(/> far +far +connected/)
    on.send('s')
    await on.until(/[$#] /)
    on.send('echo by $((40+2)); exec sleep 0.2\r')
    await on.until('by 42')
    await on.until(screen => !screen.text().includes('by 42'))
    on.send('r')
    await on.until('Edit far')
    on.send('\x15\x1b\r')
    await on.until('ssh to: it is empty; write an alias')
    on.send('far\t-away\x1b\r')
    await on.until(/> far-away/)
    on.send('X')
    await on.until('Forget far-away')
    await on.later()
    on.send('y')
    await on.until(screen => !/far-away +far/.test(screen.text()))
    const { items } = await w.client.call(hosts.list, {})
    expect(items.map(({ name }) => name)).toEqual(['local'])
    expect(existsSync(known)).toBe(true)
  })
})
