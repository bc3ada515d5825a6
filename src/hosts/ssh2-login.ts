import type { Duplex } from 'node:stream'
import type { Client, ConnectConfig, ServerHostKeyAlgorithm } from 'ssh2'
import { HostError } from './host.ts'
import { LoginReport, loginSequence, type PassphraseSource } from './keys.ts'
import { judgeHostKey, keyError, keyLine, knownTypes, trustHostKey } from './known-hosts.ts'
import { keyPlace, type SshSettings } from './settings.ts'

export interface LoginOptions {
  passphrases?: PassphraseSource | null
  /** Where a trusted key is filed; read before the files of the ssh config. */
  knownHostsFile?: string | null
  signal?: AbortSignal
}

const KEEPALIVE_MS = 5000
const KEEPALIVE_MISSES = 3

/** One login with the built-in client, directly or over a stream that leads to the machine. */
export async function login(
  ssh2: typeof import('ssh2'),
  settings: SshSettings,
  through: Duplex | undefined,
  { passphrases = null, knownHostsFile, signal }: LoginOptions,
): Promise<Client> {
  const { promise, resolve, reject } = Promise.withResolvers<Client>()
  const client = new ssh2.Client()
  const report = new LoginReport()
  const keys = hostKeyCheck(settings, knownHostsFile ?? null)
  const at = `${settings.hostname}:${settings.port}`
  const settle = () => {
    limit.end()
    signal?.removeEventListener('abort', abort)
  }
  const fail = (error: HostError) => {
    settle()
    client.destroy()
    reject(error)
  }
  const abort = () => fail(new HostError('aborted', `Connecting to ${at} was given up.`))
  const late = `${at} did not answer within ${settings.connectTimeoutMs / 1000} s.`
  const limit = pausableTimer(settings.connectTimeoutMs, () => fail(new HostError('unreachable', late)))
  client.once('ready', () => {
    settle()
    client.setNoDelay(true)
    resolve(client)
  })
  // Errors come after the login as well; without a listener that stays, Node would end the process.
  client.on('error', error => fail(keys.error() ?? loginError(error, settings, report)))
  client.once('close', () =>
    fail(keys.error() ?? new HostError('unreachable', `${at} closed the connection during the login.`)),
  )
  const asking = passphrases && {
    find: (file: string, opens: (passphrase: string) => boolean) =>
      limit.paused(() => passphrases.find(file, opens)),
  }
  const authHandler = await loginSequence(ssh2, settings, asking, report)
  if (signal?.aborted) abort()
  else {
    signal?.addEventListener('abort', abort, { once: true })
    client.connect({
      host: settings.hostname,
      port: settings.port,
      username: settings.user,
      sock: through as ConnectConfig['sock'],
      readyTimeout: 0,
      keepaliveInterval: KEEPALIVE_MS,
      keepaliveCountMax: KEEPALIVE_MISSES,
      hostVerifier: keys.verify,
      algorithms: { serverHostKey: keys.preferred },
      authHandler,
    })
  }
  return promise
}

/** A limit that stands still while a person types. */
function pausableTimer(ms: number, expire: () => void) {
  let timer: NodeJS.Timeout | null = setTimeout(expire, ms)
  let over = false
  return {
    async paused<T>(work: () => Promise<T>): Promise<T> {
      if (timer) clearTimeout(timer)
      try {
        return await work()
      } finally {
        timer = over ? null : setTimeout(expire, ms)
      }
    },
    end() {
      over = true
      if (timer) clearTimeout(timer)
    },
  }
}

function hostKeyCheck(settings: SshSettings, knownHostsFile: string | null) {
  const [name, port] = keyPlace(settings)
  const files = [...(knownHostsFile ? [knownHostsFile] : []), ...settings.knownHostsFiles]
  const home = knownHostsFile ?? settings.knownHostsFiles[0] ?? ''
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
