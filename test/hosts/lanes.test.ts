import { spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import type { Shell } from '../../src/hosts/host.ts'
import { HostError } from '../../src/hosts/host.ts'
import { Lane } from '../../src/hosts/lane.ts'
import { childShell } from '../../src/hosts/local.ts'
import { Questions } from '../../src/hosts/questions.ts'
import { quote, quoteAll } from '../../src/hosts/quote.ts'
import { isRunning } from '../peers/running.ts'
import { Cleanup, needs, until } from './setting.ts'

const cleanup = new Cleanup()
afterEach(() => cleanup.run())

const SHELLS: [string, string[]][] = [
  ['dash', []],
  ['bash', ['--posix']],
  ['busybox', ['sh']],
]

const missing = (program: string): string | null =>
  spawnSync('sh', ['-c', `command -v ${program}`]).status === 0 ? null : `${program} is not installed`

/** Questions to a shell of a certain kind, and the shells that were started for them. */
function lane(program: string, args: string[], options = { pipelined: true }) {
  const shells: Shell[] = []
  const questions = new Questions(async () => {
    const shell = childShell(spawn(program, args, { detached: true, stdio: 'pipe' }))
    shells.push(shell)
    return shell
  }, options)
  cleanup.add(questions, async q => {
    q.close(new HostError('lost', 'the test is over'))
    for (const shell of shells) await shell.done
  })
  return { questions, shells }
}

const text = async (questions: Questions, script: string, options = {}) =>
  (await questions.ask(script, options)).stdout.toString()

describe.each(SHELLS)('a lane in %s', (program, args) => {
  const open = (skip: (note: string) => void, options = { pipelined: true }) => {
    needs(missing(program), skip)
    return lane(program, args, options)
  }

  it('gives back exit code, both outputs and every byte', async ({ skip }) => {
    const { questions } = open(skip)
    // Every byte comes once as the first of a word of `printf`, where a dash would be an option.
    const bytes = Buffer.concat(
      Array.from({ length: 256 }, (_, n) => Buffer.concat([Buffer.from([n]), randomBytes(4095)])),
    )
    const answer = await questions.ask('cat; echo "told you" >&2; exit 3', { stdin: bytes })
    expect(answer.code).toBe(3)
    expect(answer.stdout.equals(bytes)).toBe(true)
    expect(answer.stderr.toString()).toBe('told you\n')
  })

  it('answers many at once, each with its own', async ({ skip }) => {
    const { questions, shells } = open(skip)
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, n) => text(questions, `echo ${n}; exit ${n}`)),
    )
    expect(answers).toEqual(Array.from({ length: 40 }, (_, n) => `${n}\n`))
    expect(shells).toHaveLength(1)
  })

  it('lets no script eat the next question, end the shell or change it', async ({ skip }) => {
    const { questions, shells } = open(skip)
    const hostile = [
      'cat',
      'read -r x; read -r y; echo "$x$y"',
      'exit 7',
      'set -eu; cd /; umask 0; false',
      'if then fi (',
      "echo 'unterminated",
      'exec true',
      'trap "" TERM HUP; exit 1',
      'printf() { :; }; cat() { :; }; wc() { echo 5; }',
      'alias cat=true; unset _it_d; _it_d=/nowhere; set -- a b c; shift 2',
      'exec >&- 2>&- <&-; echo lost',
    ]
    const codes = await Promise.all(hostile.map(script => questions.ask(script).then(a => a.code)))
    expect(codes[2]).toBe(7)
    expect(await text(questions, 'echo "$#"; echo fine')).toBe('0\nfine\n')
    expect(shells).toHaveLength(1)
  })

  it('is not held up, or written into, by what a script leaves behind', async ({ skip }) => {
    const { questions, shells } = open(skip)
    const first = await text(
      questions,
      '( while :; do echo noise; echo noise >&2; sleep 0.01; done ) & echo "$!"; echo started',
    )
    // What the stray says before the script ends may be part of the answer, anywhere in it.
    const pid = Number(/^\d+$/m.exec(first)?.[0])
    cleanup.add(pid, stray => process.kill(stray, 'SIGKILL'))
    expect(first.split('\n')).toContain('started')
    for (let n = 0; n < 20; n++)
      expect(await text(questions, `echo ${n}; sleep 0.01; echo ${n}`)).toBe(`${n}\n${n}\n`)
    expect(shells).toHaveLength(1)
  })

  it('carries tens of megabytes', async ({ skip }) => {
    const { questions } = open(skip)
    const answer = await questions.ask('dd if=/dev/zero bs=65536 count=512 2>/dev/null; printf end >&2')
    expect(answer.stdout.length).toBe(512 * 65536)
    expect(answer.stderr.toString()).toBe('end')
  })

  it('replaces a shell that hangs, and asks again only what was not begun', async ({ skip }) => {
    const { questions, shells } = open(skip)
    const mark = `/tmp/ithaca-test-${randomBytes(6).toString('hex')}`
    const stuck = questions.ask(`sleep 300 & echo $! >${mark}; wait; sleep 300`, { deadline: 300 })
    const behind = questions.ask('echo behind')
    await expect(stuck).rejects.toMatchObject({ code: 'deadline' })
    expect((await behind).stdout.toString()).toBe('behind\n')
    expect(shells).toHaveLength(2)
    const pid = Number(await text(questions, `cat ${mark}; rm -f ${mark}`))
    expect(pid).toBeGreaterThan(0)
    await until(() => !isRunning(pid), 'the child of the stuck script is gone')
  })

  it('gives a question up without losing step', async ({ skip }) => {
    const { questions, shells } = open(skip)
    const controller = new AbortController()
    const given = questions.ask('sleep 0.2; echo late', { signal: controller.signal })
    const next = text(questions, 'echo next')
    controller.abort()
    await expect(given).rejects.toMatchObject({ code: 'aborted' })
    expect(await next).toBe('next\n')
    expect(shells).toHaveLength(1)
  })

  it('says lost, never success, when its shell is killed', async ({ skip }) => {
    const { questions, shells } = open(skip)
    await text(questions, ':')
    const running = questions.ask('sleep 300')
    const behind = questions.ask('echo behind')
    shells[0]!.kill('KILL')
    await expect(running).rejects.toMatchObject({ code: 'lost' })
    await expect(behind).rejects.toMatchObject({ code: 'lost' })
    expect(await text(questions, 'echo again')).toBe('again\n')
  })

  it('ends the shell it replaces before it takes a question, and removes its files', async ({ skip }) => {
    needs(missing(program), skip)
    const old = spawn('sh', ['-c', 'trap "" TERM HUP; sleep 300; sleep 300'], {
      detached: true,
      stdio: 'ignore',
    })
    const ended = new Promise(resolve => old.once('exit', (_, signal) => resolve(signal)))
    const nonce = randomBytes(12).toString('hex')
    const folder = mkdtempSync(join(tmpdir(), 'ithaca-lane-'))
    cleanup.add(folder, f => rmSync(f, { recursive: true }))
    writeFileSync(join(folder, `.ithaca-${nonce}.o`), 'left behind')
    const env = { ...process.env, XDG_RUNTIME_DIR: folder }
    const shell = childShell(spawn(program, args, { detached: true, stdio: 'pipe', env }))
    cleanup.add(shell, s => s.kill('KILL'))
    const next = new Lane(shell, { pid: old.pid!, nonce }, () => {})
    next.close()
    expect(await ended).toBe('SIGKILL')
    await next.ended
    expect(readdirSync(folder)).toEqual([])
  })

  it('answers even where nothing can be written', async ({ skip }) => {
    needs(missing(program), skip)
    const refuse = `trap '' XFSZ; ulimit -f 0; exec ${[program, ...args].join(' ')}`
    const { questions } = lane('sh', ['-c', refuse])
    const bytes = randomBytes(20_000)
    const answers = await Promise.all([
      questions.ask('cat; exit 3', { stdin: bytes }),
      questions.ask('echo second; echo lost >&2'),
    ])
    expect(answers[0]).toMatchObject({ code: 3, stdout: bytes })
    expect(answers[1]).toMatchObject({ code: 0, stdout: Buffer.from('second\n') })
  })

  it('leaves no file behind', async ({ skip }) => {
    const { questions, shells } = open(skip)
    const place = (await text(questions, 'echo "$_it_d"')).trim()
    await questions.ask('sleep 300', { deadline: 200 }).catch(() => undefined)
    await text(questions, 'echo x')
    questions.close(new HostError('lost', 'over'))
    for (const shell of shells) await shell.done
    const folder = place.slice(0, place.lastIndexOf('/'))
    expect(readdirSync(folder).filter(name => `${folder}/${name}`.startsWith(place))).toEqual([])
  })
})

describe('the slow lane', () => {
  it('runs one question at a time', async () => {
    const { questions } = lane('sh', [], { pipelined: false })
    const answers = Promise.all([
      text(questions, 'sleep 0.1; echo 1'),
      text(questions, 'echo 2'),
      text(questions, 'echo 3'),
    ])
    expect(await answers).toEqual(['1\n', '2\n', '3\n'])
  })
})

describe('quoting', () => {
  it('makes one word of anything, a real shell being the judge', async () => {
    const { questions } = lane('sh', [])
    const text = fc.string({ unit: 'binary', maxLength: 40 }).map(s => s.replaceAll('\0', ''))
    const nasty = fc.constantFrom(
      "'",
      '"',
      '$(touch x)',
      '`id`',
      '\n',
      '\\',
      '*',
      '~',
      '!x',
      '-n',
      '\u0001\u007f',
      'ünï',
      '\r',
      '#',
      '&',
    )
    const words = fc.array(
      fc.oneof(
        text,
        nasty,
        fc.array(nasty).map(parts => parts.join('')),
      ),
      { maxLength: 12 },
    )
    await fc.assert(
      fc.asyncProperty(words, async argv => {
        const { stdout } = await questions.ask(`for w in ${quoteAll(argv)}; do printf '%s\\000' "$w"; done`)
        expect(stdout.toString()).toBe(argv.map(word => `${Buffer.from(word).toString()}\0`).join(''))
      }),
      { numRuns: 500 },
    )
    expect(() => quote('a\0b')).toThrow('NUL')
  })
})
