import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { launch } from '../../src/sessions/launch.ts'
import { listeningPorts } from '../../src/sessions/ports.ts'
import { preflight } from '../../src/sessions/preflight.ts'
import { remove, sizes } from '../../src/sessions/remove.ts'
import { stop } from '../../src/sessions/stop.ts'
import { words } from '../../src/sessions/word.ts'
import { isRunning } from '../peers/running.ts'
import { eventually, Ground, kill } from './ground.ts'

const SHELLS: [string, string[]][] = [
  ['dash', ['/usr/bin/dash']],
  ['bash', ['/usr/bin/bash']],
  ['busybox', ['/usr/bin/busybox', 'sh']],
]

const mainPid = (ground: Ground, id: string) => Number(ground.read(id, '1.pid').split(' ')[0])
const runnerPid = (ground: Ground, id: string) => Number(ground.read(id, 'runner').split(' ')[0])

describe.each(SHELLS)('under %s', (_name, shell) => {
  it('records the code of a command that ends by itself', async () => {
    await using ground = new Ground(shell)
    await ground.sh('good', 'echo fine')
    await ground.sh('bad', 'echo broken >&2; exit 7')
    await ground.sh('missing', '', { run: { assignments: [], argv: words('no-such-engine', 'serve') } })
    const ended = async (id: string) =>
      (await ground.until(id, session => session.state === 'ended')).attempts[0]!.code
    expect([await ended('good'), await ended('bad'), await ended('missing')]).toEqual([0, 7, 127])
    expect(ground.read('bad', '1.log')).toBe('broken\n')
    expect(ground.read('missing', '1.log')).toContain('no-such-engine')
  })

  it('tells Ctrl-C, terminate and kill apart', async () => {
    await using ground = new Ground(shell)
    for (const id of ['int', 'term', 'kill']) await ground.sh(id, 'exec sleep 1000')
    for (const id of ['int', 'term', 'kill']) await ground.until(id, session => session.state === 'running')
    ground.tmux('send-keys', '-t', '=int:', 'C-c')
    kill(mainPid(ground, 'term'), 'SIGTERM')
    kill(mainPid(ground, 'kill'), 'SIGKILL')
    const code = async (id: string) =>
      (await ground.until(id, session => session.state === 'ended')).attempts[0]!.code
    expect([await code('int'), await code('term'), await code('kill')]).toEqual([130, 143, 137])
  })

  it('leaves the engine alive when the tmux server is killed, and still records its end', async () => {
    await using ground = new Ground(shell)
    await ground.sh('a', 'trap "exit 9" TERM; echo up; while :; do sleep 0.1; done')
    await ground.until('a', session => session.log?.size === 3)
    const server = Number(ground.tmux('display-message', '-p', '#{pid}'))
    kill(server, 'SIGKILL')
    await eventually(async () => !isRunning(server))
    expect(await ground.session('a')).toMatchObject({ state: 'running', supervised: true })
    kill(mainPid(ground, 'a'), 'SIGTERM')
    const ended = await ground.until('a', session => session.state === 'ended')
    expect(ended.attempts[0]!.code).toBe(9)
  })

  it('says "unknown" of an engine whose runner was killed before it', async () => {
    await using ground = new Ground(shell)
    await ground.sh('a', 'exec sleep 1000')
    await ground.until('a', session => session.state === 'running')
    kill(runnerPid(ground, 'a'), 'SIGKILL')
    const left = await ground.until('a', session => !session.supervised)
    expect(left.state).toBe('running')
    kill(mainPid(ground, 'a'), 'SIGKILL')
    const gone = await ground.until('a', session => session.state !== 'running')
    expect(gone).toMatchObject({ state: 'unknown', attempts: [{ code: null }] })
  })

  it('starts again by rule, each time with a log of its own, and not more often', async () => {
    await using ground = new Ground(shell)
    await ground.sh('a', 'echo attempt $ITHACA_ATTEMPT $SECRET; exit $ITHACA_ATTEMPT', {
      secrets: { SECRET: 'kept' },
      restart: { times: 2, afterSeconds: 0, pauseSeconds: 0 },
    })
    const session = await ground.until(
      'a',
      ({ attempts, state }) => state === 'ended' && attempts.length === 3,
      20_000,
    )
    expect(session.attempts.map(attempt => attempt.code)).toEqual([1, 2, 3])
    expect(ground.read('a', '2.log')).toBe('attempt 2 kept\n')
  })

  it('leaves a shell in the environment after a crash, and nothing after a good end', async () => {
    await using ground = new Ground(shell)
    const venv = join(ground.dir, 'venv')
    execFileSync('mkdir', ['-p', join(venv, 'bin')])
    writeFileSync(join(venv, 'bin', 'activate'), 'VIRTUAL_ENV=my-venv; export VIRTUAL_ENV\n')
    const environment = { kind: 'source', path: [{ kind: 'text', text: venv }] } as const
    await ground.sh('bad', 'echo $VIRTUAL_ENV; exit 1', { environment, secrets: { SECRET: 'gone' } })
    await ground.sh('good', 'exit 0', { environment })
    await ground.until('bad', session => session.state === 'ended')
    expect(ground.read('bad', '1.log')).toBe('my-venv\n')
    ground.tmux('send-keys', '-t', '=bad:', 'echo "in <$VIRTUAL_ENV$SECRET>"', 'Enter')
    await eventually(async () => ground.tmux('capture-pane', '-p', '-t', '=bad:').includes('in <my-venv>'))
    await eventually(async () => ground.tmux('list-sessions', '-F', '#{session_name}') === 'bad\n')
  })
})

describe('a launch', () => {
  it('happens once, however many ask at the same time', async () => {
    await using ground = new Ground()
    const marker = join(ground.dir, 'started')
    const centers = Array.from({ length: 5 }, () => ground.center())
    const spec = ground.spec('once', ['/bin/sh', '-c', `echo x >>${marker}; exec sleep 1000`])
    const outcomes = await Promise.all(centers.map(center => launch(center, ground.site, spec)))
    expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual([
      'exists',
      'exists',
      'exists',
      'exists',
      'launched',
    ])
    await ground.until('once', session => session.state === 'running')
    await eventually(async () => existsSync(marker))
    expect(readFileSync(marker, 'utf8')).toBe('x\n')
  })

  it('refuses a port and GPUs that another one holds until that has ended', async () => {
    await using ground = new Ground()
    await ground.sh('first', 'exec sleep 1000', { port: 18_431, gpus: [0, 1] })
    expect(await ground.sh('second', ':', { port: 18_431 })).toMatchObject({
      outcome: 'held',
      by: { what: 'port', number: 18_431, session: 'first' },
    })
    expect(await ground.sh('second', ':', { gpus: [1] })).toMatchObject({
      outcome: 'held',
      by: { what: 'gpu', number: 1 },
    })
    await stop(ground.host, ground.site, 'first')
    expect(await ground.sh('second', ':', { port: 18_431, gpus: [1] })).toMatchObject({ outcome: 'launched' })
  })

  it('of two for one port, one wins', async () => {
    await using ground = new Ground()
    const spec = (id: string) => ground.spec(id, ['sleep', '1000'], { port: 18_432 })
    const both = await Promise.all(['a', 'b'].map(id => launch(ground.center(), ground.site, spec(id))))
    expect(both.map(({ outcome }) => outcome).sort()).toEqual(['held', 'launched'])
  })

  it('names the process that listens on the port', async () => {
    await using ground = new Ground()
    const { createServer } = await import('node:net')
    const server = createServer().listen(0, '127.0.0.1')
    await new Promise(resolve => server.once('listening', resolve))
    const { port } = server.address() as { port: number }
    const held = await ground.sh('a', ':', { port })
    server.close()
    expect(held).toEqual({
      outcome: 'held',
      by: { what: 'port', number: port, session: null, pids: [process.pid] },
    })
  })

  it('takes away the lock of somebody who died', async () => {
    await using ground = new Ground()
    await ground.status()
    const { root } = await ground.status()
    execFileSync('mkdir', ['-p', root])
    execFileSync('ln', ['-s', '999999:1:nowhen', join(root, '.lock')])
    expect(await ground.sh('a', ':')).toMatchObject({ outcome: 'launched' })
    expect(readdirSync(root)).toEqual(['a'])
  })

  it('keeps secrets out of scripts, records, logs and process lists', async () => {
    await using ground = new Ground()
    const secret = 'hf_PLANTED\'"$(id)`id`'
    await ground.sh('a', '[ "$HF_TOKEN" ] && echo "${#HF_TOKEN}"; exec sleep 1000', {
      secrets: { HF_TOKEN: secret },
    })
    await ground.until('a', session => session.log?.size === 3)
    expect(ground.read('a', '1.log')).toBe(`${secret.length}\n`)
    const dir = join(ground.path('a', '1.log'), '..')
    expect(readdirSync(dir)).not.toContain('secrets')
    for (const file of readdirSync(dir))
      expect(readFileSync(join(dir, file), 'utf8')).not.toContain('PLANTED')
    expect(execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })).not.toContain('PLANTED')
    expect(ground.tmux('show-environment', '-g')).not.toContain('PLANTED')
    expect(execFileSync('stat', ['-c', '%a', dir], { encoding: 'utf8' })).toBe('700\n')
  })

  it('keeps any text in its record', async () => {
    await using ground = new Ground()
    const text = `a'b"c\n$(touch x) %s \\ \u2028 模型 \0`
    const launched = await ground.sh('a', ':', { operator: text, actor: text, about: { model: text } })
    expect(launched).toMatchObject({ outcome: 'launched', meta: { operator: text, about: { model: text } } })
    expect((await ground.session('a')).meta).toMatchObject({ actor: text })
  })

  it('fills in what only the host knows, and says what it does not know', async () => {
    await using ground = new Ground()
    const home = { kind: 'home' } as const
    const printf = { kind: 'text', text: 'printf' } as const
    const argv = [
      [printf],
      [{ kind: 'text', text: '<%s>\n' } as const],
      [home, { kind: 'text', text: "/a b'c" } as const],
    ]
    await ground.sh('a', '', { run: { assignments: [], argv } })
    await ground.sh('b', '', {
      run: { assignments: [], argv: [[printf], [{ kind: 'variable', name: 'NOT_SET_ANYWHERE' }]] },
    })
    await ground.until('a', session => session.state === 'ended')
    expect(ground.read('a', '1.log')).toBe(`<${process.env.HOME}/a b'c>\n`)
    const failed = await ground.until('b', session => session.state === 'ended')
    expect(failed.attempts[0]!.code).toBe(78)
    expect(ground.read('b', '1.log')).toContain('NOT_SET_ANYWHERE')
  })

  it('finds the first model file, or fails with the given words', async () => {
    await using ground = new Ground()
    const below = [{ kind: 'text', text: ground.dir }] as const
    const find = { kind: 'find', below, patterns: ['*-00001-of-*.gguf', '*.gguf'], anyCase: false } as const
    const run = {
      assignments: [],
      argv: [...words('echo'), [find]],
      requires: { file: [find], message: 'No GGUF here.' },
    }
    await ground.sh('none', '', { run })
    const none = await ground.until('none', session => session.state === 'ended')
    writeFileSync(join(ground.dir, 'a model.gguf'), '')
    await ground.sh('one', '', { run })
    await ground.until('one', session => session.state === 'ended')
    expect(none.attempts[0]!.code).toBe(66)
    expect(ground.read('none', '1.log')).toBe('ithaca: No GGUF here.\n')
    expect(ground.read('one', '1.log')).toBe(`${ground.dir}/a model.gguf\n`)
  })
})

describe('after the end', () => {
  it('files go when asked for, but never those of a session that runs', async () => {
    await using ground = new Ground()
    await ground.sh('old', 'exit 3')
    await ground.sh('live', 'exec sleep 1000')
    await ground.until('old', session => session.state === 'ended')
    await ground.until('live', session => session.state === 'running')
    const bytes = await sizes(ground.host, ground.site)
    expect([...bytes.keys()]).toEqual(['live', 'old'])
    expect(bytes.get('old')).toBeGreaterThan(4096)
    expect(await remove(ground.host, ground.site, ['old', 'live', 'never'])).toEqual(['old', 'never'])
    expect((await ground.status()).sessions.map(({ id }) => id)).toEqual(['live'])
    expect(await ground.session('live')).toMatchObject({ state: 'running', supervised: true })
    expect(ground.tmux('list-sessions', '-F', '#{session_name}')).toBe('live\n')
    await expect(remove(ground.host, ground.site, ['../old'])).rejects.toThrow('cannot name')
  })
})

describe('the ports of a session', () => {
  it('are those its own processes listen on', async () => {
    await using ground = new Ground()
    const serve =
      "require('net').createServer().listen(0,'127.0.0.1',function(){console.log(this.address().port)})"
    await ground.sh('a', `sh -c 'exec "$0" -e "$1"' '${process.execPath}' "${serve}" & wait`)
    const up = await ground.until('a', session => (session.log?.size ?? 0) > 3)
    expect(up.attempts.length).toBe(1)
    const { pids } = await ground.session('a', { processes: true })
    const ports = await listeningPorts(ground.host, [...pids, process.pid])
    expect([...ports.values()].flat()).toEqual([Number(ground.read('a', '1.log'))])
  })
})

describe('before a launch', () => {
  it('says which program would run, in its environment, and what is missing', async () => {
    await using ground = new Ground()
    const bin = join(ground.dir, 'my venv', 'bin')
    execFileSync('mkdir', ['-p', bin])
    writeFileSync(join(bin, 'activate'), `PATH='${bin}':$PATH\n`)
    writeFileSync(join(bin, 'my-engine'), '#!/bin/sh\n', { mode: 0o755 })
    const environment = { kind: 'source', path: [{ kind: 'text', text: join(bin, 'activate') }] } as const
    const python = { module: { python: words('python3')[0]!, name: 'http.server' } }
    expect(await preflight(ground.host, ground.spec('a', ['my-engine'], { environment }), python)).toEqual({
      program: join(bin, 'my-engine'),
      unset: [],
      module: expect.stringContaining('http'),
      notes: [],
    })
    const nowhere = { kind: 'source', path: words('/no/such/venv')[0]! } as const
    const run = {
      assignments: [],
      argv: [...words('my-engine'), [{ kind: 'variable', name: 'NOT_SET' } as const]],
    }
    expect(await preflight(ground.host, ground.spec('a', [], { environment: nowhere, run }))).toEqual({
      program: null,
      unset: ['NOT_SET'],
      notes: ['ithaca: there is no environment at /no/such/venv; going on without it'],
    })
  })
})

describe('the list', () => {
  it('is rebuilt from files alone, and judges only this machine and this boot', async () => {
    await using ground = new Ground()
    await ground.sh('a', 'exec sleep 1000', { about: { engine: 'vllm' } })
    await ground.until('a', session => session.state === 'running')
    const { root, boot } = await ground.status()
    execFileSync('cp', ['-r', root, `${root}-elsewhere`])
    execFileSync('cp', ['-r', join(root, 'a'), join(root, 'rebooted')])
    for (const file of ['runner', '1.pid', 'meta.json']) {
      const path = ground.path('rebooted', file)
      writeFileSync(path, readFileSync(path, 'utf8').replaceAll(boot, 'another-boot'))
    }
    execFileSync('mkdir', [join(root, 'half')])
    const { sessions } = await ground.status()
    expect(sessions.map(({ id, state }) => [id, state])).toEqual([
      ['a', 'running'],
      ['half', 'lost'],
      ['rebooted', 'lost'],
    ])
    expect(sessions[0]!.meta).toMatchObject({ operator: 'ann', about: { engine: 'vllm' } })
  })

  it('sends what is known only once, and nothing of what is settled', async () => {
    await using ground = new Ground()
    await ground.sh('a', 'printf 0123456789; exit 0')
    await ground.sh('b', 'exec sleep 1000')
    const a = await ground.until('a', session => session.state === 'ended')
    const { sessions } = await ground.status({ known: new Map([['a', a.meta!]]), tailBytes: 4 })
    expect(sessions[0]).toMatchObject({ meta: a.meta, tail: Buffer.from('6789') })
    expect((await ground.status({ settled: ['a'] })).sessions.map(({ id }) => id)).toEqual(['b'])
  })
})
