import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { builtProgram as main, type ScreenHome, screenHome } from '../peers/screen-home.ts'

let stage: ScreenHome
let home: string
let start: ScreenHome['start']
let open: ScreenHome['open']

beforeEach(async () => {
  stage = await screenHome()
  ;({ home, start, open } = stage)
})
afterEach(() => stage[Symbol.asyncDispose]())

describe.each([
  { cols: 80, rows: 24 },
  { cols: 200, rows: 50 },
])('the screen at $cols x $rows', size => {
  test('opens, answers keys, and leaves the terminal as it found it', async () => {
    const pty = await open(size)
    pty.send('?')
    await pty.until('─ Keys')
    pty.send('q')
    await pty.until(screen => !screen.text().includes('─ Keys'))
    pty.send('q')
    await pty.until('q again quits')
    pty.send('q')
    expect((await pty.end()).exitCode).toBe(0)
    expect(pty.screen.leftOn).toEqual([])
  })
})

test('what a library prints does not land on the screen', async () => {
  const prints = join(home, 'prints.cjs')
  const done = join(home, 'printed')
  writeFileSync(
    prints,
    `process.on('SIGUSR1', () => {
      for (const how of ['log', 'info', 'warn', 'error']) console[how](new Error('scribbled'))
      require('node:fs').writeFileSync(${JSON.stringify(done)}, '')
    })`,
  )
  const pty = await open({}, [process.execPath, '--require', prints, main])
  let written = ''
  pty.pty.onData(data => {
    written += data
  })
  process.kill(pty.pty.pid, 'SIGUSR1')
  await vi.waitUntil(() => existsSync(done), { timeout: 5000 })
  process.kill(pty.pty.pid, 'SIGTERM')
  await pty.end()
  expect(written).not.toContain('scribbled')
})

test('gives the terminal back when the shell it was started from is killed', async () => {
  const pty = await open({}, ['/bin/sh', '-c', '"$0" "$1"; :', process.execPath, main])
  const instance = join(home, 'data', 'instance.json')
  expect(existsSync(instance)).toBe(true)
  process.kill(pty.pty.pid, 'SIGKILL')
  await expect.poll(() => existsSync(instance), { timeout: 10_000 }).toBe(false)
  await expect.poll(() => pty.screen.leftOn, { timeout: 5000 }).toEqual([])
})

test('what is set of the screen holds at once, conflicts and mistakes are told, and nothing of a wrong file counts', async () => {
  const file = join(home, 'config', 'config.toml')
  const before = readFileSync(file, 'utf8')
  const pty = await open()
  const set = (screen: string) => writeFileSync(file, `${before}[screen]\n${screen}`)
  set('theme = "contrast"\nkeys = { "go.memory" = "f5", "screen.zoom" = "f6", "screen.help" = "f6" }\n')
  await pty.until('f6 is given to both screen.zoom and screen.help')
  await pty.until('In effect: screen.theme, screen.keys.')
  pty.send('\x1b[15~')
  await pty.until('[5 Mem')
  pty.send('\x1b')
  set('keys = { "go.memry" = "f5", "go.audit" = "ctrl+b" }\nread_only = true\nascii = true\n')
  await pty.until('keys.go.memry: there is no such action')
  await pty.until('ctrl+b never arrives')
  await pty.until('READ ONLY')
  pty.send('\x1b')
  await pty.until(screen => !screen.text().includes('never arrives'))
  set('mouse = true\n')
  await pty.until(screen => screen.leftOn.includes('mouse'), 'the mouse on')
  set('mouse = false\n')
  await pty.until(screen => !screen.leftOn.includes('mouse'), 'the mouse off')
  set('theme = 7\n')
  await pty.until(/'screen\.theme'\s+has\s+to\s+be\s+text/)
  set('theme = "auto"\n')
  await pty.until(screen => !screen.text().includes('screen.theme'))
  expect(
    await stage.run('config', 'set', 'screen.theme', 'auto').catch(error => String(error)),
  ).not.toContain('opened next')
})

test('a screen that was updated while it ran says so, goes on with what it has, and is left in order', async () => {
  const copy = join(dirname(dirname(main)), 'node_modules', `.ithaca-old-${process.pid}`)
  cpSync(dirname(main), copy, { recursive: true })
  try {
    const pty = await open({}, [process.execPath, join(copy, 'main.js')])
    for (const file of readdirSync(copy)) if (file.startsWith('part-')) rmSync(join(copy, file))
    pty.send(':zzz')
    await pty.until('Ithaca was updated while it ran')
    pty.send('\x1b')
    await pty.until(screen => !screen.text().includes('Do or open'))
    pty.send('2')
    await pty.until('[2 ')
    pty.send('qq')
    expect((await pty.end()).exitCode).toBe(0)
    expect(pty.screen.leftOn).toEqual([])
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
})

test('for a screen reader a dialog is its words, without a frame', async () => {
  const pty = await open({ env: { INK_SCREEN_READER: 'true' } })
  pty.send('?')
  await pty.until(/^Keys\b/m)
  expect(pty.screen.text()).not.toMatch(/[─│┌└]/)
})

test('a screen that only reads adds nothing', async () => {
  const pty = await open({}, [process.execPath, main, '--read-only'])
  await pty.until('READ ONLY')
  pty.send('+')
  await pty.until('add: this screen only reads')
})

test('three thousand keys do not end it, and the terminal is whole after them', {
  timeout: 120_000,
}, async () => {
  // Not those that run a program of the person's on this terminal, nor those that leave.
  const keys = [
    ...'bcdefghijklmnoprtuvwyzABCDEFGHIJKLMNOPQRSTUVXYZ0123456789/?&!@[]\'"+.,;`-_=~#%*(){} ',
    ...['\r', '\t', '\x1b[Z', '\x7f', '\x1b[A', '\x1b[B', '\x1b[C', '\x1b[D', '\x1b[5~', '\x1b[6~', '\x1b[F'],
    ...['\x1bOQ', '\x1b[<0;10;5M', '\x1b[<0;40;12M', '\x1b[<0;70;1M', '\x1b[<65;40;9M', '\x1b[<64;20;20M'],
    ...['漢', '👩‍👩‍👧', '\x1b[200~pasted\nlines\x1b[2J\x1b[201~', '\x04', '\x15', '\x1b', '\x1b'],
  ]
  const pty = await open({ env: { EDITOR: 'true', VISUAL: 'true', PAGER: 'true', SHELL: '/bin/true' } })
  let state = 4711
  const random = (below: number) => {
    state = (state * 48271) % 2147483647
    return state % below
  }
  for (let pressed = 0; pressed < 3000; pressed += 15) {
    const drawn = pty.wrote('\x1b[?2026l')
    // The last one has everything drawn anew: there is a frame to wait for.
    pty.send(`${Array.from({ length: 15 }, () => keys[random(keys.length)]).join('')}\x0c`)
    await drawn
    if (pressed % 150 === 0) pty.resize({ cols: 40 + random(160), rows: 10 + random(40) })
  }
  pty.resize({ cols: 80, rows: 24 })
  await pty.until(screen => {
    pty.send('\x1b')
    return /\[\d \w+/.test(screen.rows()[0]!) && screen.rows()[23]!.includes('? help')
  })
  process.kill(pty.pty.pid, 'SIGTERM')
  expect((await pty.end()).exitCode).toBe(0)
  expect(pty.screen.leftOn).toEqual([])
})

test('what was typed ahead of the first screen is done before somebody new is led', async () => {
  const pty = start()
  await pty.until('opening')
  pty.send('2+call mom\ru3')
  await pty.until('Welcome to Ithaca')
  await pty.until('[3 Cal')
  await pty.until('Undone: Added "call mom"')
})

test('remembers the pane it was left in, and leads nobody twice', async () => {
  const first = await open()
  first.send('5')
  await first.until('[5 ')
  first.send('qq')
  await first.end()
  expect(JSON.parse(readFileSync(join(home, 'state', 'screen.json'), 'utf8')).pane).not.toBe('cook')
  const second = start()
  await second.until('[5 ')
  await second.until('api :')
  expect(second.screen.text()).not.toContain('Welcome')
})

test('a second screen shows the same workspace', async () => {
  const first = await open()
  // Of the first row nothing is waited for: what is more pressing takes the place of the address there.
  const second = start()
  await second.until('Welcome to Ithaca')
  second.send('\x1b')
  await second.until(screen => !screen.text().includes('Welcome'))
  first.send('+')
  await first.until('add:')
  first.send('tomorrow 5pm feed the cat\r')
  second.send(':feed the cat')
  await second.until(screen => screen.text().split('feed the cat').length > 2)
})

test('in a terminal that moves no cursor it speaks in lines', async () => {
  const pty = start([], { env: { TERM: 'dumb' } })
  await pty.until('Nothing runs.')
  pty.send('add tomorrow 5pm feed the dog\r')
  await pty.until("Added 'feed the dog'")
  pty.send('stop 7\r')
  await pty.until('say list first')
  pty.send('help\r')
  await pty.until(/^todos list .* ID;\s*\n {16}todos --help says how/m)
  // What the panes show and do is in the commands, each on a line.
  for (const [said, shown] of [
    ['todos list', 'feed the dog'],
    ['memory add "Likes tea, not coffee" --category preference', 'Likes tea'],
    ['memory list', 'preference'],
    ['documents add Plan --content "one two"', 'Plan'],
    ['documents list', 'Plan'],
    ['calendar add "Stand-up" "tomorrow 9am"', 'Stand-up'],
    ['calendar agenda', 'Stand-up'],
    ['hosts list', 'local'],
    ['tokens list', 'Nothing.'],
    ['audit', 'feed the dog'],
    ['mail accounts list', 'Nothing.'],
    ['nonsense', 'unknown command'],
    ['todos done 99999', 'ithaca:'],
    ['attach 1', 'not known here'],
    ['hosts shell local', 'these are lines'],
    // Longer than the screen: its end stands there.
    ['commands', 'completion'],
  ] as const) {
    const before = pty.screen.text()
    pty.send(`${said}\r`)
    await pty.until(
      screen => screen.text() !== before && screen.text().split(`${said}\n`).at(-1)!.includes(shown),
      said,
    )
  }
  pty.send('quit\r')
  expect((await pty.end()).exitCode).toBe(0)
})

test('lines that only read change nothing, whatever the command', async () => {
  const pty = start(['--read-only'], { env: { TERM: 'dumb' } })
  await pty.until('Nothing runs.')
  pty.send('todos add never\r')
  await pty.until('These lines only read.')
  pty.send('config set owner.name never\r')
  await pty.until(/owner.name never\s+ithaca: These lines only read\./)
  expect(readFileSync(join(home, 'config/config.toml'), 'utf8')).not.toContain('never')
  pty.send('todos list\r')
  await pty.until(/todos list\s+Nothing\./)
  pty.send('quit\r')
  expect((await pty.end()).exitCode).toBe(0)
})

test('--once prints a frame to a terminal that has no size, too', () => {
  const told = join(home, 'told')
  const command = `stty cols 0 rows 0; "${process.execPath}" "${main}" --once`
  execFileSync('script', ['-qec', command, told], {
    env: { ...process.env, ITHACA_HOME: home },
    stdio: 'ignore',
  })
  expect(readFileSync(told, 'utf8')).toContain('local')
})

test('--once prints one frame and ends', async () => {
  const pty = start(['--once'])
  expect((await pty.end()).exitCode).toBe(0)
  expect(pty.screen.text()).toContain('[1 Cook]')
  expect(pty.screen.text()).toContain('local')
  expect(pty.screen.leftOn).toEqual([])
})

test('--once waits for what its pane reads, from a daemon too', async () => {
  const pty = await open()
  pty.send('2')
  await pty.until('[2 Todo')
  pty.send('qq')
  await pty.end()
  await stage.run('todos', 'add', 'feed the owl')
  await stage.run('up', '--detach')
  const frame = await stage.run('--once')
  expect(frame).toContain('[2 Todo')
  expect(frame).toContain('feed the owl')
  expect(await stage.run('--once', 'doc')).toContain('[6 Docs]')
  expect(await stage.run('--once=calendar')).toContain('[3 Cal]')
  const refused = await stage.run('--once', 'dogs').catch(error => error)
  expect(refused.code).toBe(2)
  expect(refused.stderr).toMatch(/^ithaca: There is no pane 'dogs'; there are cookbook, todos, .*tokens\.\n$/)
})

test('--once says by its exit that nobody answers', async () => {
  const lost = await stage.run('--once', 'todos', '--remote', 'http://127.0.0.1:9').catch(error => error)
  expect(lost.code).toBe(5)
  expect(lost.stderr).toContain('nothing listens there')
  expect(lost.stdout).toContain('LOST')
})

test('when the daemon it looks at is killed, the screen says so, takes the workspace, and goes on', async () => {
  const daemon = start(['up'])
  await daemon.until('http://')
  const pty = await open()
  await pty.until('daemon')
  process.kill(daemon.pty.pid, 'SIGKILL')
  await daemon.exited
  await pty.until(screen => !screen.text().includes('daemon') && screen.text().includes('api :'))
  pty.send('+')
  await pty.until('add:')
  pty.send('tomorrow 5pm feed the fish\r')
  await pty.until("Added 'feed the fish'")
})

test('leaving while a reminder is ahead offers a daemon, which then has the workspace', async () => {
  const pty = await open()
  pty.send('+')
  await pty.until('add:')
  pty.send('tomorrow 5pm feed the owl\r')
  await pty.until("Added 'feed the owl'")
  pty.send('qq')
  await pty.until('Leave a daemon behind')
  await pty.until("nobody is reminded of 'feed the owl'")
  pty.send('\r')
  expect((await pty.end()).exitCode).toBe(0)
  await pty.until('Ithaca goes on at http:')
  await pty.until("'ithaca down' ends it")
  expect(pty.screen.leftOn).toEqual([])
  try {
    expect(stage.owner().mode).toBe('daemon')
    const next = start()
    await next.until('daemon')
  } finally {
    await stage.endOwner()
  }
})
