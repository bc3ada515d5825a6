import type { Command } from 'commander'
import { cookbook } from '../contract/cookbook.ts'
import { hosts } from '../contract/hosts.ts'
import { Problem } from '../contract/problem.ts'
import type { Terminal, TerminalShape } from '../contract/terminal.ts'
import { EXIT } from './exit.ts'
import type { Around } from './program.ts'
import { group } from './workspace.ts'

/** Terminals somewhere else on the one this command was typed in. */
export const addAttach = (program: Command, around: Around): void => {
  program
    .command('attach <serve>')
    .description('Its tmux session in this terminal, wherever it runs; C-] d leaves it')
    .action((id: string) =>
      lend(around, async shape => (await around.client()).duplex(cookbook.terminal, { id, ...shape })),
    )
  group(program, 'hosts')
    .command('shell [id]')
    .description('A shell there in this terminal')
    .action((id: string = 'local') =>
      lend(around, async shape => (await around.client()).duplex(hosts.terminal, { id, ...shape })),
    )
}

/** What a program may have left on when its connection was lost: alternate screen, mouse, paste, a hidden cursor. */
const OFF = '\x1b[?1049l\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?2004l\x1b[?25h\x1b[m'

const lend = async (
  { stdin, stdout }: Around,
  open: (shape: TerminalShape) => Promise<Terminal>,
): Promise<void> => {
  if (!stdin.isTTY || !stdout.isTTY)
    throw new Problem('invalid', 'This needs a terminal: standard input and output are not one here.')
  const size = () => ({ cols: stdout.columns || 80, rows: stdout.rows || 24 })
  const terminal = await open({ ...size(), term: process.env.TERM || 'xterm-256color' })
  const { stream } = terminal
  const resized = (): void => terminal.resize(size())
  stdout.on('resize', resized)
  const hungUp = (): void => terminal.close()
  process.once('SIGHUP', hungUp)
  stdin.setRawMode(true)
  stdin.pipe(stream)
  stream.pipe(stdout, { end: false })
  try {
    const { code, reason } = await terminal.ended
    if (reason !== null) {
      stdout.write(OFF)
      throw new Problem('unavailable', reason)
    }
    if (code !== 0) process.exitCode = code ?? EXIT.failed
  } finally {
    stdin.unpipe(stream)
    stdin.setRawMode(false)
    stdin.pause()
    stdout.off('resize', resized)
    process.off('SIGHUP', hungUp)
    stream.unpipe(stdout)
  }
}
