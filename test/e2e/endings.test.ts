import { execFileSync } from 'node:child_process'
import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { builtProgram as main, type ScreenHome, screenHome } from '../peers/screen-home.ts'
import type { Emulator, Pty } from '../peers/terminal.ts'

/** Everything that can end a screen or take its terminal for a while, with every mode on that there is. */
let stage: ScreenHome
beforeEach(async () => {
  stage = await screenHome()
  appendFileSync(join(stage.home, 'config', 'config.toml'), '[screen]\nmouse = true\n')
})
afterEach(() => stage[Symbol.asyncDispose]())

/** What the terminal's driver was told, before the screen and after it. */
const told = (when: 'before' | 'after') => readFileSync(join(stage.home, when), 'utf8')

/** A shell that looks at the terminal, runs the screen, and looks again. */
const script = 'stty -a >"$HOME/before"; "$0" "$@"; echo "ended with $?"; stty -a >"$HOME/after"'

const allOn = ['alternate screen', 'bracketed paste', 'mouse', 'hidden cursor', 'no wrap']

async function opened(env: Record<string, string> = {}, options: string[] = []): Promise<Pty> {
  const pty = await stage.open({ env }, ['/bin/sh', '-c', script, process.execPath, ...options, main])
  await pty.until(screen => screen.leftOn.includes('mouse'), 'the mouse on')
  expect(pty.screen.leftOn).toEqual(allOn)
  return pty
}

async function givenBack(pty: Pty, code: number): Promise<void> {
  await pty.end()
  expect(pty.screen.text()).toContain(`ended with ${code}`)
  expect(pty.screen.leftOn).toEqual([])
  expect(told('after')).toBe(told('before'))
}

const fault = (what: string) => `data:text/javascript,process.on("SIGUSR1",()=>{${encodeURIComponent(what)}})`

const signals = {
  ...{ SIGTERM: 0, SIGHUP: 0, SIGINT: 130, SIGQUIT: 131 },
  ...{ SIGABRT: 1, SIGUSR2: 1, SIGALRM: 1, SIGVTALRM: 1, SIGXCPU: 1, SIGPWR: 1 },
} as const

describe('the terminal is as it was', () => {
  test.each([
    ['q twice', 'qq'],
    ['^C twice', '\x03\x03'],
    ['^C in a dialog, and twice', ':\x03\x03\x03'],
  ])('after %s', async (_, keys) => {
    const pty = await opened()
    pty.send(keys)
    await givenBack(pty, 0)
  })

  test.each(Object.entries(signals))('after %s', async (signal, code) => {
    const pty = await opened()
    process.kill(stage.owner().pid, signal)
    await givenBack(pty, code)
  })

  test.each([
    ['an unhandled rejection', 'Promise.reject(new Error("went wrong"))'],
    ['an uncaught exception', 'setImmediate(() => { throw new Error("went wrong") })'],
    ['a process.exit', 'process.exit(1)'],
  ])('after %s', async (_, what) => {
    const pty = await opened({}, ['--import', fault(what)])
    process.kill(stage.owner().pid, 'SIGUSR1')
    await givenBack(pty, 1)
    if (what.includes('Error')) expect(pty.screen.text()).toContain('went wrong')
  })

  test('and the signal that calls Node its debugger ends nothing and prints nothing', async () => {
    const pty = await opened()
    process.kill(stage.owner().pid, 'SIGUSR1')
    pty.send('?')
    await pty.until('─ Keys')
    expect(pty.screen.text()).not.toContain('Debugger')
    pty.send('qqq')
    await givenBack(pty, 0)
  })
})

/** A todo, opened in the editor. */
async function inEditor(pty: Pty): Promise<void> {
  pty.send('+')
  await pty.until('add:')
  pty.send('feed the cat\r')
  await pty.until("Added 'feed the cat'")
  pty.send('2')
  await pty.until(/^> .*feed the cat/m)
  pty.send('E')
}

const quiet = `sh -c 'echo in the editor; read go'`

describe('another program had it', () => {
  test.each([
    ['an editor that does nothing', quiet],
    ['one that is killed with everything switched on', dirty()],
  ])('%s', async (_, editor) => {
    const pty = await opened({ EDITOR: editor, VISUAL: editor })
    await inEditor(pty)
    if (editor === quiet) {
      await pty.until('in the editor')
      pty.send('\r')
    } else await pty.until('SIGKILL')
    await pty.until(screen => screen.leftOn.join() === allOn.join() && screen.text().includes('feed the cat'))
    pty.send('?')
    await pty.until('─ Keys')
    pty.send('qqq')
    await givenBack(pty, 0)
  })
})

test('what was written when the screen was ended under its editor is told at the next start', async () => {
  const editor = `sh -c 'echo "- fish" >"$0"; echo in the editor; read go'`
  const pty = await opened({ EDITOR: editor, VISUAL: editor })
  await inEditor(pty)
  await pty.until('in the editor')
  process.kill(stage.owner().pid, 'SIGHUP')
  await pty.until('ended with 0')
  const next = stage.start()
  await next.until('was not saved')
  next.send(':unsaved\r')
  await next.until(/> - fish +\/\S/)
})

/** A program that leaves every mode on and the driver in disorder, and dies. */
function dirty(): string {
  return `sh -c 'stty raw -echo; printf "\\033[?1049h\\033[?1003h\\033[?1h\\033=\\033[?2004h\\033[?25l"; kill -9 $$'`
}

test('a stopped screen leaves the terminal to the shell as it was, and comes back with everything on', async () => {
  const pty = stage.start([], { env: { PS1: '$ ' } }, ['bash', '--norc', '--noprofile', '-i'])
  await pty.until('$')
  pty.send(`stty -a >$HOME/before; ${process.execPath} ${main}\r`)
  await pty.until('Welcome to Ithaca')
  pty.send('\x1b')
  await pty.until(screen => !screen.text().includes('Welcome') && screen.leftOn.includes('mouse'))
  for (const turn of ['one', 'two']) {
    pty.send('\x1a')
    await pty.until('Stopped')
    expect(pty.screen.text()).toMatch(/Suspended. The API at http\S+ waits with it; fg brings both back/)
    pty.send(`clear; stty -a >$HOME/after; echo turn ${turn} $((40+2))\r`)
    await pty.until(`turn ${turn} 42`)
    expect(pty.screen.leftOn.filter(mode => mode !== 'bracketed paste')).toEqual([])
    expect(told('after')).toBe(told('before'))
    pty.send('fg\r')
    await pty.until((screen: Emulator) => allOn.every(mode => screen.leftOn.includes(mode)))
    await pty.until('[1 Cook]')
  }
  pty.send('qq')
  await pty.until(screen => !screen.leftOn.includes('alternate screen'))
  pty.send('stty -a >$HOME/after; echo over $((40+2))\r')
  await pty.until('over 42')
  expect(told('after')).toBe(told('before'))
  expect(pty.screen.leftOn.filter(mode => mode !== 'bracketed paste')).toEqual([])
})

describe('in tmux', () => {
  const state =
    '#{alternate_on} #{cursor_flag} #{wrap_flag} #{mouse_any_flag} #{keypad_flag} #{keypad_cursor_flag}'

  test.each([
    ['q twice', 'keys', 'qq'],
    ['^C twice', 'keys', '\x03\x03'],
    ['SIGTERM', 'signal', 'SIGTERM'],
    ['SIGUSR2', 'signal', 'SIGUSR2'],
  ])('the pane is as it was after %s', async (_, how, what) => {
    const socket = join(stage.home, 'tmux.sock')
    const tmux = (...words: string[]) =>
      execFileSync('tmux', ['-S', socket, '-f', '/dev/null', ...words], {
        env: {
          ...process.env,
          HOME: stage.home,
          ITHACA_HOME: stage.home,
          LANG: 'C.UTF-8',
          TERM: 'xterm-256color',
        },
      }).toString()
    tmux('new-session', '-d', '-x', '80', '-y', '24', 'sh')
    try {
      const before = tmux('display-message', '-p', state)
      tmux('send-keys', '-l', `'${process.execPath}' '${main}'; echo "ended with $?"\r`)
      const text = () => tmux('capture-pane', '-p')
      await expect.poll(text, { timeout: 15_000 }).toContain('Welcome to Ithaca')
      tmux('send-keys', 'Escape')
      await expect.poll(text, { timeout: 15_000 }).not.toContain('Welcome to Ithaca')
      expect(tmux('display-message', '-p', state)).toBe('1 0 0 1 0 0\n')
      if (how === 'keys') tmux('send-keys', '-l', what)
      else process.kill(stage.owner().pid, what)
      await expect.poll(text, { timeout: 15_000 }).toMatch(/^ended with \d/m)
      expect(tmux('display-message', '-p', state)).toBe(before)
    } finally {
      tmux('kill-server')
    }
    expect(existsSync(join(stage.home, 'data', 'instance.json'))).toBe(false)
  })
})
