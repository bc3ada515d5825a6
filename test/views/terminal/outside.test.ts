import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { editThrough, pageThrough } from '../../../views/shell/outside.ts'
import { capabilities } from '../../../views/terminal/capabilities.ts'
import { copySequence, copyTo } from '../../../views/terminal/clipboard.ts'
import { Pty } from '../../peers/terminal.ts'

const both = { input: true, output: true }
const usual = { TERM: 'xterm-256color', LANG: 'en_US.UTF-8' }

describe('what a terminal can do', () => {
  test.each([
    [{}, { view: 'screen', depth: '256', unicode: true, multiplexer: null, remote: false }],
    [{ COLORTERM: 'truecolor' }, { depth: 'true' }],
    [{ TERM: 'xterm' }, { depth: '16' }],
    [{ TERM: 'vt220' }, { depth: 'mono' }],
    [
      { NO_COLOR: '1', COLORTERM: 'truecolor' },
      { depth: 'mono', view: 'screen' },
    ],
    [{ NO_COLOR: '' }, { depth: '256' }],
    [{ TERM: 'dumb' }, { view: 'lines', depth: 'mono' }],
    [{ TERM: undefined }, { view: 'lines' }],
    [{ INK_SCREEN_READER: 'true' }, { view: 'reader' }],
    [{ LANG: 'C' }, { unicode: false }],
    [{ LANG: 'C', LC_ALL: 'C.utf8' }, { unicode: true }],
    [{ LC_CTYPE: 'C' }, { unicode: false }],
    [{ TMUX: '/tmp/tmux-0/default,1,0' }, { multiplexer: 'tmux' }],
    [{ STY: '1.pts' }, { multiplexer: 'screen' }],
    [{ SSH_TTY: '/dev/pts/1' }, { remote: true }],
  ])('%j', (env, wanted) => {
    expect(capabilities({ ...usual, ...env }, both)).toMatchObject(wanted)
  })

  test('without a terminal on both ends it prints lines', () => {
    expect(capabilities(usual, { input: true, output: false }).view).toBe('lines')
    expect(capabilities(usual, { input: false, output: true }).view).toBe('lines')
  })
})

test('a pager gets the text with its colours and without what else would reach the terminal', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ithaca-page-'))
  try {
    const got = join(folder, 'got')
    const text = 'one \x1b[31mred\x1b[m\n\x1b]52;c;aGk=\x07two\x1b[2J\n\x9b5n\x1bPq#\x1b\\three\n'
    await pageThrough(text, { PAGER: `cp -f "$1" ${got}; true` })
    expect(readFileSync(got, 'utf8')).toBe('one \x1b[31mred\x1b[m\ntwo\nthree\n')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

describe('an editor that is killed', () => {
  const edit = (editor: string) => editThrough('before', 'md', { VISUAL: `sh -c '${editor}; kill -9 $$' sh` })

  test('gives what it had written', async () => {
    expect(await edit('printf after > "$1"')).toBe('after')
  })

  test('leaves what it kept beside the text, which is named', async () => {
    const said = await edit('printf after > "$1.save"').catch((error: Error) => error.message)
    const [file] = /\/\S+\.save/.exec(String(said)) ?? []
    expect(said).toContain('was ended by SIGKILL. It left')
    expect(readFileSync(file!, 'utf8')).toBe('after')
    rmSync(dirname(file!), { recursive: true })
  })

  test('and wrote nothing is said to be killed', async () => {
    await expect(edit(':')).rejects.toThrow(/was ended by SIGKILL\.$/)
  })
})

describe('copying', () => {
  test('is one sequence of the text in base64, and says how much', () => {
    const { sequence, ...facts } = copySequence('curl http://127.0.0.1:7000/é', null)
    expect(Buffer.from(sequence.slice(7, -1), 'base64').toString()).toBe('curl http://127.0.0.1:7000/é')
    expect(facts).toEqual({ bytes: 29, truncated: false, route: 'the terminal' })
  })

  test('cuts what terminals would refuse between characters, and says so', () => {
    const { sequence, truncated, bytes } = copySequence('é🚀'.repeat(40_000), null)
    const text = Buffer.from(sequence.slice(7, -1), 'base64').toString()
    expect(truncated).toBe(true)
    expect(text).not.toContain('\ufffd')
    expect(Buffer.byteLength(text)).toBe(bytes)
    expect(sequence.length).toBeLessThan(75_100)
  })

  test.each([
    ['its own buffer, with set-clipboard on', 'set -g set-clipboard on'],
    [
      'the terminal outside, with allow-passthrough on',
      'set -g set-clipboard off; set -g allow-passthrough on',
    ],
  ])('inside a real tmux it arrives in %s', async (_, options) => {
    const folder = mkdtempSync(join(tmpdir(), 'ithaca-copy-'))
    const socket = join(folder, 'tmux')
    const tmux = (...args: string[]) => execFileSync('tmux', ['-S', socket, ...args], { encoding: 'utf8' })
    writeFileSync(join(folder, 'conf'), options.replaceAll('; ', '\n'))
    const { sequence } = copySequence('copied over tmux', 'tmux')
    const arrived = `\x1b]52;c;${Buffer.from('copied over tmux').toString('base64')}`
    const shown = `echo ready; read go; printf '${printfEscaped(sequence)}'; echo done; sleep 60`
    const outside = new Pty('tmux', ['-S', socket, '-f', join(folder, 'conf'), 'new-session', shown], {
      env: { TMUX: undefined },
    })
    try {
      let wrote = ''
      outside.pty.onData(data => {
        wrote += data
      })
      await outside.until('ready')
      outside.send('\r')
      await outside.until('done')
      if (options.includes('passthrough'))
        await expect.poll(() => wrote, { timeout: 5000 }).toContain(arrived)
      else
        await expect
          .poll(() => attempt(() => tmux('show-buffer')), { timeout: 5000 })
          .toBe('copied over tmux')
    } finally {
      tmux('kill-server')
      await outside.exited
      outside.kill()
      rmSync(folder, { recursive: true, force: true })
    }
  })

  test('inside a tmux as it comes it arrives in the terminal outside, and in its own buffer', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ithaca-copy-'))
    const socket = join(folder, 'tmux')
    const tmux = (...args: string[]) => execFileSync('tmux', ['-S', socket, ...args], { encoding: 'utf8' })
    const outside = new Pty(
      'tmux',
      ['-S', socket, '-f', '/dev/null', 'new-session', 'echo ready; read go; cat'],
      { env: { TMUX: undefined, TERM: 'xterm-256color' } },
    )
    try {
      let wrote = ''
      outside.pty.onData(data => {
        wrote += data
      })
      await outside.until('ready')
      const env = { ...process.env, TMUX: tmux('display', '-p', '#{socket_path},#{pid},0').trim() }
      let sent = ''
      const write = (sequence: string) => {
        sent += sequence
      }
      const { isTaken } = await copyTo('copied over tmux', 'tmux', write, env)
      expect(isTaken).toBe(true)
      // That tmux may not be what we are in: a terminal that was started from it gets the plain form.
      expect(sent.startsWith(copySequence('copied over tmux', null).sequence)).toBe(true)
      expect(tmux('show-buffer')).toBe('copied over tmux')
      const arrived = Buffer.from('copied over tmux').toString('base64')
      await expect.poll(() => wrote, { timeout: 5000 }).toContain(arrived)
    } finally {
      tmux('kill-server')
      await outside.exited
      outside.kill()
      rmSync(folder, { recursive: true, force: true })
    }
  })

  test('is not told as done where the tmux around us cannot be asked', async () => {
    let sent = ''
    const write = (sequence: string) => {
      sent += sequence
    }
    const env = { ...process.env, TMUX: join(tmpdir(), 'no-such-tmux,1,0') }
    const { isTaken } = await copyTo('x', 'tmux', write, env)
    expect(isTaken).toBe(false)
    expect(sent).toBe(copySequence('x', 'tmux').sequence)
  })

  test('GNU screen gets it in pieces it passes on', () => {
    const { sequence } = copySequence('x'.repeat(3000), 'screen')
    const pieces = sequence.split('\x1b\\').filter(piece => piece !== '')
    expect(pieces.every(piece => piece.startsWith('\x1bP') && piece.length <= 768)).toBe(true)
    expect(pieces.map(piece => piece.slice(2)).join('')).toBe(copySequence('x'.repeat(3000), null).sequence)
  })
})

function printfEscaped(sequence: string): string {
  return sequence.replaceAll('\\', '\\\\').replaceAll('\x1b', '\\033').replaceAll('\x07', '\\007')
}

function attempt(run: () => string): string {
  try {
    return run()
  } catch {
    return ''
  }
}
