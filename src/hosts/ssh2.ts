import type { Duplex } from 'node:stream'
import type { Client, ClientChannel } from 'ssh2'
import type { Terminal, TerminalEnd } from '../contract/terminal.ts'
import { HostError, type Shell, type Transport } from './host.ts'
import { quoteForAny } from './quote.ts'
import type { SshSettings } from './settings.ts'
import { type LoginOptions, login } from './ssh2-login.ts'

/** How long a killed program has to report its end before its channel is closed. */
const KILL_WAIT = 1500

/** Logs in with the built-in client, through every jump host on the way. */
export async function openSsh2(settings: SshSettings, options: LoginOptions = {}): Promise<Transport> {
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
      return heard(
        client,
        signal,
        channel => channelShell(channel, closed),
        done => client.exec('exec /bin/sh', done),
      )
    },
    async terminal(argv, { cols, rows, term }, signal) {
      if (over) throw lost()
      const command = `exec ${quoteForAny(argv)}`
      return heard(
        client,
        signal,
        channel => channelTerminal(channel, closed),
        done => client.exec(command, { pty: { cols, rows, term, width: 0, height: 0 } }, done),
      )
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

/** Listens to a channel as it opens: what ends at once says how in the packet after, before any promise is read. */
async function heard<T>(
  client: Client,
  signal: AbortSignal | undefined,
  listen: (channel: ClientChannel) => T,
  open: (done: Done<ClientChannel>) => void,
): Promise<T> {
  let made: T | undefined
  await settled<ClientChannel>(client, signal, done =>
    open((error, channel) => {
      if (!error) made = listen(channel)
      done(error, channel)
    }),
  )
  return made!
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

function channelTerminal(channel: ClientChannel, closed: Promise<Error>): Terminal {
  let code: number | null = null
  let known = false
  channel.once('exit', (given: number | null) => {
    code = given
    known = true
  })
  const ended = new Promise<TerminalEnd>(resolve => {
    channel.once('close', () => {
      // A connection that goes closes its channels first, and says so itself.
      if (known) resolve({ code, reason: null })
      else void Promise.race([closed, afterwards()]).then(why => resolve({ code: null, reason: why.message }))
    })
    void closed.then(why => resolve({ code: null, reason: why.message }))
  })
  channel.on('error', () => channel.destroy())
  channel.stderr.resume()
  return {
    stream: channel,
    resize: ({ cols, rows }) => channel.setWindow(rows, cols, 0, 0),
    ended,
    close: () => channel.close(),
  }
}

const afterwards = async (): Promise<Error> => {
  await new Promise(resolve => setTimeout(resolve, KILL_WAIT).unref())
  return new HostError('lost', 'The terminal was closed.')
}
