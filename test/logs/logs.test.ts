import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Ask, Host } from '../../src/hosts/host.ts'
import { openLocal } from '../../src/hosts/local.ts'
import { Machine } from '../../src/hosts/machine.ts'
import { follow } from '../../src/logs/follow.ts'
import { page, range, since, tail } from '../../src/logs/pages.ts'
import { capture } from '../../src/logs/pane.ts'
import { type Found, search } from '../../src/logs/search.ts'
import { MOST_BYTES, PAGE } from '../../src/logs/slice.ts'
import { eventually } from '../sessions/ground.ts'

let dir = ''

/** The same machine as it is read without a shell, and as any other machine is. */
const here = new Machine('local', 'this machine', async () => openLocal())
const there = new Machine('there', 'that machine', async () => openLocal())
const HOSTS: [string, Machine][] = [
  ['of this machine', here],
  ['through a shell', there],
]
const host = there

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'ithaca-logs-'))
})

afterAll(() => {
  here.close()
  there.close()
  rmSync(dir, { recursive: true, force: true })
})

function log(name: string, text: string | Uint8Array): string {
  const path = join(dir, name)
  writeFileSync(path, text)
  return path
}

const numbered = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => `line ${from + index}\n`).join('')

/** The host, counting what it is asked. */
function counting(host: Machine): { host: Host; asked: () => number } {
  let asked = 0
  const counted = Object.create(host, {
    ask: {
      value: (script: string, options?: Ask) => {
        asked++
        return host.ask(script, options)
      },
    },
    name: { value: host.name },
    id: { value: host.id },
  })
  return { host: counted, asked: () => asked }
}

describe.each(HOSTS)('pages %s', (_how, host) => {
  it('begin at multiples of their size and give every byte back', async () => {
    const bytes = Buffer.alloc(PAGE * 2 + 100, 0).map((_, index) => (index * 7) % 256)
    const path = log("it's a $(log)\n", bytes)
    const read = await Promise.all([0, 1, 2, 3].map(index => page(host, path, index)))
    expect(Buffer.concat(read.map(slice => slice.bytes)).equals(bytes)).toBe(true)
    expect(read.map(({ start, end, size }) => [start, end, size])).toEqual([
      [0, PAGE, bytes.length],
      [PAGE, 2 * PAGE, bytes.length],
      [2 * PAGE, bytes.length, bytes.length],
      [3 * PAGE, 3 * PAGE, bytes.length],
    ])
  })

  it('answer for any range, and never with more than the most', async () => {
    const bytes = Buffer.alloc(MOST_BYTES + PAGE * 2, 0).map((_, index) => (index >> 3) % 251)
    const path = log('ranges', bytes)
    for (const [from, to] of [
      [0, 1],
      [PAGE - 1, PAGE + 1],
      [5, 5],
      [100, 3 * PAGE + 7],
      [bytes.length - 3, bytes.length + 50],
    ] as const) {
      const slice = await range(host, path, from, to)
      expect(slice.bytes.equals(bytes.subarray(from, to))).toBe(true)
      expect([slice.start, slice.end]).toEqual([from, Math.min(to, bytes.length)])
    }
    expect((await range(host, path, 3, bytes.length)).bytes.length).toBe(MOST_BYTES)
  })

  it('say what cannot be read', async () => {
    await expect(page(host, join(dir, 'nowhere'), 0)).rejects.toMatchObject({ code: 'not_found' })
    await expect(page(host, dir, 0)).rejects.toMatchObject({ code: 'unreadable' })
  })
})

describe.each(HOSTS)('the tail %s', (_how, host) => {
  it('is the last lines and where they begin', async () => {
    const text = numbered(0, 50_000)
    const path = log('tail', text)
    for (const lines of [1, 400, 20_000, 60_000]) {
      const slice = await tail(host, path, lines)
      const expected = numbered(Math.max(0, 50_000 - lines), 50_000)
      expect(slice.bytes.toString()).toBe(expected)
      expect(slice.start).toBe(text.length - expected.length)
    }
  })

  it.each([
    ['', 3, ''],
    ['a', 3, 'a'],
    ['a\nb', 1, 'b'],
    ['a\nb\n', 1, 'b\n'],
    ['\n\n\n', 2, '\n\n'],
    ['a\n\n', 1, '\n'],
  ])('of %j, %i lines: %j', async (text, lines, expected) => {
    expect((await tail(host, log('small', text), lines)).bytes.toString()).toBe(expected)
  })

  it('of 5 GB is one question that reads none of the rest', async () => {
    const path = log('sparse', '')
    truncateSync(path, 5 * 1024 ** 3)
    appendFileSync(path, numbered(0, 1000))
    const { host: counted, asked } = counting(host)
    const before = readBytes()
    const slice = await tail(counted, path, 400)
    expect(slice.bytes.toString()).toBe(numbered(600, 1000))
    expect(slice.size).toBe(5 * 1024 ** 3 + numbered(0, 1000).length)
    expect(asked()).toBe(host === there ? 1 : 0)
    expect(readBytes() - before).toBeLessThan(4 * 1024 * 1024)
  })

  it('without a line end in sight stays within the most', async () => {
    const path = log('one line', 'x'.repeat(MOST_BYTES * 2))
    expect((await tail(host, path, 400)).bytes.length).toBeLessThanOrEqual(MOST_BYTES)
  })
})

/** What the shells of this process have read so far, as the kernel counts it. */
function readBytes(): number {
  const children = execFileSync('cat', [`/proc/${process.pid}/task/${process.pid}/children`], {
    encoding: 'utf8',
  })
    .trim()
    .split(' ')
  const read = (pid: string) =>
    Number(
      /rchar: (\d+)/.exec(
        execFileSync('sh', ['-c', `cat /proc/${pid}/io 2>/dev/null || :`], { encoding: 'utf8' }),
      )?.[1] ?? 0,
    )
  return children.map(read).reduce((sum, bytes) => sum + bytes, 0)
}

describe('following', () => {
  it.each(HOSTS)(
    'by pulling %s answers with what is new, or its end, and sees a log begin again',
    async (_how, host) => {
      const path = log('pull', 'abc')
      expect(await since(host, path, 0, 100)).toMatchObject({ start: 0, end: 3, size: 3, restarted: false })
      appendFileSync(path, 'x'.repeat(200_000))
      expect(await since(host, path, 3, 1000)).toMatchObject({ start: 199_003, end: 200_003 })
      expect((await since(host, path, 199_999, 1000)).bytes.toString()).toBe('xxxx')
      expect((await since(host, path, 200_003, 1000)).bytes.length).toBe(0)
      writeFileSync(path, 'new')
      expect(await since(host, path, 200_003, 1000)).toMatchObject({ start: 0, end: 3, restarted: true })
    },
  )

  it('by pushing delivers every byte in order, and ends with its signal', async () => {
    const path = log('push', 'first\n')
    const ending = new AbortController()
    let seen = ''
    const expected = `irst\n${numbered(0, 20_000)}`
    const following = (async () => {
      for await (const chunk of follow(host, path, { from: 1, signal: ending.signal })) seen += chunk
    })()
    for (let from = 0; from < 20_000; from += 5000) {
      appendFileSync(path, numbered(from, from + 5000))
      await eventually(async () => seen.length >= 5 + numbered(0, from + 5000).length)
    }
    expect(followers(path)).toBe(true)
    ending.abort()
    await following
    expect(seen).toBe(expected)
    await eventually(async () => !followers(path))
  })
})

const followers = (path: string): boolean =>
  readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .some(pid => {
      const command = execFileSync('sh', ['-c', `tr '\\0' ' ' 2>/dev/null </proc/${pid}/cmdline || :`], {
        encoding: 'utf8',
      })
      return command.startsWith('tail') && command.includes(path)
    })

async function all(found: AsyncGenerator<Found>): Promise<Found[]> {
  const list: Found[] = []
  for await (const one of found) list.push(one)
  return list
}

describe('searching', () => {
  const begun = { kind: 'count', hits: 0, done: false }

  it('tells line, place and text of each hit, and how many there were', async () => {
    const path = log('search', 'one\ntwo [x]\n\x1b[31mthree\x1b[0m\r 50%\r100% two\nbinary \0 two\n')
    expect(await all(search(host, path, { pattern: 'two', kind: 'text' }))).toEqual([
      begun,
      { kind: 'hit', line: 2, offset: 4, text: 'two [x]' },
      { kind: 'hit', line: 3, offset: 12, text: '\x1b[31mthree\x1b[0m\r 50%\r100% two' },
      { kind: 'hit', line: 4, offset: 41, text: 'binary \0 two' },
      { kind: 'count', hits: 3, done: true },
    ])
    expect((await all(search(host, path, { pattern: '[x]', kind: 'text' }))).length).toBe(3)
    expect(
      (await all(search(host, path, { pattern: '^(ONE|TWO)', kind: 'regex', ignoreCase: true }))).length,
    ).toBe(4)
    expect(await all(search(host, path, { pattern: "-x'$(id)", kind: 'text' }))).toEqual([
      begun,
      { kind: 'count', hits: 0, done: true },
    ])
  })

  it('finds the same where busybox is all there is', async () => {
    const bin = join(dir, 'bin')
    mkdirSync(bin)
    for (const tool of ['grep', 'awk']) symlinkSync('/usr/bin/busybox', join(bin, tool))
    const outside = process.env.PATH
    process.env.PATH = `${bin}:${outside}`
    const path = log('busybox', 'one\nTwo [x] é\r 50%\nthree two\n')
    try {
      expect(await all(search(host, path, { pattern: 'two', kind: 'text', ignoreCase: true }))).toEqual([
        begun,
        { kind: 'hit', line: 2, offset: 4, text: 'Two [x] é\r 50%' },
        { kind: 'hit', line: 3, offset: 20, text: 'three two' },
        { kind: 'count', hits: 2, done: true },
      ])
      expect((await all(search(host, path, { pattern: '^t.*o$', kind: 'regex' }))).length).toBe(3)
    } finally {
      process.env.PATH = outside
    }
  })

  it.each(HOSTS)('counts the lines of the whole log where asked, %s', async (_how, host) => {
    const path = log('lines', 'one\ntwo\nunfinished')
    const found = await all(search(host, path, { pattern: 'never', kind: 'text', lines: true }))
    expect(found).toEqual([
      begun,
      { kind: 'count', hits: 0, done: true },
      { kind: 'lines', lines: 2, size: 18 },
    ])
  })

  it('brings no more hits than its cap, and counts all', async () => {
    const found = await all(
      search(host, log('many', numbered(0, 30_000)), { pattern: 'line', kind: 'text', cap: 5 }),
    )
    expect(found.filter(({ kind }) => kind === 'hit').length).toBe(5)
    expect(found.at(-1)).toEqual({ kind: 'count', hits: 30_000, done: true })
  })

  it('says what is wrong with a pattern or a log', async () => {
    const path = log('wrong', 'x\n')
    await expect(all(search(host, path, { pattern: '(', kind: 'regex' }))).rejects.toThrow(/did not finish/)
    await expect(all(search(host, join(dir, 'none'), { pattern: 'x', kind: 'text' }))).rejects.toThrow(
      'no such log',
    )
    await expect(all(search(host, path, { pattern: 'a\nb', kind: 'text' }))).rejects.toThrow('one line')
  })

  it('says so too where the words come after the end of what was found', async () => {
    const late = Object.create(host, {
      stream: {
        async value(script: string, options: { signal: AbortSignal }) {
          return host.stream(script.replace(/echo "there/, 'exec >&-; sleep 0.3; echo "there'), options)
        },
      },
    }) as Host
    await expect(all(search(late, join(dir, 'none'), { pattern: 'x', kind: 'text' }))).rejects.toThrow(
      'no such log',
    )
  })

  it('says that it has begun, however long nothing is found', async () => {
    const path = log('long', '')
    truncateSync(path, 400 * 1024 ** 3)
    const searching = search(host, path, { pattern: 'not there', kind: 'text' })
    expect((await searching.next()).value).toEqual(begun)
    await searching.return(undefined)
  })

  it('ends on the host when it is cancelled', async () => {
    const path = log('big', '')
    truncateSync(path, 40 * 1024 ** 3)
    const ending = new AbortController()
    const searching = search(host, path, { pattern: 'never there', kind: 'text', signal: ending.signal })
    expect((await searching.next()).value).toEqual(begun)
    const greps = () =>
      execFileSync('sh', ['-c', `grep -ls 'neve[r] there' /proc/[0-9]*/cmdline || :`], { encoding: 'utf8' })
    await eventually(async () => greps() !== '')
    ending.abort()
    expect(await all(searching)).toEqual([])
    await eventually(async () => greps() === '')
  })
})

describe('a pane', () => {
  it('answers for a session without a log, by its exact name only', async () => {
    const socket = join(dir, 'tmux')
    const tmux = (...args: string[]) => execFileSync('tmux', ['-S', socket, '-f', '/dev/null', ...args])
    tmux('new-session', '-d', '-s', 'serve-1', 'sh', '-c', 'seq 1 100; exec sleep 1000')
    try {
      const text = await eventually(async () => {
        const seen = await capture(host, { socket, session: 'serve-1' }, 10)
        return seen?.includes('100') && seen
      })
      expect(text.split('\n').slice(-3)).toEqual(['99', '100', ''])
      expect(await capture(host, { socket, session: 'serve' }, 10)).toBeNull()
    } finally {
      tmux('kill-server')
    }
  })
})
