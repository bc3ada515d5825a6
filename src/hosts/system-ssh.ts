import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import type { Target } from '../contract/target.ts'
import type { Terminal } from '../contract/terminal.ts'
import { HostError, type Shell, type Transport } from './host.ts'
import { childShell, started } from './local.ts'
import { openPty } from './pty.ts'
import { quoteAll, quoteForAny } from './quote.ts'
import type { SshSettings } from './settings.ts'
import { sshTargetArgs } from './settings.ts'
import { readSshFailure } from './system-ssh-errors.ts'
import { forwardOf, Refusals } from './system-ssh-forward.ts'

export interface SystemSshOptions {
  target: Target
  configFile: string | null
  knownHostsFile?: string | null
  signal?: AbortSignal
}

/**
 * The system's `ssh`, for what the built-in client cannot do. One process holds the connection and shares it over a
 * socket of our own, so that a question costs no login; a connection the user already shares is used instead.
 */
export async function openSystemSsh(settings: SshSettings, options: SystemSshOptions): Promise<Transport> {
  const base = commonArgs(settings, options)
  const alias = options.target.alias
  if (sharesLiveConnection(settings))
    return transportOf(settings, [...base, '-o', 'ControlMaster=no'], alias, null)
  const folder = mkdtempSync(join(tmpdir(), 'ith-'))
  const forget = () => rmSync(folder, { recursive: true, force: true })
  try {
    const path = join(folder, 's')
    const master = await openMaster(settings, base, alias, path, options)
    master.once('exit', forget)
    return transportOf(settings, [...base, '-o', 'ControlMaster=no', '-S', path], alias, master)
  } catch (error) {
    forget()
    throw error
  }
}

/** What is run to connect, as it would be typed; a socket for what follows comes with it. */
export const sshLine = (settings: SshSettings, options: SystemSshOptions): string =>
  quoteAll(['ssh', ...commonArgs(settings, options), '-N', '--', options.target.alias])

function commonArgs(settings: SshSettings, options: SystemSshOptions): string[] {
  const files = [`"${options.knownHostsFile}"`, ...(settings.all.get('userknownhostsfile') ?? [])]
  const set = (name: string, value: string) => ['-o', `${name}=${value}`]
  return [
    ...sshTargetArgs(options.target, options.configFile),
    '-T',
    ...set('BatchMode', 'yes'),
    ...(options.knownHostsFile ? set('UserKnownHostsFile', files.join(' ')) : []),
    ...set('StrictHostKeyChecking', settings.acceptNewKeys ? 'accept-new' : 'yes'),
    ...set('ServerAliveInterval', '5'),
    ...set('ServerAliveCountMax', '3'),
    ...set('ConnectTimeout', String(Math.ceil(settings.connectTimeoutMs / 1000))),
    ...set('RemoteCommand', 'none'),
    ...set('ForkAfterAuthentication', 'no'),
    ...set('StdinNull', 'no'),
    ...set('ClearAllForwardings', 'yes'),
    ...set('LogLevel', 'ERROR'),
  ]
}

/** Runs a command that would outlive us, were it not ended when its input ends. */
const ENDS_WITH_US = `exec 9<&0
"$@" </dev/null 9<&- & p=$!
( while read -r _; do :; done; kill "$p" ) <&9 9<&- >/dev/null 2>&1 & w=$!
wait "$p"; c=$?; kill "$w"; exit "$c"`

const sharesLiveConnection = (settings: SshSettings): boolean => settings.controlSocket !== null

/** Starts the process that holds the connection and waits until it has logged in. */
async function openMaster(
  settings: SshSettings,
  base: string[],
  alias: string,
  path: string,
  options: SystemSshOptions,
): Promise<ChildProcess> {
  const marker = `ready-${randomBytes(8).toString('hex')}`
  // ssh runs a LocalCommand once the login is done: the one sign of it that takes no session. Why a port was refused
  // is said at INFO and above.
  const settingsOfMaster = [
    'ControlPersist=no',
    'LogLevel=INFO',
    'PermitLocalCommand=yes',
    `LocalCommand=echo ${marker}`,
  ]
  const args = settingsOfMaster.flatMap(setting => ['-o', setting])
  const command = ['ssh', ...args, ...base, '-M', '-S', path, '-N', '--', alias]
  const master = spawn('/bin/sh', ['-c', ENDS_WITH_US, 'sh', ...command], { stdio: 'pipe', detached: true })
  await started(master, 'ssh')
  let out = ''
  let said = ''
  master.stderr!.on('data', chunk => {
    said = (said + chunk).slice(-4096)
  })
  const ready = new Promise<boolean>(resolve => {
    master.stdout!.on('data', chunk => {
      out += chunk
      if (out.includes(marker)) resolve(true)
    })
    master.once('close', () => resolve(false))
  })
  const stop = () => master.stdin?.end()
  options.signal?.addEventListener('abort', stop, { once: true })
  const timer = setTimeout(stop, settings.connectTimeoutMs + 15_000)
  const isReady = await ready
  clearTimeout(timer)
  options.signal?.removeEventListener('abort', stop)
  if (isReady) return master
  if (options.signal?.aborted) throw new HostError('aborted', `Connecting to ${settings.alias} was given up.`)
  throw await readSshFailure(
    said,
    settings,
    [...base, '--', alias],
    options.knownHostsFile ?? settings.knownHostsFiles[0] ?? '',
  )
}

function transportOf(
  settings: SshSettings,
  base: string[],
  alias: string,
  master: ChildProcess | null,
): Transport {
  const children = new Set<ChildProcess>()
  const terminals = new Set<Terminal>()
  const { promise: closed, resolve: settleClosed } = Promise.withResolvers<Error>()
  const lost = () => new HostError('lost', `The connection to ${settings.alias} was lost.`)
  const refusals = new Refusals(master?.stderr ?? null)
  let over = false
  const end = () => {
    over = true
    settleClosed(lost())
    for (const child of children) child.kill('SIGKILL')
    for (const terminal of terminals) terminal.close()
  }
  master?.once('exit', end)
  const start = async (args: string[], signal?: AbortSignal): Promise<ChildProcess> => {
    if (over) throw lost()
    if (signal?.aborted) throw new HostError('aborted', 'It was given up before it was begun.')
    const child = spawn('ssh', args, { stdio: 'pipe', detached: true })
    await started(child, 'ssh')
    children.add(child)
    child.once('exit', code => {
      children.delete(child)
      // 255 is ssh's own: without a process that holds the connection it is the only sign that it went.
      if (code === 255 && !master) end()
    })
    return child
  }
  return {
    kind: 'ssh',
    closed,
    async spawn(signal): Promise<Shell> {
      const shell = childShell(await start([...base, '--', alias, 'exec /bin/sh'], signal))
      // 255 is ssh's own, and a signal ended only ssh: neither says how the far program fared.
      const done = shell.done.then(({ code }) => ({ code: code === 255 ? null : code, signal: null }))
      return { ...shell, done }
    },
    async terminal(argv, shape): Promise<Terminal> {
      if (over) throw lost()
      const command = `exec ${quoteForAny(argv)}`
      const ssh = ['ssh', ...base, '-tt', '-e', 'none', '--', alias, command]
      const terminal = await openPty(ssh, shape)
      terminals.add(terminal)
      void terminal.ended.then(() => terminals.delete(terminal))
      // 255 is ssh's own, and where the connection is gone only ssh was ended.
      const ended = terminal.ended.then(end =>
        over || end.code === 255 ? { code: null, reason: lost().message } : end,
      )
      return { ...terminal, ended }
    },
    async connect(port, signal): Promise<Duplex> {
      const child = await start([...base, '-W', `localhost:${port}`, '--', alias], signal)
      return forwardOf(child, port, settings.alias, refusals)
    },
    close() {
      master?.stdin?.end()
      end()
    },
  }
}
