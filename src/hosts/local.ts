import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Terminal } from '../contract/terminal.ts'
import { HostError, type Shell, type Transport } from './host.ts'
import { openPty } from './pty.ts'

/** How long a process group has to end by itself before it is killed. */
const TERM_WAIT = 500

/** Signals the whole process group, which every shell of ours leads. */
function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  try {
    process.kill(-child.pid, signal)
  } catch {
    // The group may not exist yet, in the instant between fork and setsid.
    child.kill(signal)
  }
}

/** Asks a process group to end, and ends it where it does not. */
function endGroup(child: ChildProcess): void {
  child.stdin?.end()
  killGroup(child, 'SIGTERM')
  const timer = setTimeout(() => killGroup(child, 'SIGKILL'), TERM_WAIT).unref()
  child.once('exit', () => clearTimeout(timer))
}

/** A child process of this machine as a `Shell`. A failure to start is reported through `failed`. */
export function childShell(child: ChildProcess): Shell {
  const { stdin, stdout, stderr } = child
  if (!stdin || !stdout || !stderr) throw new TypeError('The child process was started without pipes.')
  // A write to a shell that has ended fails here; its end is told by `done`.
  stdin.on('error', () => stdin.destroy())
  const done = new Promise<{ code: number | null; signal: string | null }>(resolve => {
    child.once('exit', (code, signal) => resolve({ code, signal }))
    child.once('error', () => resolve({ code: null, signal: null }))
  })
  return { stdin, stdout, stderr, done, kill: (signal = 'TERM') => killGroup(child, `SIG${signal}`) }
}

/** Waits until a spawned child really runs. */
export function started(child: ChildProcess, what: string): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('spawn', resolve)
    child.once('error', error =>
      reject(new HostError('unreachable', `${what} could not be started: ${error.message}`)),
    )
  })
}

export function connectLoopback(port: number, signal?: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(new HostError('aborted', `Connecting to port ${port} was given up.`))
    const socket = connect({ port, host: 'localhost', autoSelectFamily: true, noDelay: true })
    const abort = () => socket.destroy(new HostError('aborted', `Connecting to port ${port} was given up.`))
    signal?.addEventListener('abort', abort, { once: true })
    const settle = () => signal?.removeEventListener('abort', abort)
    socket.once('connect', () => {
      settle()
      socket.removeAllListeners('error')
      resolve(socket)
    })
    socket.once('error', error => {
      settle()
      if (error instanceof HostError) return reject(error)
      reject(new HostError('refused', `Nothing answers on port ${port}: ${error.message}`, { port }))
    })
  })
}

/** This machine. */
export function openLocal(): Transport {
  const children = new Set<ChildProcess>()
  const sockets = new Set<Socket>()
  const terminals = new Set<Terminal>()
  const { promise: closed, resolve: settleClosed } = Promise.withResolvers<Error>()
  let over = false
  return {
    kind: 'local',
    closed,
    async spawn(signal) {
      if (over) throw new HostError('lost', 'This machine was closed as a host.')
      if (signal?.aborted) throw new HostError('aborted', 'It was given up before it was begun.')
      const home = process.env.HOME
      // A working directory that is not there would be reported as a missing /bin/sh.
      const cwd = home && existsSync(home) ? home : '/'
      const child = spawn('/bin/sh', [], { detached: true, stdio: 'pipe', cwd })
      await started(child, '/bin/sh')
      children.add(child)
      child.once('exit', () => children.delete(child))
      return childShell(child)
    },
    async terminal(argv, shape) {
      if (over) throw new HostError('lost', 'This machine was closed as a host.')
      const terminal = await openPty(argv, shape)
      terminals.add(terminal)
      void terminal.ended.then(() => terminals.delete(terminal))
      return terminal
    },
    async connect(port, signal): Promise<Duplex> {
      const socket = await connectLoopback(port, signal)
      sockets.add(socket)
      socket.once('close', () => sockets.delete(socket))
      return socket
    },
    close() {
      if (over) return
      over = true
      for (const child of children) endGroup(child)
      for (const socket of sockets) socket.destroy()
      for (const terminal of terminals) terminal.close()
      settleClosed(new HostError('lost', 'Closed.'))
    },
  }
}
