import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createClient } from '../../src/client/client.ts'
import { connectLasting } from '../../src/connect/lasting.ts'
import { connectOverSsh } from '../../src/connect/over-ssh.ts'
import { workspace } from '../../src/contract/workspace.ts'
import { readConfig } from '../../src/workspace/config.ts'
import { findPaths } from '../../src/workspace/paths.ts'
import { freePort } from '../peers/port.ts'
import { program, says } from '../peers/program.ts'
import { startSlowLink } from '../peers/slow-link.ts'
import { sshdMissing, startSshd, writeSshConfig } from '../peers/sshd.ts'

const missing = sshdMissing()

test.skipIf(missing)('another machine’s workspace through ssh, without a token', async () => {
  await using there = program()
  await using here = program()
  const sshd = await startSshd({ config: [`SetEnv ITHACA_HOME=${there.env.ITHACA_HOME}`] })
  try {
    const up = there.start(['up', '--port', '0'])
    await says(up, /Ithaca is up/)
    await there.run(['todos', 'add', 'over there'])
    const ssh = join(here.home, '.ssh')
    mkdirSync(ssh, { mode: 0o700 })
    writeFileSync(join(ssh, 'known_hosts'), sshd.knownHostsLine.trim().concat('\n'))
    writeFileSync(
      join(ssh, 'config'),
      `Host far\n HostName 127.0.0.1\n Port ${sshd.port}\n User ${sshd.user}\n IdentityFile ${sshd.clientKey}\n UserKnownHostsFile ${join(ssh, 'known_hosts')}\n`,
      { mode: 0o600 },
    )
    await here.run(['config', 'set', 'hosts.ssh_config', join(ssh, 'config')])
    const ran = await here.run(['--remote', 'ssh://far', 'todos', 'list'])
    expect(ran.stderr).toBe('')
    expect(ran.stdout).toContain('over there')
    await there.run(['down'])
    expect((await here.run(['--remote', 'ssh://far', 'todos', 'list'])).code).toBe(5)
  } finally {
    await sshd.stop()
  }
})

test.skipIf(missing)(
  'a screen over ssh finds the owner that came after, at its port and with its key',
  async () => {
    await using there = program()
    const sshd = await startSshd({ config: [`SetEnv ITHACA_HOME=${there.env.ITHACA_HOME}`] })
    const config = readConfig('')
    try {
      await says(there.start(['up', '--port', '0']), /Ithaca is up/)
      config.hosts.ssh_config = writeSshConfig(sshd.folder, [{ alias: 'far', sshd }])
      const first = await connectOverSsh('ssh://far', config)
      const lasting = await connectLasting({ paths: findPaths(there.env), version: '0' }, first)
      const pid = async () => (await createClient(lasting.carry).call(workspace.status, {})).pid
      const before = await pid()
      await there.run(['down'])
      await expect(pid()).rejects.toThrow()
      await expect.poll(() => lasting.lost?.reason).toContain('No Ithaca is up on far')
      await says(there.start(['up', '--port', String(await freePort())]), /Ithaca is up/)
      await expect.poll(() => lasting.lost, { timeout: 15_000 }).toBeNull()
      expect(await pid()).not.toBe(before)
      await lasting.close()
    } finally {
      await sshd.stop()
    }
  },
)

test.skipIf(missing)(
  'a screen over ssh heals when its line went dead and another one can be had',
  async () => {
    await using there = program()
    const sshd = await startSshd({ config: [`SetEnv ITHACA_HOME=${there.env.ITHACA_HOME}`] })
    const line = await startSlowLink(sshd.port, { delayMs: 0 })
    const config = readConfig('')
    try {
      await says(there.start(['up', '--port', '0']), /Ithaca is up/)
      config.hosts.ssh_config = writeSshConfig(sshd.folder, [{ alias: 'far', sshd, port: line.port }])
      const first = await connectOverSsh('ssh://far', config)
      const options = { paths: findPaths(there.env), version: '0' }
      const lasting = await connectLasting(options, first, { answer: 1000, way: 100 })
      const client = createClient(lasting.carry)
      const { pid } = await client.call(workspace.status, {})
      line.cut()
      await expect(client.call(workspace.status, {})).rejects.toThrow('No answer from ssh://far')
      line.restore()
      await expect.poll(() => lasting.lost, { timeout: 30_000 }).toBeNull()
      expect(await client.call(workspace.status, {})).toMatchObject({ pid })
      await lasting.close()
    } finally {
      await line.close()
      await sshd.stop()
    }
  },
)
