import type { Duplex } from 'node:stream'
import type { Client, ClientChannel, ConnectConfig, ServerHostKeyAlgorithm } from 'ssh2'
import { HostError, type Shell, type Transport } from './host.ts'
import { type AskPassphrase, LoginReport, loginSequence } from './keys.ts'
import { judgeHostKey, keyError, keyLine, knownTypes, trustHostKey } from './known-hosts.ts'
import type { SshSettings } from './settings.ts'

export interface Ssh2Options {
  askPassphrase?: AskPassphrase | null
  /** Where a trusted key is filed; read before the files of the ssh config. */
  knownHostsFile?: string | null
  signal?: AbortSignal
}

const KEEPALIVE_MS = 5000
const KEEPALIVE_MISSES = 3
/** How long a killed program has to report its end before its channel is closed. */
const KILL_WAIT = 1500

/** Logs in with the built-in client, through every jump host on the way. */
export async function openSsh2(settings: SshSettings, options: Ssh2Options = {}): Promise<Transport> {
  // Loading it costs tens of milliseconds, which somebody without remote hosts need not pay.
  const { default: ssh2 } = await import('ssh2')
  const clients: Client[] = []
  const endAll = () => {
    for (const client of clients.reverse()) client.end()
  }
  try {
    let through: Duplex | undefined
    for (const hop of [...settings.jumps, settings]) {
      const previous = clients.at(-1)
      if (previous) through = await forward(previous, hop.hostname, hop.port, `${hop.hostname}:${hop.port}`)
      clients.push(await login(ssh2, hop, through, options))
    }
  } catch (error) {
    endAll()
    throw error
  }
  return transportOf(clients.at(-1)!, settings, endAll)
}

async function login(
  ssh2: typeof import('ssh2'),
  settings: SshSettings,
  through: Duplex | undefined,
  options: Ssh2Options,
): Promise<Client> {
  const { signal } = options
  const client = new ssh2.Client()
  const report = new LoginReport()
  const keys = hostKeyCheck(settings, options)
  const config: ConnectConfig = {
    host: settings.hostname,
    port: settings.port,
    username: settings.user,
    sock: through as ConnectConfig['sock'],
    readyTimeout: settings.connectTimeoutMs,
    keepaliveInterval: KEEPALIVE_MS,
    keepaliveCountMax: KEEPALIVE_MISSES,
    hostVerifier: keys.verify,
    algorithms: { serverHostKey: keys.preferred },
    authHandler: await loginSequence(ssh2, settings, options.askPassphrase ?? null, report),
  }
  const name = settings.alias
  return new Promise((resolve, reject) => {
    const abort = () => fail(new HostError('aborted', `Connecting to ${name} was given up.`))
    const fail = (error: HostError) => {
      signal?.removeEventListener('abort', abort)
      client.destroy()
      reject(error)
    }
    if (signal?.aborted) return abort()
    signal?.addEventListener('abort', abort, { once: true })
    client.once('ready', () => {
      signal?.removeEventListener('abort', abort)
      client.setNoDelay(true)
      resolve(client)
    })
    // Errors come after the login as well; without a listener that stays, Node would end the process.
    client.on('error', error => fail(keys.error() ?? loginError(error, settings, report)))
    client.once('close', () =>
      fail(keys.error() ?? new HostError('unreachable', `${name} closed the connection during the login.`)),
    )
    client.connect(config)
  })
}

function hostKeyCheck(settings: SshSettings, options: Ssh2Options) {
  const name = settings.hostKeyAlias ?? settings.hostname
  const port = settings.hostKeyAlias ? 22 : settings.port
  const files = [...(options.knownHostsFile ? [options.knownHostsFile] : []), ...settings.knownHostsFiles]
  const home = options.knownHostsFile ?? settings.knownHostsFiles[0] ?? ''
  let error: HostError | null = null
  return {
    error: () => error,
    preferred: preferredAlgorithms(knownTypes(files, name, port)),
    verify(blob: Buffer): boolean {
      const verdict = judgeHostKey(files, name, port, blob)
      if (verdict.state === 'unknown' && settings.acceptNewKeys && home !== '') {
        trustHostKey(home, keyLine(name, port, blob), settings.hashKnownHosts)
        return true
      }
      error = keyError(verdict, name, port, blob, home)
      return error === null
    },
  }
}

const HOST_KEY_ALGORITHMS: ServerHostKeyAlgorithm[] = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
]

/** Kinds of key that are filed already come first: a key of another kind would look like a changed one. */
function preferredAlgorithms(known: string[]): ServerHostKeyAlgorithm[] {
  const isKnown = (algorithm: string) => known.includes(algorithm.startsWith('rsa-') ? 'ssh-rsa' : algorithm)
  return [...HOST_KEY_ALGORITHMS].sort((a, b) => Number(isKnown(b)) - Number(isKnown(a)))
}

function loginError(
  error: Error & { level?: string; code?: string },
  settings: SshSettings,
  report: LoginReport,
): HostError {
  const at = `${settings.hostname}:${settings.port}`
  if (error.level === 'client-authentication')
    return new HostError('auth', `${at} does not let ${settings.user} in.${report.advice(settings)}`, {
      tried: report.notes,
      methods: report.methodsLeft,
    })
  if (error.level === 'client-timeout')
    return new HostError('unreachable', `${at} did not answer within ${settings.connectTimeoutMs / 1000} s.`)
  const why: Record<string, string> = {
    ECONNREFUSED: 'it refuses the connection: no SSH server listens there',
    ENOTFOUND: 'the name is not known',
    EHOSTUNREACH: 'there is no route to it',
    ENETUNREACH: 'there is no route to it',
    ETIMEDOUT: 'it does not answer',
  }
  return new HostError('unreachable', `${at} cannot be reached: ${why[error.code ?? ''] ?? error.message}.`, {
    cause: error.code,
  })
}

function transportOf(client: Client, settings: SshSettings, endAll: () => void): Transport {
  let last: Error | null = null
  let over = false
  client.on('error', error => {
    last = error
  })
  const closed = new Promise<Error>(resolve => {
    client.once('close', () => {
      over = true
      endAll()
      resolve(
        new HostError(
          'lost',
          `The connection to ${settings.alias} was lost${last ? `: ${last.message}` : ''}.`,
        ),
      )
    })
  })
  const lost = () => new HostError('lost', `The connection to ${settings.alias} was lost.`)
  return {
    kind: 'ssh2',
    closed,
    async spawn(signal) {
      if (over) throw lost()
      const channel = await settled<ClientChannel>(client, signal, done => client.exec('exec /bin/sh', done))
      return channelShell(channel, closed)
    },
    connect: (port, signal) => {
      if (over) return Promise.reject(lost())
      return forward(client, 'localhost', port, `port ${port} of ${settings.alias}`, signal)
    },
    close() {
      over = true
      client.destroy()
      endAll()
    },
  }
}

const forward = (
  client: Client,
  host: string,
  port: number,
  what: string,
  signal?: AbortSignal,
): Promise<ClientChannel> =>
  settled<ClientChannel>(client, signal, done => client.forwardOut('127.0.0.1', 0, host, port, done), what)

type Done<T> = (error: Error | undefined, value: T) => void

/** Opens a channel; ends early when the connection does, and closes a channel that comes after it was given up. */
function settled<T extends ClientChannel>(
  client: Client,
  signal: AbortSignal | undefined,
  open: (done: Done<T>) => void,
  what = 'a channel',
): Promise<T> {
  return new Promise((resolve, reject) => {
    const settle = () => {
      signal?.removeEventListener('abort', abort)
      client.removeListener('close', close)
    }
    const fail = (error: HostError) => {
      settle()
      reject(error)
    }
    const abort = () => fail(new HostError('aborted', `Opening ${what} was given up.`))
    const close = () => fail(new HostError('lost', `The connection was lost while opening ${what}.`))
    if (signal?.aborted) return abort()
    signal?.addEventListener('abort', abort, { once: true })
    client.once('close', close)
    const done: Done<T> = (error, channel) => {
      if (error) return fail(openError(error, what))
      if (signal?.aborted) return channel.close()
      settle()
      resolve(channel)
    }
    try {
      open(done)
    } catch (error) {
      fail(new HostError('lost', `The connection is gone: ${(error as Error).message}.`))
    }
  })
}

// Reasons of RFC 4254: 1 administratively prohibited, 2 connect failed, 4 resource shortage.
function openError(error: Error & { reason?: number }, what: string): HostError {
  if (error.reason === 1)
    return new HostError(
      'forwarding_forbidden',
      `The SSH server forbids forwarding to ${what}: see AllowTcpForwarding and PermitOpen in its sshd_config.`,
    )
  if (error.reason === 2 && /open failed/.test(error.message) && what === 'a channel')
    return new HostError(
      'no_channel',
      'The SSH server opens no further session on this connection (MaxSessions).',
    )
  if (error.reason === 2) return new HostError('refused', `Nothing answers on ${what}: ${error.message}.`)
  return new HostError('no_channel', `The SSH server did not open ${what}: ${error.message}.`)
}

function channelShell(channel: ClientChannel, closed: Promise<Error>): Shell {
  const done = new Promise<{ code: number | null; signal: string | null }>(resolve => {
    channel.once('exit', (code: number | null, signal?: string) => resolve({ code, signal: signal ?? null }))
    channel.once('close', () => resolve({ code: null, signal: null }))
    void closed.then(() => resolve({ code: null, signal: null }))
  })
  channel.on('error', () => channel.destroy())
  return {
    stdin: channel,
    stdout: channel,
    stderr: channel.stderr,
    done,
    kill(signal = 'TERM') {
      if (channel.destroyed) return
      channel.signal(signal)
      // A server that knows no signals leaves the channel open.
      if (signal === 'KILL') setTimeout(() => channel.close(), KILL_WAIT).unref()
    },
  }
}
