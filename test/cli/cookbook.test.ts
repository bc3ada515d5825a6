import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import stringWidth from 'string-width'
import { expect, test } from 'vitest'
import { extend, type Machine } from '../../src/cli/extend.ts'
import { runProgram } from '../../src/cli/program.ts'
import type { Client } from '../../src/client/client.ts'
import { groups } from '../../src/contract/all.ts'
import { cookbook } from '../../src/contract/cookbook.ts'
import { examine } from '../../src/examine.ts'
import { testKitchen } from '../peers/kitchen.ts'
import { freePort } from '../peers/port.ts'
import { testWorkspace } from '../peers/workspace.ts'

/** A command line over a client that is open already. */
const commandLine =
  (client: Client | null, columns = 100) =>
  async (...argv: string[]): Promise<{ code: number; out: string; err: string }> => {
    const collected = (): { stream: NodeJS.WriteStream; text: () => string } => {
      const stream = Object.assign(new PassThrough(), { columns })
      let text = ''
      stream.on('data', (chunk: Buffer) => {
        text += chunk
      })
      return { stream: stream as never, text: () => text }
    }
    const [out, err] = [collected(), collected()]
    const before = process.exitCode
    process.exitCode = undefined
    const code = await runProgram({
      version: '0',
      argv,
      groups,
      extend: extend({ examine, self: ['ithaca'] } as unknown as Machine),
      stdout: out.stream,
      stderr: err.stream,
      stdin: Object.assign(new PassThrough(), { isTTY: true }) as never,
      async open() {
        if (!client) throw new Error('no workspace is needed for this')
        return { client, url: '', close: async () => undefined }
      },
    })
    process.exitCode = before
    return { code, out: out.text(), err: err.text() }
  }

test('from a death to its fix in the words of a phone', async () => {
  await using k = await testKitchen()
  const ithaca = commandLine(k.w.client, 40)
  const port = String(await freePort())
  const launched = await ithaca(
    'cookbook',
    'serve',
    '--gpus',
    '0',
    '--',
    `${k.machine.bin}/vllm`,
    'serve',
    'demo/kv-too-small',
    '--port',
    port,
  )
  expect(launched, launched.err).toMatchObject({ code: 0 })
  const id = /serve-[0-9a-f]{8}/.exec(launched.out)![0]
  await k.until(id, 'crashed')
  expect((await ithaca('cookbook', 'wait', id)).code).toBe(1)
  expect((await ithaca('cookbook', 'wait', id, '--for', 'ended')).code).toBe(0)

  const why = await ithaca('cookbook', 'why')
  expect(why).toMatchObject({ code: 0 })
  expect(why.out).toContain('kv_cache_too_small')
  expect(Math.max(...why.out.split('\n').map(line => stringWidth(line)))).toBeLessThanOrEqual(40)
  const fix = /--apply ([0-9a-f]+)/.exec(why.out)![1]!

  const again = await ithaca('cookbook', 'relaunch', id, '--apply', fix)
  expect(again.out).toContain('as attempt 2')
  const second = /serve-[0-9a-f]{8}/.exec(again.out)![0]
  const late = await ithaca('cookbook', 'wait', second, '--timeout', '0')
  expect([0, 6]).toContain(late.code)
  await k.until(second, 'ready')
  expect((await ithaca('cookbook', 'wait', second)).out).toContain(`is ready on port ${port}`)
  expect((await ithaca('cookbook', 'attempts', id)).out).toMatch(/1\s+crashed/)
  const morning = await ithaca('cookbook', 'attempts', id, '--sort', 'ready', '--md')
  expect(morning.out).toMatch(/^\| # \| state .*\n\| --- .*\n\| 2 \| ready/)
  expect((await ithaca('cookbook', 'logs', second, '-n', '5')).out).toContain('startup complete')
  expect((await ithaca('cookbook', 'stop', second)).out).toContain('is stopped: it ended when interrupted')
  const all = await ithaca('cookbook')
  expect(all.out).toContain('stopped')
  expect((await ithaca('cookbook', 'wait', 'nothing-like-it')).code).toBe(3)
})

test('a wait that takes too long says so with its code', async () => {
  await using k = await testKitchen()
  const ithaca = commandLine(k.w.client)
  const serve = await k.launch('vllm serve demo/never-ready')
  const waited = await ithaca('cookbook', 'wait', serve.id, '--timeout', '1')
  expect(waited.code).toBe(6)
  expect(waited.out).toMatch(/is (launching|loading)/)
})

test('follow ends with what it follows', async () => {
  await using k = await testKitchen()
  const ithaca = commandLine(k.w.client)
  const serve = await k.launch('vllm serve demo/oom-at-start')
  const followed = ithaca('cookbook', 'logs', '-f', serve.id)
  await k.until(serve.id, 'crashed')
  const { code, out } = await followed
  expect(code).toBe(0)
  expect(out).toContain('out of memory')
  expect(out).not.toContain('\r')
})

test('what was written before the end is shown, however slow the following was', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ithaca-slow-'))
  const path = process.env.PATH
  // A machine on which following shows nothing in time; everything else is as it was.
  const real = (path ?? '')
    .split(':')
    .map(each => join(each, 'tail'))
    .find(existsSync)
  writeFileSync(
    join(folder, 'tail'),
    `#!/bin/sh\ncase "$*" in '-c +'*' -f '*) exec sleep 600 ;; *) exec ${real} "$@" ;; esac\n`,
    { mode: 0o755 },
  )
  process.env.PATH = `${folder}:${path}`
  try {
    await using k = await testKitchen()
    const ithaca = commandLine(k.w.client)
    const serve = await k.launch('vllm serve demo/oom-at-start')
    const followed = ithaca('cookbook', 'logs', '-f', serve.id)
    await k.until(serve.id, 'crashed')
    const { code, out } = await followed
    expect(code).toBe(0)
    expect(out).toContain('out of memory')
  } finally {
    process.env.PATH = path
    rmSync(folder, { recursive: true })
  }
})

test('moments are told in the zone of the owner, not of the machine', async () => {
  const at = Date.UTC(2031, 4, 6, 20, 30)
  await using w = await testWorkspace({ config: '[owner]\ntimezone = "Asia/Tokyo"\n', now: () => at })
  const ithaca = commandLine(w.client)
  const made = await ithaca('tokens', 'create', 'bot', '--scopes', 'todos:read', '--expires', '1d')
  expect(made.out).toContain('until 2031-05-08 05:30')
  expect((await ithaca('tokens', 'list')).out).toContain('2031-05-08 05:30')
  expect((await ithaca('audit', 'list')).out).toContain('2031-05-07 05:30')
})

test('a due is told in the zone of the owner, whatever zone it was saved in', async () => {
  await using w = await testWorkspace({ config: '[owner]\ntimezone = "America/New_York"\n' })
  const ithaca = commandLine(w.client)
  const { out } = await ithaca('todos', 'add', 'west', '--due', '2031-05-06 17:00')
  expect(out).toContain('due 2031-05-06 17:00')
  await ithaca('todos', 'add', 'day', '--due', '2031-05-06')
  await w.client.send('PUT', '/api/v1/workspace/timezone', { timezone: 'Asia/Tokyo' })
  const listed = (await ithaca('todos', 'list')).out
  expect(listed).toMatch(/2031-05-07 06:00 +west/)
  expect(listed).toMatch(/2031-05-06 +day/)
})

test('any log is diagnosed without a workspace', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ithaca-log-'))
  try {
    const file = join(folder, 'a.log')
    writeFileSync(file, "INFO vllm\nModuleNotFoundError: No module named 'xgrammar'\n")
    const ithaca = commandLine(null, 40)
    const plain = await ithaca('diagnose', file, '--explain')
    expect(plain).toMatchObject({ code: 0 })
    expect(plain.out).toContain('python_module_missing')
    expect(JSON.parse((await ithaca('diagnose', file, '--json')).out)).toMatchObject({ lineNumber: 2 })
    expect(await ithaca('diagnose', join(folder, 'none'))).toMatchObject({ code: 3 })
    expect(await ithaca('diagnose', folder)).toMatchObject({ code: 2 })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test('a skill is unpacked where it was asked for', async () => {
  await using w = await testWorkspace()
  const into = join(w.home, 'skills')
  const ithaca = commandLine(w.client)
  const { code, out } = await ithaca('skill', 'install', 'claude', '--into', into)
  expect(code).toBe(0)
  expect(out).toContain(join(into, 'skills/odysseus/SKILL.md'))
  const script = join(into, 'skills/odysseus/scripts/odysseus_api.py')
  expect(readFileSync(script, 'utf8')).toContain('python')
  expect(statSync(script).mode & 0o111).not.toBe(0)
  expect((await ithaca('skill', 'install', 'emacs')).code).toBe(2)
})

test('hosts are listed and tested in words', async () => {
  await using w = await testWorkspace()
  const ithaca = commandLine(w.client)
  const edited = await ithaca('hosts', 'edit', 'local', '--port-range', '9100-9199', '--variables', 'A=b=c')
  expect(edited, edited.err).toMatchObject({ code: 0 })
  const host = JSON.parse((await ithaca('hosts', 'get', 'local', '--json')).out)
  expect(host).toMatchObject({ port_range: [9100, 9199], variables: { A: 'b=c' } })
  const tested = await ithaca('hosts', 'test')
  expect(tested.out).toMatch(/^ok {4}Reach/)
  expect((await ithaca('hosts')).out).toMatch(/NAME\s+TARGET\s+REACH/)
})

test('a host is added in words', async () => {
  await using w = await testWorkspace()
  const ithaca = commandLine(w.client)
  const added = await ithaca('hosts', 'add', 'ann@127.0.0.1', '--name', 'gpu-a', '--port', '1')
  expect(added, added.err).toMatchObject({ code: 0 })
  expect(added.out).toContain('Saved: gpu-a. Try it: ithaca hosts test gpu-a')
  expect((await ithaca('hosts')).out).toContain('ann@127.0.0.1')
  for (const wrong of ['a b', '-oProxyCommand=id', 'a\x1bb', ' '])
    expect(await ithaca('hosts', 'add', '--', wrong)).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringMatching(
        /target: .*; write an alias of your ssh config, host, user@host or user@host:port/,
      ),
    })
})

test('a serve answers to its name while one lineage has it', async () => {
  await using k = await testKitchen()
  const ithaca = commandLine(k.w.client)
  const first = await k.launch('vllm serve demo/oom-at-start', { name: 'twin' })
  await k.until(first.id, 'crashed')
  expect((await ithaca('cookbook', 'why', 'twin')).out).toContain(first.id)
  const second = await k.launch('vllm serve demo/never-ready', { name: 'twin' })
  expect((await ithaca('cookbook', 'stop', 'twin')).out).toContain('is stopped')
  const both = await ithaca('cookbook', 'why', 'twin')
  expect(both.code).not.toBe(0)
  expect(both.err).toContain(`Several serves are called 'twin': ${first.id}, ${second.id}.`)
})

test('what a route refuses is an exit code and a sentence', async () => {
  await using w = await testWorkspace()
  const ithaca = commandLine(w.client)
  expect(await ithaca('cookbook', 'serve', 'rm -rf /')).toMatchObject({ code: 2, out: '' })
  const why = await ithaca('cookbook', 'why')
  expect(why).toMatchObject({ code: 3, err: expect.stringContaining('Nothing has died') })
  await expect(w.client.call(cookbook.tasks, {})).resolves.toMatchObject({ items: [] })
})
