import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Pty } from '../peers/terminal.ts'
import { median, output, root } from './parts/processes.ts'
import type { Print } from './run.ts'

export const name = 'screen-start'

const ROUNDS = 9
const REST = 60_000
const binary = join(root, 'dist/main.js')

/** The real binary in a real pseudo-terminal: how soon it is there, and that it is silent while nothing happens. */
export const run = async (print: Print): Promise<void> => {
  const home = mkdtempSync(join(tmpdir(), 'ithaca-bench-'))
  try {
    await startUp(print, home)
    for (const size of [
      { cols: 80, rows: 24 },
      { cols: 200, rows: 50 },
    ])
      await atRest(print, home, size)
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}

const open = (home: string, size = { cols: 80, rows: 24 }): Pty =>
  new Pty(process.execPath, [binary], {
    ...size,
    env: { ITHACA_HOME: home, TMUX: undefined, SSH_CONNECTION: undefined },
  })

/** Leaves by signal, so that the next one finds the place tidy. */
const end = async (pty: Pty): Promise<void> => {
  process.kill(pty.pty.pid, 'SIGTERM')
  await pty.end()
  pty.screen.dispose()
}

const startUp = async (print: Print, home: string): Promise<void> => {
  const bare: number[] = []
  const first: number[] = []
  const live: number[] = []
  for (let turn = 0; turn < ROUNDS; turn++) {
    const before = performance.now()
    await output(['-e', '0'])
    bare.push(performance.now() - before)
    const start = performance.now()
    const pty = open(home)
    // A key pressed before anything is there is answered by the first frame that can.
    pty.send('?')
    await pty.wrote('Ithaca')
    first.push(performance.now() - start)
    await pty.until('Keys')
    live.push(performance.now() - start)
    await end(pty)
  }
  const node = median(bare)
  const beside = { beside: 'node -e 0, ms', beside_value: node }
  print({
    what: 'first bytes on the screen, in starts of Node',
    value: median(first) / node,
    unit: '×',
    limit: 1.5,
    ...beside,
  })
  print({
    what: 'a key answered, beyond the start of Node',
    value: median(live) - node,
    unit: 'ms',
    limit: 250,
  })
}

const atRest = async (print: Print, home: string, size: { cols: number; rows: number }): Promise<void> => {
  const pty = open(home, size)
  await pty.until('api :')
  await new Promise(resolve => setTimeout(resolve, 8000))
  const before = pty.bytes
  await new Promise(resolve => setTimeout(resolve, REST))
  print({
    what: `bytes while nothing changes, ${size.cols}×${size.rows}, 60 s`,
    value: pty.bytes - before,
    unit: 'B',
    limit: 0,
  })
  await end(pty)
}
