import { request } from 'node:http'
import { expect, test } from 'vitest'
import { ended, program, says } from '../peers/program.ts'

test('two starting at once: one owns the workspace, the other says who does', async () => {
  await using p = program()
  const both = [p.start(['up', '--port', '0']), p.start(['up', '--port', '0'])]
  const heard = both.map(child =>
    says(child, /Ithaca is up: (\S+)\. Ctrl-C/).then(
      found => ({ child, url: found[1] }),
      () => ({ child, url: undefined }),
    ),
  )
  const loser = await Promise.race(both.map(child => ended(child)))
  expect(loser).toMatchObject({ code: 1 })
  expect(loser.stderr).toMatch(/is up already/)
  const winners = (await Promise.all(heard)).filter(one => one.url)
  expect(winners).toHaveLength(1)
  winners[0]!.child.kill('SIGTERM')
  expect((await ended(winners[0]!.child)).code).toBe(0)
})

test('commands racing for the workspace all do their work', async () => {
  await using p = program()
  const ran = await Promise.all(Array.from({ length: 6 }, (_, n) => p.run(['todos', 'add', `number ${n}`])))
  expect(ran.map(one => one.code)).toEqual([0, 0, 0, 0, 0, 0])
  const { stdout } = await p.run(['todos', 'list', '--json'])
  expect(JSON.parse(stdout).items).toHaveLength(6)
})

test('a killed owner leaves nothing stuck', async () => {
  await using p = program()
  const owner = p.start(['up', '--port', '0'])
  await says(owner, /Ithaca is up/)
  expect((await p.run(['todos', 'add', 'kept'])).code).toBe(0)
  owner.kill('SIGKILL')
  await ended(owner)
  const { code, stdout } = await p.run(['todos', 'list'])
  expect(code).toBe(0)
  expect(stdout).toContain('kept')
})

test('a daemon takes the workspace over from a screen on the same port, and the screen goes on as its client', async () => {
  await using p = program()
  const screen = p.startScript('test/peers/screen-owner.ts')
  const [, url] = await says(screen, /inside of inside (\S+)/)
  const taken = says(screen, /attached of daemon (\S+)/)
  expect(await p.run(['up', '--detach'])).toMatchObject({ code: 0, stderr: '' })
  expect((await taken)[1]).toBe(url)
  // Its owner gone, the screen opens the workspace itself again: nobody has to start anything.
  const back = says(screen, /inside of inside (\S+)/)
  await p.run(['down'])
  screen.stdin!.write('look\n')
  expect((await back)[1]).toBe(url)
  screen.kill('SIGTERM')
  expect((await ended(screen)).code).toBe(0)
})

test('exit codes tell what happened', async () => {
  await using p = program()
  expect((await p.run(['todos', 'get', 'missing-id'])).code).toBe(3)
  expect((await p.run(['todos', 'add', 'x', '--due', 'someday'])).code).toBe(2)
  expect((await p.run(['no-such-noun'])).code).toBe(2)
  expect((await p.run(['--remote', 'http://127.0.0.1:9', 'todos', 'list'])).code).toBe(5)
  const up = p.start(['up', '--port', '0'])
  const [, url] = await says(up, /Ithaca is up: (\S+)\. /)
  expect((await p.run(['--remote', url!, 'todos', 'list'])).code).toBe(4)
})

test('binding wider wants a token, warns, and answers to addresses but not to strange names', async () => {
  await using p = program()
  const refused = await p.run(['up', '--host', '0.0.0.0', '--port', '0'])
  expect(refused.code).toBe(1)
  expect(refused.stderr).toContain('make a token')
  const made = await p.run(['tokens', 'create', 'far', '--scopes', 'todos:read', '--json'])
  const { token } = JSON.parse(made.stdout)
  const up = p.start(['up', '--host', '0.0.0.0', '--port', '0'])
  const warned = says(up, /travel in clear/)
  const [, url] = await says(up, /Ithaca is up: (\S+)\. /)
  await warned
  const ask = (host: string) =>
    new Promise<number>((resolve, reject) => {
      request(`${url}/api/v1/todos`, { headers: { host, authorization: `Bearer ${token}` } }, answer => {
        answer.resume()
        resolve(answer.statusCode ?? 0)
      })
        .once('error', reject)
        .end()
    })
  expect(await ask('10.1.2.3:7000')).toBe(200)
  expect(await ask('evil.example:7000')).toBe(403)
})

test('text comes from standard input where it is wanted, and a loop keeps its lines', async () => {
  await using p = program()
  expect((await p.run(['memory', 'add'], 'Prefers SI units\n')).stdout).toContain('Prefers SI units')
  expect((await p.run(['todos', 'add', 'T', '--content', '-', '--json'], 'the body')).stdout).toContain(
    'the body',
  )
  expect((await p.run(['todos', 'add', 'first', '--json'], 'second\nthird\n')).stdout).not.toContain('second')
  const silent = await p.run(['memory', 'add'], '')
  expect(silent).toMatchObject({ code: 2 })
  expect(silent.stderr).toContain('text is missing')
})
