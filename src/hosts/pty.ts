import { existsSync } from 'node:fs'
import { Duplex } from 'node:stream'
import type { Terminal, TerminalEnd, TerminalShape } from '../contract/terminal.ts'
import { HostError } from './host.ts'

/** A program that ends at once takes its last words with it, so the shell around it stays a moment longer. */
const LINGERS = `trap : INT QUIT; "$@"; code=$?; sleep 0.1; exit $code`
/** How long a program that was hung up on has to go. */
const KILL_WAIT = 1000

/** A program of this machine on a pseudo-terminal. */
export async function openPty(argv: readonly string[], shape: TerminalShape): Promise<Terminal> {
  const { spawn } = await ptys()
  const { cols, rows, term } = shape
  const home = process.env.HOME
  const { TMUX: _ours, TMUX_PANE: _its, ...env } = process.env
  const pty = spawn('/bin/sh', ['-c', LINGERS, 'sh', ...argv], {
    name: term,
    cols,
    rows,
    cwd: home && existsSync(home) ? home : '/',
    env: { ...env, TERM: term },
    // Bytes as they are: a character may be cut in two.
    encoding: null,
  })
  let over = false
  const stream = new Duplex({
    read: () => pty.resume(),
    write(chunk: Buffer, _encoding, done) {
      if (!over) pty.write(chunk)
      done()
    },
    final(done) {
      hangUp()
      done()
    },
    destroy(error, done) {
      hangUp()
      done(error)
    },
  })
  // Why it ended is told by `ended`.
  stream.on('error', () => undefined)
  const hangUp = (): void => {
    if (over) return
    end('SIGHUP')
    // Held back, it would not be seen to end.
    pty.resume()
    setTimeout(() => end('SIGKILL'), KILL_WAIT).unref()
  }
  const end = (signal: string): void => {
    if (over) return
    try {
      pty.kill(signal)
    } catch {
      // It ended by itself in the meantime.
    }
  }
  pty.onData(chunk => {
    if (!stream.push(chunk as unknown as Buffer)) pty.pause()
  })
  const ended = new Promise<TerminalEnd>(resolve => {
    pty.onExit(({ exitCode, signal }) => {
      over = true
      stream.push(null)
      resolve({ code: signal ? 128 + signal : exitCode, reason: null })
    })
  })
  return {
    stream,
    resize(size) {
      if (!over) pty.resize(size.cols, size.rows)
    },
    ended,
    close: () => stream.destroy(),
  }
}

/** Compiled where Ithaca was installed, or not: everything else works without it. */
const ptys = async (): Promise<typeof import('node-pty')> => {
  try {
    return await import('node-pty')
  } catch {
    throw new HostError(
      'no_channel',
      'Terminals of this machine need node-pty, which could not be built here. Install Ithaca again with a C++ compiler, make and python3 at hand; ssh and tmux open them meanwhile.',
    )
  }
}
