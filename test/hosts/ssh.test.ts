import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { type AddressInfo, createServer as createTcp, type Socket } from 'node:net'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { afterEach, describe, expect, it } from 'vitest'
import type { Host, Shell } from '../../src/hosts/host.ts'
import { Hosts } from '../../src/hosts/hosts.ts'
import { readBody, request } from '../../src/hosts/http.ts'
import { isRunning } from '../peers/running.ts'
import { startSlowLink } from '../peers/slow-link.ts'
import { writeSshConfig } from '../peers/sshd.ts'
import { Cleanup, hostsOf, needs, noSshd, reached, sshdIn, until } from './setting.ts'

const cleanup = new Cleanup()
afterEach(() => cleanup.run())

const say = async (host: Host, script: string, options = {}) =>
  (await host.ask(script, options)).stdout.toString()

/** The first line a job says, which is the number of a process. */
async function pidSaid(job: Shell): Promise<number> {
  let said = ''
  const line = new Promise<string>((resolve, reject) => {
    job.stdout.on('data', chunk => {
      said += chunk
      if (said.includes('\n')) resolve(said.split('\n')[0]!)
    })
    job.stdout.once('end', () => reject(new Error(`The job ended before its first line: ${said}`)))
    job.stdout.on('error', reject)
  })
  const pid = Number(await line)
  expect(isRunning(pid), `process ${said}`).toBe(true)
  return pid
}

describe.each([
  ['the built-in client', 'a', 'ssh2'],
  ["the system's ssh", 'b', 'ssh'],
])('through %s', (_, name, kind) => {
  const open = async (skip: (note: string) => void, config: string[] = [], rest = {}) => {
    needs(noSshd, skip)
    const sshd = await sshdIn(cleanup, { config })
    const hosts = hostsOf(cleanup, sshd, rest)
    return { sshd, hosts, host: hosts.get(name) }
  }

  it('asks on three lanes and says how it got there', async ({ skip }) => {
    const { host } = await open(skip)
    const bytes = randomBytes(50_000)
    const answer = await host.ask('cat; echo err >&2; exit 3', { stdin: bytes })
    expect(answer).toMatchObject({ code: 3, stderr: Buffer.from('err\n') })
    expect(answer.stdout.equals(bytes)).toBe(true)
    const pids = await Promise.all(
      (['status', 'pages', 'slow'] as const).map(lane => say(host, 'echo $$', { lane })),
    )
    expect(new Set(pids).size).toBe(3)
    expect(host.transport).toBe(kind)
    expect(host.reach.state).toBe('connected')
  })

  it('reaches a port of the far loopback, and says when nothing is there', async ({ skip }) => {
    const { host } = await open(skip)
    const echo = createTcp(socket => socket.pipe(socket))
    await new Promise<void>(resolve => echo.listen(0, '127.0.0.1', resolve))
    const { port } = echo.address() as { port: number }
    const stream = await host.connect(port)
    stream.end('there and back')
    expect(await text(stream)).toBe('there and back')
    await new Promise(resolve => echo.close(resolve))
    const refused = host.connect(port).then(async dead => text(dead))
    await expect(refused).rejects.toMatchObject({ code: 'refused' })
  })

  it('keeps an HTTP connection, and ends it on the far side when nobody reads on', async ({ skip }) => {
    const { host } = await open(skip)
    const sockets = new Set<unknown>()
    let closed = 0
    const server = createServer((req, res) => {
      sockets.add(req.socket)
      if (req.url === '/endless') {
        res.write('some')
        res.once('close', () => closed++)
      } else if (req.url !== '/silent') req.pipe(res)
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    cleanup.add(server, s => s.closeAllConnections())
    const { port } = server.address() as { port: number }
    for (let n = 0; n < 3; n++) {
      const answer = await request(host, port, {
        method: 'POST',
        path: '/',
        body: Readable.from(['he', 'llo']),
      })
      expect((await readBody(answer)).toString()).toBe('hello')
    }
    expect(sockets.size).toBe(1)
    const controller = new AbortController()
    const endless = await request(host, port, { path: '/endless', signal: controller.signal })
    controller.abort()
    await expect(readBody(endless)).rejects.toThrow()
    await until(() => closed === 1, 'the server saw the client leave')
    await expect(request(host, port, { path: '/silent', timeout: 200 })).rejects.toMatchObject({
      code: 'deadline',
    })
    server.close()
  })

  it('says that forwarding is forbidden', async ({ skip }) => {
    const { host } = await open(skip, ['AllowTcpForwarding no'])
    expect(await say(host, 'echo still')).toBe('still\n')
    const dead = request(host, 9, { path: '/' })
    await expect(dead).rejects.toMatchObject({ code: 'forwarding_forbidden' })
  })

  it('streams, feeds and ends a job', async ({ skip }) => {
    const { host } = await open(skip)
    const fed = await host.stream('cat; echo done >&2; exit 4', {
      stdin: Readable.from([Buffer.alloc(300_000, 'x')]),
    })
    const [out, err] = await Promise.all([text(fed.stdout), text(fed.stderr)])
    expect([out.length, err, await fed.done]).toEqual([300_000, 'done\n', { code: 4, signal: null }])
    const given = await host.stream('cat', { stdin: 'a few bytes' })
    expect(await text(given.stdout)).toBe('a few bytes')
    const controller = new AbortController()
    const endless = await host.stream('sleep 300 & echo "$!"; while :; do echo more; sleep 0.05; done', {
      signal: controller.signal,
    })
    const pid = await pidSaid(endless)
    controller.abort()
    await until(() => !isRunning(pid), 'the job is gone')
  })

  it('asks for the key of an unknown machine, files it, and refuses a changed one', async ({ skip }) => {
    needs(noSshd, skip)
    const sshd = await sshdIn(cleanup)
    const own = `${sshd.folder}/own_known_hosts`
    const hosts = hostsOf(cleanup, sshd, { knownHosts: own, known: false })
    const host = hosts.get(name)
    const unknown = await host.ask(':').catch(error => error)
    expect(unknown).toMatchObject({
      code: 'host_key_unknown',
      details: { fingerprint: sshd.hostKeyFingerprint, file: own },
    })
    expect(unknown.message).toContain(sshd.hostKeyFingerprint)
    const forged = unknown.details.line.replace(/.$/, '')
    await expect(hosts.trust(name, forged)).rejects.toMatchObject({ code: 'host_key_changed' })
    await hosts.trust(name, unknown.details.line)
    await reached(host, 'connected')
    expect(await say(host, 'echo in')).toBe('in\n')
    const before = sshd.hostKeyFingerprint
    await sshd.changeHostKey()
    await until(
      async () => (await host.ask(':').catch(error => error)).code === 'host_key_changed',
      'the changed key is seen',
      20_000,
    )
    const changed = await host.ask(':').catch(error => error)
    expect(changed.message).toContain(before)
    expect(changed.message).toContain(sshd.hostKeyFingerprint)
    expect(changed.details.expected[0].fingerprint).toBe(before)
  })

  it('says lost when the machine goes, and is back by itself', async ({ skip }) => {
    const { host, sshd } = await open(skip)
    const seen: string[] = []
    host.onReach(reach => seen.push(reach.state))
    await say(host, ':')
    const running = host.ask('sleep 300', { deadline: 60_000 }).catch(error => error)
    const streaming = await host.stream(`sh -c 'echo $$; exec sleep 299'`)
    const pid = await pidSaid(streaming)
    await sshd.kill()
    expect(await running).toMatchObject({ code: 'lost' })
    expect((await streaming.done).code).toBe(null)
    await until(() => !isRunning(pid), 'the job that was followed ended with its connection')
    await reached(host, 'unreachable')
    await expect(host.ask(':')).rejects.toMatchObject({ code: expect.stringMatching(/lost|unreachable/) })
    await sshd.start()
    await reached(host, 'connected')
    expect(await say(host, 'echo back')).toBe('back\n')
    expect(seen.filter((state, n) => state !== seen[n - 1])).toEqual([
      'connecting',
      'connected',
      'unreachable',
      'connected',
    ])
  })

  it('tells a refused login from a dead machine', async ({ skip }) => {
    const { sshd, hosts } = await open(skip)
    writeFileSync(`${sshd.folder}/authorized_keys`, '')
    await expect(hosts.get(name).ask(':')).rejects.toMatchObject({ code: 'auth' })
    expect(hosts.get(name).reach).toMatchObject({ state: 'unreachable' })
  })

  it('fits into two sessions a connection', async ({ skip }) => {
    const { host } = await open(skip, ['MaxSessions 2'])
    const lanes = (['status', 'pages', 'slow'] as const).map(lane => say(host, `echo ${lane}`, { lane }))
    expect(await Promise.all(lanes)).toEqual(['status\n', 'pages\n', 'slow\n'])
    const streams = await Promise.all([host.stream('echo 1; sleep 1'), host.stream('echo 2; sleep 1')])
    expect(await Promise.all(streams.map(s => text(s.stdout)))).toEqual(['1\n', '2\n'])
  })
})

describe('a long thin line', () => {
  it('carries questions in order, and a cut one ends by its deadline', async ({ skip }) => {
    needs(noSshd, skip)
    const sshd = await sshdIn(cleanup)
    const link = cleanup.add(await startSlowLink(sshd.port), l => l.close())
    const host = hostsOf(cleanup, sshd, { port: link.port }).get('a')
    const answers = await Promise.all(Array.from({ length: 10 }, (_, n) => say(host, `echo ${n}`)))
    expect(answers).toEqual(Array.from({ length: 10 }, (_, n) => `${n}\n`))
    const big = await host.ask('dd if=/dev/zero bs=65536 count=4 2>/dev/null')
    expect(big.stdout.length).toBe(4 * 65536)
    link.cut()
    await expect(host.ask('echo never', { deadline: 700 })).rejects.toMatchObject({ code: 'deadline' })
    link.restore()
    link.drop()
    await reached(host, 'unreachable')
    await reached(host, 'connected')
    expect(await say(host, 'echo here')).toBe('here\n')
  })
})

describe('a machine that does not answer', () => {
  it('slows no other down, and is told at once while it is known to be away', async ({ skip }) => {
    needs(noSshd, skip)
    const silent = createTcp(() => {})
    await new Promise<void>(resolve => silent.listen(0, '127.0.0.1', resolve))
    const sockets = new Set<Socket>()
    silent.on('connection', socket => sockets.add(socket))
    cleanup.add(silent, s => {
      for (const socket of sockets) socket.destroy()
      s.close()
    })
    const sshd = await sshdIn(cleanup)
    const { port } = silent.address() as AddressInfo
    const sshConfig = writeSshConfig(sshd.folder, [
      { alias: 'dead', sshd, port, lines: ['ConnectTimeout 1'] },
      { alias: 'well', sshd },
    ])
    const hosts = cleanup.add(new Hosts({ sshConfig }), h => h.close())
    hosts.setRecords([
      { id: 'd', name: 'd', target: 'dead' },
      { id: 'w', name: 'w', target: 'well' },
    ])
    const dead = hosts.get('d')
    await expect(dead.ask(':', { deadline: 100 })).rejects.toMatchObject({ code: 'deadline' })
    expect(await say(hosts.get('w'), 'echo well')).toBe('well\n')
    await reached(dead, 'unreachable')
    await expect(dead.ask(':', { deadline: 60_000 })).rejects.toMatchObject({ code: 'unreachable' })
  })
})
