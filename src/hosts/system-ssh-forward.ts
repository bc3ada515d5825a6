import type { ChildProcess } from 'node:child_process'
import { Duplex, type Readable } from 'node:stream'
import { HostError } from './host.ts'

/** How long the process that holds the connection may take to say why a port was refused. */
const REASON_WAIT = 500

/** Why channels were refused. The process that holds the connection says it, in the order they were asked for. */
export class Refusals {
  readonly #said: string[] = []
  readonly #waiting: ((reason: string) => void)[] = []

  constructor(stderr: Readable | null) {
    let rest = ''
    stderr?.on('data', chunk => {
      const lines = (rest + chunk).split(/\r?\n/)
      rest = lines.pop() ?? ''
      for (const line of lines) if (/open failed/.test(line)) this.#tell(line)
    })
  }

  /** The next reason, or nothing where none is given in time. */
  next(): Promise<string> {
    const said = this.#said.shift()
    if (said !== undefined) return Promise.resolve(said)
    return new Promise(resolve => {
      const timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(tell), 1)
        resolve('')
      }, REASON_WAIT)
      const tell = (reason: string) => {
        clearTimeout(timer)
        resolve(reason)
      }
      this.#waiting.push(tell)
    })
  }

  #tell(reason: string): void {
    const waiting = this.#waiting.shift()
    if (waiting) waiting(reason)
    else this.#said.push(reason)
  }
}

/** The two pipes of `ssh -W` as one stream; why it could not connect comes as its error. */
export function forwardOf(child: ChildProcess, port: number, name: string, refusals: Refusals): Duplex {
  const { stdin, stdout, stderr } = child
  if (!stdin || !stdout || !stderr) throw new TypeError('The child process was started without pipes.')
  let said = ''
  let received = false
  const stream = new Duplex({
    read: () => void stdout.resume(),
    write: (chunk, _encoding, done) =>
      void stdin.write(chunk, error => done(error && received ? error : null)),
    final: done => void stdin.end(done),
    destroy: (error, done) => {
      child.kill('SIGTERM')
      done(error)
    },
  })
  stdin.on('error', () => stdin.destroy())
  stdout.on('data', chunk => {
    received = true
    if (!stream.push(chunk)) stdout.pause()
  })
  stderr.on('data', chunk => {
    said = (said + chunk).slice(-2048)
  })
  child.once('close', async code => {
    if (received || code === 0) return void stream.push(null)
    const reason = /refused by peer/.test(said) ? await refusals.next() : ''
    if (!stream.destroyed) stream.destroy(forwardError(`${said} ${reason}`, port, name))
  })
  return stream
}

function forwardError(said: string, port: number, name: string): HostError {
  if (/administratively prohibited/.test(said))
    return new HostError(
      'forwarding_forbidden',
      `The SSH server of ${name} forbids forwarding to port ${port}: see AllowTcpForwarding and PermitOpen in its sshd_config.`,
    )
  if (/refused/i.test(said))
    return new HostError('refused', `Nothing answers on port ${port} of ${name}.`, { port })
  return new HostError('lost', `The forwarded connection to port ${port} of ${name} ended: ${said.trim()}`)
}
