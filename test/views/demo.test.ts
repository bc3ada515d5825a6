import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { bundle } from '../peers/bundle.ts'
import { type Emulator, Pty, type PtyOptions } from '../peers/terminal.ts'

const demo = new URL('./demo.tsx', import.meta.url).pathname
let program: Awaited<ReturnType<typeof bundle>>
let folder: string
let log: string
const ptys: Pty[] = []

beforeAll(async () => {
  program = await bundle(demo)
  folder = mkdtempSync(join(tmpdir(), 'ithaca-demo-'))
  log = join(folder, 'log')
  writeFileSync(
    log,
    Array.from({ length: 3000 }, (_, n) => `\x1b[3${n % 8}mINFO\x1b[m line ${n}\x1b[2J\n`).join(''),
  )
})
afterAll(() => {
  program.remove()
  rmSync(folder, { recursive: true, force: true })
})
afterEach(() => {
  for (const pty of ptys.splice(0)) pty.kill()
})

async function start(options: PtyOptions = {}, file = log): Promise<Pty> {
  const env = { SSH_CONNECTION: undefined, SSH_TTY: undefined, SSH_CLIENT: undefined, ...options.env }
  const pty = new Pty(process.execPath, [program.file, file], { ...options, env })
  ptys.push(pty)
  await pty.until('FOLLOWING')
  return pty
}

/** Every row of the screen is what the demo draws there, and nothing else. */
function isWhole(screen: Emulator): boolean {
  const rows = screen.rows()
  const { cols } = screen.size
  const listRows = cols >= 120 ? rows.length - 2 : Math.floor(rows.length / 3)
  const listed = rows
    .slice(1, 1 + listRows)
    .every(row => /^[> ] serve-\d+ {2}:8001/.test(row) || row.trim() === '')
  return /^K\d{6} focus/.test(rows[0]!) && listed && /^(FOLLOWING|PAUSED)/.test(rows.at(-1)!)
}

describe.each([
  { cols: 80, rows: 24 },
  { cols: 200, rows: 50 },
])('the demo at $cols x $rows', size => {
  test('draws list and log, moves the selection, scrolls the log', async () => {
    const pty = await start(size)
    await pty.until(screen => isWhole(screen) && screen.text().includes('line 2999'), 'the whole screen')
    pty.send('jj')
    await pty.until('> serve-2')
    pty.send('\tg')
    await pty.until('line 0')
    expect(isWhole(pty.screen)).toBe(true)
  })

  test('a dialog hears no key typed ahead of it and no paste; the default is No', async () => {
    const pty = await start(size)
    pty.send('Xy\r')
    await pty.until('[No]')
    pty.send('\x1b[200~y\x1b[201~')
    await pty.until('K000004')
    expect(pty.screen.text()).toContain('Stop serve-0')
    await pty.until(screen => {
      pty.send('\r')
      return screen.text().includes('focus list no')
    }, 'the answer')
    expect(isWhole(pty.screen)).toBe(true)
  })

  test('a storm of sizes and keys ends in a whole frame', async () => {
    const pty = await start(size)
    for (let i = 0; i < 30; i++) {
      pty.resize({ cols: 40 + ((i * 37) % 160), rows: 10 + ((i * 13) % 40) })
      pty.send('jk\tjg\t')
      if (i % 5 === 0) await new Promise(resolve => setImmediate(resolve))
    }
    pty.resize(size)
    await pty.until('K000180')
    await pty.until(isWhole, 'a whole frame')
  })
})

describe('the demo', () => {
  test.each(['SIGTERM', 'SIGHUP', 'SIGINT'] as const)(
    'gives the terminal back on %s with Ink mounted',
    async signal => {
      const pty = await start()
      process.kill(pty.pty.pid, signal)
      expect((await pty.end()).exitCode).toBe(0)
      expect(pty.screen.leftOn).toEqual([])
    },
  )

  test('without colours shows no colour and loses no sign', async () => {
    const pty = await start({ env: { NO_COLOR: '1', COLORTERM: 'truecolor' } })
    await pty.until('> serve-0')
    for (let y = 0; y < 24; y++)
      for (let x = 0; x < 80; x++) expect(pty.screen.style(x, y)).toMatchObject({ fg: 'own', bg: 'own' })
    expect(pty.screen.style(3, 1).attrs).toBe('inverse')
  })

  test('in a Latin terminal writes ASCII only', async () => {
    const pty = await start({ env: { LANG: 'C', LC_ALL: 'C' } })
    pty.send('X')
    await pty.until('Stop serve-0')
    expect(pty.screen.text()).toMatch(/^[\x20-\x7e\n]*$/)
  })

  test('a log of garbage and control sequences leaves the frame whole', async () => {
    const hostile = join(folder, 'hostile')
    let seed = 7
    const random = () => (seed = (seed * 48271) % 2147483647)
    const bytes = Buffer.from(Array.from({ length: 200_000 }, () => random() % 256))
    const sequences = '\x1b[?1049l\x1b[2J\x1b]0;owned\x07\x1b[5;5Hhere\x1bc\x1b[?25h\r\x1b[999S\n'.repeat(300)
    writeFileSync(hostile, Buffer.concat([bytes, Buffer.from(sequences), bytes.subarray(0, 9000)]))
    const pty = await start({}, hostile)
    for (const key of ['\t', '\x1b[5~', '\x1b[5~', 'w', 'k', '\x1b[5~', 'g', '\x1b[6~', 'w', 'l', 'l', 'G']) {
      pty.send(key)
      await new Promise(resolve => setTimeout(resolve, 30))
    }
    await pty.until('K000012')
    await pty.until(isWhole, 'a whole frame')
    expect(pty.screen.leftOn).toContain('alternate screen')
    expect(pty.screen.leftOn).toContain('hidden cursor')
  })
})

describe('for a screen reader', () => {
  test('there is no screen of our own, no cursor games, and the log is text', async () => {
    const pty = await start({ env: { INK_SCREEN_READER: 'true' } })
    await pty.until('line 2999')
    // Ink wraps each of its own frames in synchronized output; between two of them nothing but paste is on.
    await vi.waitFor(() => expect(pty.screen.leftOn).toEqual(['bracketed paste']), 10_000)
    pty.send('j')
    await pty.until('> serve-1')
    pty.send('q')
    await pty.end()
    expect(pty.screen.leftOn).toEqual([])
  })
})
