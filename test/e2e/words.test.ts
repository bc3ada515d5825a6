import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { freePort } from '../peers/port.ts'
import { ended, program, says } from '../peers/program.ts'

test("the operator's key is never printed", async () => {
  await using p = program()
  const up = await p.run(['up', '--detach', '--port', '0', '--json'])
  const { key } = JSON.parse(readFileSync(join(p.home, 'ithaca/data/instance.json'), 'utf8'))
  const down = await p.run(['down', '--json'])
  expect(JSON.parse(up.stdout).pid).toBe(JSON.parse(down.stdout).ended.pid)
  expect(up.stdout + down.stdout).not.toContain(key)
})

test('what waits for the operator is not done: it ends with 6', async () => {
  await using p = program()
  const [, url] = await says(p.start(['up', '--port', '0']), /Ithaca is up: (\S+)\. /)
  const made = await p.run(['tokens', 'create', 'asker', '--ask', 'todos:write', '--json'])
  p.env.ITHACA_TOKEN = JSON.parse(made.stdout).token
  const [added, sent] = await Promise.all([
    p.run(['--remote', url!, 'todos', 'add', 'may I']),
    p.run(['--remote', url!, 'POST', '/api/v1/todos', '{"title":"may I"}']),
  ])
  expect(added).toMatchObject({ code: 6, stderr: expect.stringContaining('The operator is asked') })
  expect(sent.code).toBe(6)
}, 30_000)

test('with --json a refusal has the same exit code', async () => {
  await using p = program()
  expect((await p.run(['--json', 'GET', '/api/v1/todos/none'])).code).toBe(3)
  expect((await p.run(['GET', '/api/v1/todos/none'])).code).toBe(3)
})

test('a port is a number, and a damaged note of it is none', async () => {
  await using p = program()
  for (const port of ['abc', '70000', '-1', '1.5'])
    expect(await p.run(['up', '--port', port])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('is not a port'),
    })
  mkdirSync(join(p.home, 'ithaca/data'), { recursive: true })
  writeFileSync(join(p.home, 'ithaca/data/port'), '')
  const [, url] = await says(p.start(['up']), /Ithaca is up: (\S+)\. /)
  expect(readFileSync(join(p.home, 'ithaca/data/port'), 'utf8').trim()).toBe(new URL(url!).port)
})

test('the address that agents were told is the one of every start, and where it is taken nothing starts', async () => {
  await using p = program()
  const made = JSON.parse((await p.run(['tokens', 'create', 'early', '--scopes', 'chat', '--json'])).stdout)
  const first = p.start(['up'])
  const [, url] = await says(first, /Ithaca is up: (\S+)\. /)
  expect(made.url).toBe(url)
  first.kill('SIGTERM')
  await ended(first)
  const port = await freePort()
  const moved = p.start(['up', '--port', String(port)])
  await says(moved, /Ithaca is up/)
  moved.kill('SIGTERM')
  await ended(moved)
  const again = p.start(['up'])
  expect((await says(again, /Ithaca is up: (\S+)\. /))[1]).toBe(`http://127.0.0.1:${port}`)
  again.kill('SIGTERM')
  await ended(again)
  await using other = createServer().listen(port, '127.0.0.1')
  await once(other, 'listening')
  expect(await p.run(['up'])).toMatchObject({ code: 1, stderr: expect.stringContaining(`Port ${port}`) })
}, 30_000)

test('an owner that hangs is named, and not taken for nothing', async () => {
  await using p = program()
  const up = p.start(['up', '--port', '0'])
  await says(up, /Ithaca is up/)
  up.kill('SIGSTOP')
  const down = p.start(['down'])
  setTimeout(() => up.kill('SIGCONT'), 3000)
  expect(await ended(down)).toMatchObject({ code: 0, stdout: expect.stringContaining(String(up.pid)) })
}, 30_000)

test('what is about this machine is not done for another', async () => {
  await using p = program()
  const up = p.start(['up', '--port', '0'])
  const [, url] = await says(up, /Ithaca is up: (\S+)\. /)
  const down = await p.run(['--remote', url!, 'down'])
  expect(down).toMatchObject({ code: 2, stderr: expect.stringContaining('this machine') })
  expect((await p.run(['status'])).stdout).toContain(`pid ${up.pid}`)
  expect((await p.run(['--remote', url!, 'todos', 'list'])).stderr).toContain('ITHACA_TOKEN')
})

test('what the README shows can be typed, and every fence of a token with it', async () => {
  await using p = program()
  const readme = readFileSync('README.md', 'utf8').replaceAll('\\\n', ' ')
  const lines = [...readme.matchAll(/^(?:echo "([^"]+)" \| )?ithaca (.+)$/gm)].map(([, input, line]) => ({
    input,
    words: [...line!.replace(/ +#.*$/, '').matchAll(/"([^"]*)"|(\S+)/g)].map(
      ([, quoted, bare]) => quoted ?? bare!,
    ),
  }))
  const alone = /^(config|todos|tokens|memory|calendar|documents|undo|doctor|approvals)$/
  const tried = lines.filter(
    ({ words }) => alone.test(words[0]!) && !/^(&&|accounts)$/.test(words[1] ?? '') && !words.includes('&&'),
  )
  expect(tried.length).toBeGreaterThan(8)
  for (const { input, words } of tried) {
    const { code, stderr } = await p.run(words, input)
    expect([words.join(' '), code, stderr]).toEqual([words.join(' '), 0, ''])
  }
  const { items } = JSON.parse((await p.run(['tokens', 'list', '--revoked', '--json'])).stdout)
  expect(items.find(({ name }: { name: string }) => name === 'bot').fences).toMatchObject({
    hosts: ['gpu-b'],
    gpus: [[4, 7]],
    ports: [[8100, 8199]],
    max_serves: 2,
    stop: 'own',
    until: expect.stringContaining('T08:00:00'),
  })
  expect((await p.run(['config', 'get', 'owner.zone'])).code).toBe(3)
  expect(await p.run(['config', 'get', 'owner.name'])).toMatchObject({ code: 0, stdout: 'null\n' })
}, 60_000)

test('a reader that leaves early is no crash', async () => {
  await using p = program()
  const shell = spawn('sh', ['-c', `"$0" "$1" status | true`, process.execPath, 'dist/main.js'], {
    env: p.env,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const said: Buffer[] = []
  shell.stderr.on('data', chunk => said.push(chunk))
  await once(shell, 'close')
  expect(Buffer.concat(said).toString()).toBe('')
})

test('a setting is felt by a daemon that is up, and one that comes too late says so', async () => {
  await using p = program()
  expect((await p.run(['config', 'set', 'api.rate', '100'])).stdout).not.toContain('next start')
  expect((await p.run(['config', 'set', 'api.port', '7456'])).stdout).not.toContain('next start')
  await says(p.start(['up', '--port', '0']), /Ithaca is up/)
  const reading = p.start(['GET', '/api/v1/events?since=0&nouns=config'])
  const felt = says(reading, /"summary":"In effect: owner.timezone"/)
  await says(reading, /"summary":"At the next start: api.port"/)
  expect((await p.run(['config', 'set', 'owner.timezone', 'Asia/Tokyo'])).stdout).toBe(
    'owner.timezone = "Asia/Tokyo"\n',
  )
  await felt
  expect((await p.run(['status'])).stdout).toContain('Asia/Tokyo')
  expect((await p.run(['config', 'set', 'screen.ascii', 'true'])).stdout).toContain('screen is opened next')
  expect((await p.run(['config', 'set', 'api.port', '7457'])).stdout).toContain('at the next start')
})

test('its own events are read until somebody ends it, daemon or not', async () => {
  await using p = program()
  await p.run(['todos', 'add', 'told'])
  const reading = p.start(['GET', '/api/v1/events?since=0'])
  const over = ended(reading)
  await says(reading, /event: todos\.add/)
  expect(await Promise.race([over, pause(500, 'still reading')])).toBe('still reading')
  reading.kill('SIGTERM')
  expect((await over).signal).toBe('SIGTERM')
})
