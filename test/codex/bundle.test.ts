import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestKitchen, testKitchen } from '../peers/kitchen.ts'
import { freePort } from '../peers/port.ts'
import type { TestWorkspace } from '../peers/workspace.ts'

const run = promisify(execFile)
/** The interpreter itself, not a shim in front of it; empty where there is none. */
const python = await run('python3', ['-c', 'import sys; print(sys.executable)']).then(
  ({ stdout }) => stdout.trim(),
  () => '',
)

const CODEX = [
  'odysseus/.codex-plugin/plugin.json',
  'odysseus/README.md',
  'odysseus/scripts/odysseus_api.py',
  'odysseus/skills/odysseus/SKILL.md',
]
const CLAUDE = ['skills/odysseus/SKILL.md', 'skills/odysseus/scripts/odysseus_api.py']

interface Ran {
  code: number
  out: string
  err: string
}

describe.runIf(python !== '')('the bundles, with the python3 of this machine', { timeout: 120_000 }, () => {
  let k: TestKitchen
  let w: TestWorkspace
  let home: string
  let token: string

  beforeAll(async () => {
    k = await testKitchen({ listen: true })
    w = k.w
    home = mkdtempSync(join(tmpdir(), 'ithaca-bundle-'))
    const scopes = [
      'todos:write',
      'calendar:write',
      'memory:write',
      'documents:write',
      'email:draft',
      'cookbook:launch',
    ]
    token = await w.token('agent', scopes)
    for (const kind of ['codex', 'claude']) await unpack(kind)
  })
  afterAll(async () => {
    await k[Symbol.asyncDispose]()
    rmSync(home, { recursive: true, force: true })
  })

  const unpack = async (kind: string): Promise<void> => {
    const response = await fetch(`${w.inside.workspace.url}/api/${kind}/plugin.zip`, {
      headers: { authorization: `Bearer ${token}` },
    })
    expect(response.headers.get('content-type')).toBe('application/zip')
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
    const name = kind === 'codex' ? 'odysseus-codex-plugin.zip' : 'odysseus-claude-skill.zip'
    expect(response.headers.get('content-disposition')).toBe(`attachment; filename="${name}"`)
    writeFileSync(join(home, name), Buffer.from(await response.arrayBuffer()))
    const program =
      'import sys, zipfile\nz = zipfile.ZipFile(sys.argv[1])\nassert z.testzip() is None\nprint("\\n".join(z.namelist()))\nfor i in z.infolist(): z.extract(i, sys.argv[2])\nprint(oct(z.infolist()[-2 if len(z.namelist()) > 2 else -1].external_attr >> 16))'
    const { stdout } = await run(python, ['-c', program, join(home, name), join(home, kind)])
    expect(stdout.trim().split('\n')).toEqual([...(kind === 'codex' ? CODEX : CLAUDE), '0o100755'])
  }

  const script = (
    words: string[],
    around: Record<string, string | undefined> = {},
    input = '',
  ): Promise<Ran> =>
    new Promise(resolve => {
      const env: Record<string, string | undefined> = {
        PATH: process.env.PATH,
        HOME: home,
        ODYSSEUS_URL: `${w.inside.workspace.url}/`,
        ODYSSEUS_API_TOKEN: token,
        http_proxy: 'http://127.0.0.1:1',
        HTTP_PROXY: 'http://127.0.0.1:1',
        ...around,
      }
      const child = execFile(
        python,
        [join(home, 'codex/odysseus/scripts/odysseus_api.py'), ...words],
        { env: env as NodeJS.ProcessEnv },
        (error, out, err) => resolve({ code: error ? Number(error.code) : 0, out, err }),
      )
      child.stdin?.end(input)
    })
  const told = async (...words: string[]): Promise<Record<string, unknown>> => {
    const { code, out, err } = await script(words)
    expect([words.join(' '), code, err]).toEqual([words.join(' '), 0, ''])
    return JSON.parse(out) as Record<string, unknown>
  }

  test('every verb that a noun exists for does what it says', async () => {
    expect(await told('capabilities')).toMatchObject({ integration: 'codex' })
    const added = await told('todos', 'add', 'Buy', 'eggs & "ham" – grüße')
    expect(added.note_title).toBe('Buy eggs & "ham" – grüße')
    const id = added.note_id as string
    await told('todos', 'add-item', id, 'eggs')
    await told('todos', 'toggle', id.slice(0, 8))
    await told('todos', 'edit-item', id, '0', 'brown eggs')
    expect((await told('todos', 'list')).results).toContain('[x] 0: brown eggs')
    await told('todos', 'delete-item', id, '0')
    for (const item of ['flour', 'salt']) await told('todos', 'add-item', id, item)
    await told('todos', 'move-item', id, '1', '0')
    expect((await told('todos', 'view', id)).results).toContain('[ ] 0: salt')
    await told('todos', 'update', id, '{"title": "Shop"}')
    expect((await told('events', '0')).events).not.toHaveLength(0)
    expect((await told('todos', 'search', 'shop')).todos).toHaveLength(1)
    expect((await told('todos', 'remind', 'call Ann tomorrow at 5pm')).due_date).toBeTruthy()
    await told('todos', 'done', id)
    await told('todos', 'view', id)
    await told('todos', 'delete', id)
    await told('undo')
    const memory = await told('memory', 'add', 'likes tea', 'preference')
    expect((await told('memory', 'search', 'TEA')).memory).toHaveLength(1)
    await told('memory', 'update', memory.id as string, 'likes', 'coffee')
    expect((await told('memory', 'list')).memory).toMatchObject([{ text: 'likes coffee' }])
    await told('memory', 'delete', memory.id as string)
    const document = (await told('documents', 'create', 'Plan', '# Hi')).id as string
    await told('documents', 'append', document, 'more')
    await told('documents', 'replace', document, 'more', 'less')
    await told('documents', 'update', document, '{"title": "Plan B"}')
    expect(await told('documents', 'read', document)).toMatchObject({ current_content: '# Hi\nless' })
    expect((await told('documents', 'list', 'plan')).documents).toHaveLength(1)
    expect((await told('documents', 'versions', document)).items).toHaveLength(3)
    expect((await told('documents', 'diff', document, '1', '2')).text).toContain('+more')
    expect(await told('documents', 'restore', document, '1')).toMatchObject({ current_content: '# Hi' })
    expect((await told('search', 'plan')).items).toMatchObject([{ noun: 'document', id: document }])
    await told('documents', 'delete', document)
    await told('documents', 'recover', document)
    const event = (await told('calendar', 'add', 'Standup', '2026-06-11T09:00:00Z')).uid as string
    await told('calendar', 'update', event, '{"location": "Room 1"}')
    expect(await told('calendar', 'read', event)).toMatchObject({ location: 'Room 1' })
    expect((await told('calendar', 'list', '2026-06-11', '2026-06-12')).events).toHaveLength(1)
    expect((await told('calendar', 'search', 'stand')).events).toHaveLength(1)
    expect((await told('calendar', 'calendars')).calendars).toHaveLength(1)
    await told('calendar', 'delete', event)
    expect(await told('emails', 'draft-doc', 'a@example.org', 'Hi', 'Body')).toMatchObject({ title: 'Hi' })
    expect(await told('emails', 'list', '5')).toMatchObject({ emails: [] })
    for (const verb of ['tasks', 'servers', 'cached', 'presets']) await told('cookbook', verb)
    expect(await told('approvals', 'list')).toMatchObject({ items: [] })
    expect(await told('GET', '/api/codex/todos?label=home')).toMatchObject({ exit_code: 0 })
  })

  test('a text may come from standard input', async () => {
    const long = `# Long\n${'line\n'.repeat(50_000)}`
    const { code, out } = await script(['documents', 'create', 'Long', '-'], {}, long)
    expect(code).toBe(0)
    expect((JSON.parse(out) as { current_content: string }).current_content).toBe(long)
  })

  test('what did not happen ends with 1: refused on standard error, a failed todo on standard output', async () => {
    const missing = await script(['documents', 'read', 'none'])
    expect(missing).toMatchObject({ code: 1, out: '' })
    expect(JSON.parse(missing.err)).toEqual({ detail: 'Document not found' })
    const failed = await script(['todos', 'view', 'none'])
    expect(failed.code).toBe(1)
    expect(JSON.parse(failed.out)).toEqual({ error: "Note 'none' not found", exit_code: 1 })
    for (const verb of ['serve m bash', 'preset nothing', 'adopt s m', 'stop serve-x', 'output serve-x'])
      expect((await script(['cookbook', ...verb.split(' ')])).code).toBe(1)
    const wrong = await script(['capabilities'], { ODYSSEUS_API_TOKEN: 'ody_wrong_wrong_wrong' })
    expect(wrong).toMatchObject({ code: 1, out: '', err: '{"error":"Invalid API token"}\n' })
    const nobody = await script(['capabilities'], { ODYSSEUS_URL: 'http://127.0.0.1:1' })
    expect(nobody.code).toBe(1)
    expect(nobody.err).toContain('http://127.0.0.1:1 cannot be reached')
  })

  test('called wrongly ends with 2, and nothing is sent', async () => {
    const nowhere = { ODYSSEUS_URL: 'http://127.0.0.1:1' }
    const wrong: string[][] = [
      [],
      ['nonsense'],
      ['todos'],
      ['todos', 'add'],
      ['documents', 'read'],
      ['documents', 'read', '..'],
      ['cookbook', 'adopt', 's', 'm', 'h', 'port'],
      ['todos', 'update', 'x', '[1]'],
      ['POST', '/api/codex/todos', '{'],
      ['GET', '/api/v1/todos'],
      ['GET', '/api/codex/../v1/todos'],
      ['GET', '/api/codex/%2e%2e/v1/todos'],
      ['GET', '/api/codex/%252e%252e/v1/todos'],
      ['GET', '/api/codex/x/..%2f..%2fv1/todos'],
      ['GET', '/api/codex/..\\v1'],
      ['GET', '/api/codex//evil.example/x'],
      ['GET', '/api/codex/x#y'],
      ['GET', '/api/codex/x y'],
      ['GET', 'http://evil.example/api/codex/'],
      ['GET', '@evil.example/api/codex/'],
      ['GET', '//evil.example/api/codex/'],
      ['GET', 'x/api/codex/'],
    ]
    for (const words of wrong) expect([words, (await script(words, nowhere)).code]).toEqual([words, 2])
    for (const url of [
      'file:///etc/passwd',
      'ftp://x',
      'http://u:p@127.0.0.1:1',
      'http://x/?y',
      'x',
      'http://a\\b',
    ])
      expect([url, (await script(['capabilities'], { ODYSSEUS_URL: url })).code]).toEqual([url, 2])
    expect((await script(['capabilities'], { ODYSSEUS_API_TOKEN: 'a\nb: c' })).code).toBe(2)
    expect((await script(['capabilities'], { ODYSSEUS_API_TOKEN: undefined })).code).toBe(2)
    const ithaca = { ITHACA_URL: w.inside.workspace.url, ITHACA_TOKEN: token }
    expect((await script(['capabilities'], { ...ithaca, ODYSSEUS_URL: undefined })).code).toBe(0)
  })

  test('a redirect is not followed: the token goes nowhere else', async () => {
    const seen: IncomingMessage[] = []
    const elsewhere = await server((request, answer) => {
      seen.push(request)
      answer.end('{}')
    })
    const here = await server((_request, answer) => {
      answer.writeHead(302, { location: `http://127.0.0.1:${port(elsewhere)}/stolen` }).end()
    })
    try {
      const ran = await script(['capabilities'], { ODYSSEUS_URL: `http://127.0.0.1:${port(here)}` })
      expect(ran).toMatchObject({ code: 1, err: 'HTTP 302\n' })
      expect(seen).toEqual([])
    } finally {
      here.close()
      elsewhere.close()
    }
  })

  test('a question to the operator is waited for, and its outcome is the outcome', async () => {
    const asker = await w.token('asker', [], { ask: ['memory:write'] })
    const around = { ODYSSEUS_API_TOKEN: asker }
    const first = script(['memory', 'add', 'may I'], around)
    const pending = async (): Promise<string> => {
      const { items } = (await (await w.client.send('GET', '/api/v1/approvals')).json()) as {
        items: { id: string }[]
      }
      return items[0]?.id ?? (await new Promise(resolve => setTimeout(() => resolve(pending()), 20)))
    }
    const id = await pending()
    const waiting = script(['approvals', 'wait', id, '60'], around)
    await w.client.send('POST', `/api/v1/approvals/${id}`, { allow: true })
    for (const ran of [await first, await waiting]) {
      expect([ran.code, ran.err]).toEqual([0, ''])
      expect(JSON.parse(ran.out)).toMatchObject({ ok: true, count: 1 })
    }
  })

  test('the debugging loop: launch, wait, why, the fix, ready, what was tried, stop', async () => {
    const cmd = `${k.machine.bin}/vllm serve demo/kv-too-small --max-model-len 16384 --port ${await freePort()}`
    const dead = (await told('cookbook', 'serve', 'demo/kv-too-small', cmd)).session_id as string
    const waited = await script(['cookbook', 'wait', dead, '60'])
    expect([waited.code, JSON.parse(waited.out)]).toMatchObject([1, { reached: false, ended: true }])
    const { diagnosis } = (await told('cookbook', 'why', dead)) as {
      diagnosis: { cause: string; fixes: { id: string; cmd: string | null }[] }
    }
    expect(diagnosis.cause).toBe('kv_cache_too_small')
    const fix = diagnosis.fixes.find(each => each.cmd?.includes('--max-model-len'))!
    const fixed = await told('cookbook', 'relaunch', dead, fix.id)
    expect(fixed.difference).toContain('---max-model-len 16384')
    const alive = fixed.session_id as string
    expect(await told('cookbook', 'wait', alive, '60')).toMatchObject({ reached: true })
    expect((await told('cookbook', 'attempts', alive)).items).toHaveLength(2)
    expect(await told('cookbook', 'stop', alive)).toMatchObject({ exit_code: 0, left: [] })
    const again = await told('cookbook', 'relaunch', dead, '{"set": ["--max-model-len=4096"]}')
    expect(again.difference).toContain('+--max-model-len 4096')
    await told('cookbook', 'stop', again.session_id as string)
  })

  test('the skill teaches what is there', async () => {
    const { readFileSync } = await import('node:fs')
    const skill = readFileSync(join(home, 'codex/odysseus/skills/odysseus/SKILL.md'), 'utf8')
    expect(skill).toMatch(/^---\nname: odysseus\ndescription: .+\n---\n/)
    const help = await script(['--help'])
    for (const [, noun, verb] of skill.matchAll(
      /`(todos|emails|memory|documents|calendar|cookbook) ([a-z-]+)/g,
    ))
      expect([noun, verb, help.out.includes(verb!)]).toEqual([noun, verb, true])
    const dates = [
      ...skill
        .split('Dates can be said')[1]!
        .split('\n\n')[0]!
        .matchAll(/`([^`]+)`/g),
    ].map(([, said]) => said!)
    const phrases = dates.filter(said => !['timezone', 'due_date', 'understood'].includes(said))
    expect(phrases.length).toBeGreaterThan(7)
    for (const due of phrases)
      expect(
        await told('POST', '/api/codex/todos', JSON.stringify({ title: due, due_date: due })),
      ).toMatchObject({ exit_code: 0, due_date: expect.any(String) })
    const manifest = JSON.parse(
      readFileSync(join(home, 'codex/odysseus/.codex-plugin/plugin.json'), 'utf8'),
    ) as Record<string, unknown>
    expect(manifest).toMatchObject({ name: 'odysseus', version: expect.any(String), skills: './skills/' })
    expect(statSync(join(home, 'claude/skills/odysseus/scripts/odysseus_api.py')).size).toBe(
      statSync(join(home, 'codex/odysseus/scripts/odysseus_api.py')).size,
    )
  })
})

const server = (handler: Parameters<typeof createServer>[1]): Promise<Server> =>
  new Promise(resolve => {
    const made = createServer(handler as never).listen(0, '127.0.0.1', () => resolve(made))
  })
const port = (made: Server): number => (made.address() as AddressInfo).port

test.skipIf(python !== '')('python3 is missing here, so the helper script was not tried', () => undefined)
