import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, describe, expect, it } from 'vitest'
import { Hosts } from '../../src/hosts/hosts.ts'
import { makeKey, type Sshd, writeSshConfig } from '../peers/sshd.ts'
import { Cleanup, hostsOf, needs, noSshd, sshdIn } from './setting.ts'

const cleanup = new Cleanup()
afterEach(() => cleanup.run())

/** Lets a key in at a daemon, beside its own. */
const admit = (sshd: Sshd, publicKey: string) =>
  appendFileSync(join(sshd.folder, 'authorized_keys'), readFileSync(publicKey))

describe('logging in', () => {
  it('opens an encrypted key with the passphrase it is given, and says so without', async ({ skip }) => {
    needs(noSshd, skip)
    const sshd = await sshdIn(cleanup)
    const key = join(sshd.folder, 'locked')
    makeKey(key, 'ed25519', 'open sesame')
    admit(sshd, `${key}.pub`)
    const lines = [`IdentityFile ${key}`]
    writeFileSync(sshd.clientKey, '')
    const asked: string[] = []
    const answers = ['wrong', 'open sesame']
    const askPassphrase = async (file: string) => {
      asked.push(file)
      return answers.shift() ?? null
    }
    const host = hostsOf(cleanup, sshd, { lines, askPassphrase }).get('a')
    await expect(host.ask(':')).rejects.toMatchObject({
      code: 'auth',
      message: expect.stringContaining('is wrong'),
    })
    host.retry()
    expect((await host.ask('echo in')).stdout.toString()).toBe('in\n')
    expect(asked).toEqual([key, key])
    await sshd.kill()
    await sshd.start()
    host.retry()
    expect((await host.ask('echo again')).stdout.toString()).toBe('again\n')
    expect(asked).toEqual([key, key])
    const silent = hostsOf(cleanup, sshd, { lines }).get('a')
    await expect(silent.ask(':')).rejects.toMatchObject({ message: expect.stringContaining('ssh-add') })
  })

  it("offers the agent's keys, and with IdentitiesOnly only the configured one", async ({ skip }) => {
    needs(noSshd, skip)
    const sshd = await sshdIn(cleanup, { config: ['MaxAuthTries 3'] })
    const socket = join(sshd.folder, 'agent')
    const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: ['ignore', 'pipe', 'ignore'] })
    cleanup.add(agent, a => a.kill())
    await new Promise(resolve => agent.stdout.once('data', resolve))
    const env = { ...process.env, SSH_AUTH_SOCK: socket }
    for (let n = 0; n < 6; n++) {
      const key = join(sshd.folder, `other${n}`)
      makeKey(key)
      execFileSync('ssh-add', ['-q', key], { env })
    }
    execFileSync('ssh-add', ['-q', sshd.clientKey], { env })
    rmSync(sshd.clientKey)
    // The agent alone has the private half; the public one says which of its keys is meant.
    const lines = [`IdentityAgent ${socket}`]
    const hosts = hostsOf(cleanup, sshd, { lines })
    expect((await hosts.get('b').ask('echo in')).stdout.toString()).toBe('in\n')
    expect((await hosts.get('a').ask('echo in')).stdout.toString()).toBe('in\n')
  })

  it('goes through jump hosts, each with its own key', async ({ skip }) => {
    needs(noSshd, skip)
    const [gate, inner, far] = [await sshdIn(cleanup), await sshdIn(cleanup), await sshdIn(cleanup)]
    const sshConfig = writeSshConfig(gate.folder, [
      { alias: 'gate', sshd: gate },
      { alias: 'inner', sshd: inner },
      { alias: 'far', sshd: far, lines: ['ProxyJump gate,inner'] },
    ])
    const hosts = cleanup.add(new Hosts({ sshConfig }), h => h.close())
    hosts.setRecords([{ id: '1', name: 'far', target: 'far' }])
    const host = hosts.get('far')
    const answer = await host.ask('echo "$SSH_CONNECTION"')
    expect(answer.stdout.toString().trim().split(' ').at(-1)).toBe(String(far.port))
    expect(host.transport).toBe('ssh2')
    await gate.kill()
    await expect(host.ask(':')).rejects.toMatchObject({ code: expect.stringMatching(/lost|unreachable/) })
  })

  it('passes ProxyCommand and certificates on to the system ssh', async ({ skip }) => {
    needs(noSshd, skip)
    const sshd = await sshdIn(cleanup)
    const authority = join(sshd.folder, 'ca')
    makeKey(authority)
    const key = join(sshd.folder, 'certified')
    makeKey(key)
    const user = userInfo().username
    execFileSync('ssh-keygen', ['-q', '-s', authority, '-I', 'test', '-n', user, `${key}.pub`])
    appendFileSync(
      join(sshd.folder, 'authorized_keys'),
      `cert-authority ${readFileSync(`${authority}.pub`, 'utf8')}`,
    )
    const certified = hostsOf(cleanup, sshd, { lines: [`IdentityFile ${key}`] })
    certified.setRecords([{ id: 'c', name: 'c', target: 'peer' }])
    expect(await certified.way('c')).toEqual({ kind: 'ssh', why: 'a certificate is used' })
    expect((await certified.get('c').ask('echo in')).stdout.toString()).toBe('in\n')
    rmSync(`${key}-cert.pub`)
    const proxied = hostsOf(cleanup, sshd, {
      lines: [`ProxyCommand sh -c 'exec 3<>/dev/null; exec nc 127.0.0.1 ${sshd.port}'`],
    })
    proxied.setRecords([{ id: 'c', name: 'c', target: 'peer' }])
    expect(await proxied.way('c')).toEqual({ kind: 'ssh', why: 'ProxyCommand is set' })
  })

  it("uses a connection the user's own ssh shares", async ({ skip }) => {
    needs(noSshd, skip)
    const sshd = await sshdIn(cleanup)
    const socket = join(sshd.folder, 'shared')
    const hosts = hostsOf(cleanup, sshd, { lines: [`ControlPath ${socket}`] })
    hosts.setRecords([{ id: 'c', name: 'c', target: 'peer' }])
    const config = join(sshd.folder, 'ssh_config')
    const master = spawn(
      'ssh',
      ['-F', config, '-M', '-N', '-o', 'PermitLocalCommand=yes', '-o', 'LocalCommand=echo up', 'peer'],
      {
        stdio: ['ignore', 'pipe', 'ignore'],
      },
    )
    cleanup.add(master, m => m.kill())
    await new Promise(resolve => master.stdout.once('data', resolve))
    expect(await hosts.way('c')).toEqual({ kind: 'ssh', why: 'a live ControlPath connection exists' })
    writeFileSync(join(sshd.folder, 'authorized_keys'), '')
    expect((await hosts.get('c').ask('echo in')).stdout.toString()).toBe('in\n')
  })

  it('is not thrown by what a distribution turns on for everyone', async ({ skip }) => {
    needs(noSshd, skip)
    const sshd = await sshdIn(cleanup)
    const lines = ['GSSAPIAuthentication yes', `ControlPath ${sshd.folder}/nobody-%C`, 'HashKnownHosts yes']
    const hosts = hostsOf(cleanup, sshd, { lines })
    expect((await hosts.way('a')).kind).toBe('ssh2')
  })

  it('prefers a kind of host key that is already known', async ({ skip }) => {
    needs(noSshd, skip)
    const folder = cleanup.add(mkdtempSync(join(tmpdir(), 'ithaca-key-')), f =>
      rmSync(f, { recursive: true }),
    )
    const better = join(folder, 'better')
    makeKey(better)
    const sshd = await sshdIn(cleanup, { hostKey: 'rsa', config: [`HostKey ${better}`] })
    const host = hostsOf(cleanup, sshd).get('a')
    expect((await host.ask('echo in')).stdout.toString()).toBe('in\n')
  })
})

/** An account with a login shell and a home of its own; only root can make one. */
function makeAccount(name: string, shell: string): { user: string; home: string } {
  const user = `ith${name}${process.pid % 10_000}`
  const home = mkdtempSync(join(tmpdir(), 'ithaca-home-'))
  execFileSync('useradd', ['-M', '-d', home, '-s', shell, '-p', '*', user])
  cleanup.add(user, u => {
    // Its shells end with their connection, which may be a moment from now.
    execFileSync('userdel', ['-f', u], { stdio: 'ignore' })
    rmSync(home, { recursive: true, force: true })
  })
  execFileSync('chown', [user, home])
  return { user, home }
}

const notRoot = userInfo().uid === 0 ? null : 'only root can make accounts with other login shells'

it('repeats what an account that may not log in is told', async ({ skip }) => {
  needs(noSshd ?? notRoot, skip)
  const nologin = ['/usr/sbin/nologin', '/sbin/nologin'].find(path => existsSync(path))
  needs(nologin ? null : 'nologin is not installed', skip)
  const { user } = makeAccount('no', nologin!)
  const sshd = await sshdIn(cleanup, { user })
  for (const name of ['a', 'b']) {
    const asked = hostsOf(cleanup, sshd).get(name).ask(':')
    await expect(asked).rejects.toMatchObject({
      code: 'no_channel',
      message: expect.stringContaining('not available'),
    })
  }
})

const SHELLS = ['bash', 'dash', 'zsh', 'fish', 'tcsh']
const NOISE: Record<string, [string, string]> = {
  bash: ['.bashrc', 'echo noise; echo noise >&2'],
  zsh: ['.zshenv', 'echo noise; echo noise >&2'],
  fish: ['.config/fish/config.fish', 'echo noise; echo noise >&2'],
  tcsh: ['.tcshrc', 'echo noise; echo "half a line" | tr -d "\\n"'],
  dash: ['.profile', 'echo noise'],
}

describe.each(SHELLS)('an account whose login shell is %s', shell => {
  it.for(['a', 'b'])('answers the same, start-up files making noise (%s)', async (name, { skip }) => {
    needs(noSshd, skip)
    needs(notRoot, skip)
    const path = spawnSync('sh', ['-c', `command -v ${shell}`], { encoding: 'utf8' }).stdout.trim()
    needs(path ? null : `${shell} is not installed`, skip)
    const { user, home } = makeAccount(shell, path)
    const [file, noise] = NOISE[shell]!
    execFileSync('mkdir', ['-p', join(home, file, '..')])
    writeFileSync(join(home, file), `${noise}\n`)
    execFileSync('chown', ['-R', user, home])
    const sshd = await sshdIn(cleanup, { user, config: ['PermitUserEnvironment no'] })
    const host = hostsOf(cleanup, sshd).get(name)
    const answer = await host.ask(`cat; id -un; echo "it's" 'a "test" $HOME' \\\\ >&2; exit 5`, {
      stdin: 'in\0put\n',
    })
    expect(answer.stdout.toString()).toBe(`in\0put\n${user}\n`)
    expect(answer.stderr.toString()).toBe(`it's a "test" $HOME \\\n`)
    expect(answer.code).toBe(5)
    const stream = await host.stream('echo clean; echo err >&2')
    expect(await Promise.all([text(stream.stdout), text(stream.stderr)])).toEqual(['clean\n', 'err\n'])
  })
})
