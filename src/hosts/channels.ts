import type { Duplex } from 'node:stream'
import type { Terminal, TerminalShape } from '../contract/terminal.ts'
import { HostError, type Shell, type Transport } from './host.ts'

/** Below the usual MaxSessions of 10, which leaves room for the user's own use of a shared connection. */
const USUAL_LIMIT = 8
const MOST_CONNECTIONS = 4

interface Connection {
  transport: Transport
  open: number
  limit: number
}

/**
 * The connections to one machine. One is enough until its server opens no further session; then a second one is
 * made, and the limit remembered. Forwarded ports are not counted by servers and share the first connection.
 */
export class Channels {
  readonly #connections: Connection[]
  readonly #connect: () => Promise<Transport>
  #extra: Promise<Connection> | null = null
  #closed = false

  constructor(first: Transport, connect: () => Promise<Transport>) {
    this.#connections = [
      { transport: first, open: 0, limit: first.kind === 'local' ? Infinity : USUAL_LIMIT },
    ]
    this.#connect = connect
  }

  get first(): Transport {
    return this.#connections[0]!.transport
  }

  spawn(signal?: AbortSignal): Promise<Shell> {
    return this.#open(
      transport => transport.spawn(signal),
      shell => shell.done,
    )
  }

  terminal(argv: readonly string[], shape: TerminalShape, signal?: AbortSignal): Promise<Terminal> {
    return this.#open(
      transport => transport.terminal(argv, shape, signal),
      terminal => terminal.ended,
    )
  }

  /** A session counts until it is over; where a server opens no more, another connection is made. */
  async #open<T>(open: (transport: Transport) => Promise<T>, over: (session: T) => Promise<unknown>) {
    for (;;) {
      const connection = this.#connections.find(c => c.open < c.limit) ?? (await this.#another())
      connection.open++
      try {
        const session = await open(connection.transport)
        void over(session).then(() => connection.open--)
        return session
      } catch (error) {
        connection.open--
        if (!(error instanceof HostError) || error.code !== 'no_channel') throw error
        connection.limit = connection.open
        if (connection.limit === 0 && this.#connections.length === 1) throw error
      }
    }
  }

  connect(port: number, signal?: AbortSignal): Promise<Duplex> {
    return this.first.connect(port, signal)
  }

  close(): void {
    this.#closed = true
    for (const { transport } of this.#connections) transport.close()
  }

  #another(): Promise<Connection> {
    if (this.#connections.length >= MOST_CONNECTIONS) {
      const open = this.#connections.reduce((sum, c) => sum + c.open, 0)
      throw new HostError(
        'no_channel',
        `All ${open} sessions this machine allows are in use on ${MOST_CONNECTIONS} connections; raise MaxSessions in its sshd_config.`,
      )
    }
    this.#extra ??= this.#connectOne().finally(() => {
      this.#extra = null
    })
    return this.#extra
  }

  async #connectOne(): Promise<Connection> {
    const transport = await this.#connect()
    if (this.#closed) {
      transport.close()
      throw new HostError('lost', 'The host was closed.')
    }
    const connection = { transport, open: 0, limit: USUAL_LIMIT }
    this.#connections.push(connection)
    void transport.closed.then(() => {
      const at = this.#connections.indexOf(connection)
      if (at > 0) this.#connections.splice(at, 1)
    })
    return connection
  }
}
