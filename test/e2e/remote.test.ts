import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { program, says } from '../peers/program.ts'
import { sshdMissing, startSshd } from '../peers/sshd.ts'

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
