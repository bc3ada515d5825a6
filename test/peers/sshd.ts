import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { freePort } from './port.ts'

const SSHD = '/usr/sbin/sshd'

/** Why no daemon can be started here, or null. */
export function sshdMissing(): string | null {
  return existsSync(SSHD) ? null : `${SSHD} is not installed`
}

export interface Sshd {
  readonly port: number
  readonly user: string
  /** Everything it uses; removed when it is stopped. */
  readonly folder: string
  /** A key that is let in, without a passphrase, and its public half. */
  readonly clientKey: string
  /** The known_hosts line of its own key, under `[127.0.0.1]:port`. */
  readonly knownHostsLine: string
  readonly hostKeyFingerprint: string
  readonly pid: number
  /** What the daemon wrote so far, for a failing test to show. */
  log(): string
  /** Stops the listener and every session below it, then the same port listens again with a new host key. */
  changeHostKey(): Promise<void>
  /** Ends the listener and every connection at once. What ran over them is left to find that out by itself. */
  kill(): Promise<void>
  start(): Promise<void>
  /** Ends it for good, with what is still left of the jobs. */
  stop(): Promise<void>
}

export interface SshdOptions {
  /** Lines for its sshd_config; the first value of a keyword is the one that counts. */
  config?: string[]
  user?: string
  /** Kind of the host key. */
  hostKey?: 'ed25519' | 'rsa' | 'ecdsa'
}

export function makeKey(path: string, type = 'ed25519', passphrase = ''): void {
  execFileSync('ssh-keygen', [
    '-q',
    '-t',
    type,
    ...(type === 'rsa' ? ['-b', '2048'] : []),
    '-N',
    passphrase,
    '-C',
    'test',
    '-f',
    path,
  ])
}

/** A daemon of our own on a high port of loopback, with its own keys. */
export async function startSshd(options: SshdOptions = {}): Promise<Sshd> {
  const user = options.user ?? userInfo().username
  const folder = mkdtempSync(join(tmpdir(), 'ithaca-sshd-'))
  // An account that is not ours has to be able to read its authorized_keys.
  chmodSync(folder, 0o755)
  // Started as root it insists on this directory, which a package creates only with its service.
  if (userInfo().uid === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 })
  const hostKey = join(folder, 'host_key')
  const clientKey = join(folder, 'client_key')
  makeKey(hostKey, options.hostKey)
  makeKey(clientKey)
  const authorized = join(folder, 'authorized_keys')
  writeFileSync(authorized, readFileSync(`${clientKey}.pub`), { mode: 0o644 })
  const port = await freePort()
  const config = join(folder, 'sshd_config')
  // Our own account gets a home of its own: what its start-up files do, and leave behind when they are cut off, is not tested.
  const home = join(folder, 'home')
  mkdirSync(home)
  const set = (options.config ?? []).filter(line => line.startsWith('SetEnv ')).map(line => line.slice(7))
  if (user === userInfo().username) set.push(`HOME=${home}`)
  writeFileSync(
    config,
    [
      ...(set.length > 0 ? [`SetEnv ${set.join(' ')}`] : []),
      ...(options.config ?? []).filter(line => !line.startsWith('SetEnv ')),
      `Port ${port}`,
      'ListenAddress 127.0.0.1',
      `HostKey ${hostKey}`,
      `PidFile ${join(folder, 'pid')}`,
      `AuthorizedKeysFile ${authorized}`,
      'StrictModes no',
      'UsePAM no',
      'PasswordAuthentication no',
      'KbdInteractiveAuthentication no',
      'PermitRootLogin yes',
      'MaxStartups 200',
      'PrintMotd no',
      'Subsystem sftp internal-sftp',
      '',
    ].join('\n'),
  )
  let daemon: ChildProcess | null = null
  let log = ''
  const jobs: Process[] = []
  const start = async () => {
    const child = spawn(SSHD, ['-D', '-e', '-f', config], { stdio: ['ignore', 'ignore', 'pipe'] })
    daemon = child
    child.stderr.on('data', chunk => {
      log = (log + chunk).slice(-20_000)
    })
    await listening(port, child, () => log)
  }
  const kill = async () => {
    const child = daemon
    daemon = null
    if (!child || child.exitCode !== null) return
    const below = processesBelow(child.pid!)
    const gone = new Promise(resolve => child.once('exit', resolve))
    child.kill('SIGKILL')
    await gone
    for (const one of below) {
      if (one.name.startsWith('sshd')) endProcess(one.pid)
      else jobs.push(one)
    }
  }
  await start()
  const fields = () => readFileSync(`${hostKey}.pub`, 'utf8').trim().split(' ').slice(0, 2).join(' ')
  return {
    port,
    user,
    folder,
    clientKey,
    get knownHostsLine() {
      return `[127.0.0.1]:${port} ${fields()}`
    },
    get hostKeyFingerprint() {
      return execFileSync('ssh-keygen', ['-lf', `${hostKey}.pub`], { encoding: 'utf8' }).split(' ')[1]!
    },
    get pid() {
      return daemon?.pid ?? 0
    },
    log: () => log,
    async changeHostKey() {
      await kill()
      rmSync(hostKey)
      rmSync(`${hostKey}.pub`)
      makeKey(hostKey, options.hostKey)
      await start()
    },
    kill,
    start,
    async stop() {
      await kill()
      const running = new Map(allProcesses().map(one => [one.pid, one]))
      for (const { pid, started } of jobs) if (running.get(pid)?.started === started) endProcess(pid)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** An ssh config that reads nothing of the account the tests run under. */
export function writeSshConfig(
  folder: string,
  hosts: { alias: string; sshd: Sshd; port?: number; lines?: string[] }[],
): string {
  const path = join(folder, 'ssh_config')
  const known = join(folder, 'known_hosts')
  const sections = hosts.map(({ alias, sshd, port, lines = [] }) =>
    [
      `Host ${alias}`,
      ...lines,
      'HostName 127.0.0.1',
      `Port ${port ?? sshd.port}`,
      `User ${sshd.user}`,
      `IdentityFile ${sshd.clientKey}`,
      'IdentitiesOnly yes',
      'IdentityAgent none',
      `UserKnownHostsFile ${known}`,
      'GlobalKnownHostsFile /dev/null',
    ].join('\n  '),
  )
  writeFileSync(path, `${sections.join('\n\n')}\n`)
  const lines = hosts.flatMap(({ sshd, port }) => [
    sshd.knownHostsLine,
    ...(port ? [sshd.knownHostsLine.replace(`:${sshd.port} `, `:${port} `)] : []),
  ])
  writeFileSync(known, `${[...new Set(lines)].join('\n')}\n`)
  return path
}

async function listening(port: number, child: ChildProcess, log: () => string): Promise<void> {
  const until = Date.now() + 10_000
  while (Date.now() < until) {
    if (child.exitCode !== null) throw new Error(`sshd ended at once: ${log()}`)
    const open = await new Promise<boolean>(resolve => {
      const socket = connect(port, '127.0.0.1')
      socket.once('data', () => {
        socket.destroy()
        resolve(true)
      })
      socket.once('error', () => resolve(false))
    })
    if (open) return
    await new Promise(resolve => setTimeout(resolve, 20))
  }
  throw new Error(`sshd does not listen on port ${port}: ${log()}`)
}

interface Process {
  pid: number
  parent: number
  started: string
  name: string
}

function allProcesses(): Process[] {
  return execFileSync('ps', ['-A', '-o', 'pid=,ppid=,lstart=,comm='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map(line => {
      const [pid, parent, ...words] = line.trim().split(/\s+/)
      return {
        pid: Number(pid),
        parent: Number(parent),
        started: words.slice(0, 5).join(' '),
        name: words.slice(5).join(' '),
      }
    })
}

/** Every process below one, children of children included. */
function processesBelow(pid: number): Process[] {
  const table = allProcesses()
  const found: Process[] = []
  for (let parents = [pid]; parents.length > 0; ) {
    const children = table.filter(one => parents.includes(one.parent))
    found.push(...children)
    parents = children.map(one => one.pid)
  }
  return found
}

function endProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
