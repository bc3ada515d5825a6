import { existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { cookbook } from '../../src/contract/cookbook.ts'
import { hosts } from '../../src/contract/hosts.ts'
import { type TestKitchen, testKitchen } from '../peers/kitchen.ts'
import { freePort } from '../peers/port.ts'
import { startSshd, writeSshConfig } from '../peers/sshd.ts'
import { eventually } from '../sessions/ground.ts'

const MINUTE = 60_000

/** A clock that runs with the machine's and can be put forward. */
const clock = () => {
  let ahead = 0
  const forward = (ms: number): void => {
    ahead += ms
  }
  return { now: () => Date.now() + ahead, forward }
}
const told = (k: TestKitchen) =>
  k.w.inside.workspace.notify
    .list({ state: 'all', limit: 100 })
    .items.filter(item => item.channel === 'events')
    .map(item => ({ kind: item.kind, title: item.title, body: item.body, object: item.object }))
const folder = (k: TestKitchen, id: string): string => {
  const root = join(k.w.paths.state, 'sessions')
  return join(root, readdirSync(root)[0]!, id)
}

test('a try measures, its score is kept, and the metrics say what was done', async () => {
  await using k = await testKitchen()
  const { metrics } = k.w.inside.workspace.cookbook
  const { id } = await k.launch('vllm serve demo/small')
  await expect(k.w.client.call(cookbook.try, { id, prompt: 'x' })).rejects.toMatchObject({ code: 'conflict' })
  await k.until(id, 'ready')
  const first = (await k.w.client.call(cookbook.metrics, { id })).samples
  expect(first).toMatchObject([{ running: 0, waiting: 0, kv_use: 0 }])
  const tried = await k.w.client.call(cookbook.try, { id, prompt: 'hello', concurrency: 3, max_tokens: 20 })
  expect(tried).toMatchObject({ tokens: 60, failed: 0, text: expect.stringContaining('pretended model') })
  expect(tried.ttft_ms).toBeGreaterThan(0)
  expect(tried.tokens_per_second).toBeGreaterThan(0)
  const { items } = await k.w.client.call(cookbook.attempts, { id })
  expect(items).toMatchObject([{ tokens_per_second: tried.tokens_per_second, ttft_ms: tried.ttft_ms }])
  const one = k.w.inside.workspace.cookbook.serves.get(id)
  const second = await metrics.sample(one)
  expect(second?.tokens_per_second).toBeGreaterThan(0)
  expect(second?.ttft_ms).toBeGreaterThan(0)
  expect((await k.w.client.call(cookbook.metrics, { id, since: first[0]!.at })).samples).toEqual([second])
  expect((await k.w.client.call(cookbook.task, { id })).metrics).toEqual(second)
})

test('llama-server says its metrics only where it was told to, and nothing breaks where it was not', async () => {
  await using k = await testKitchen()
  const [plain, measured] = await Promise.all([
    k.launch('llama-server -m a.gguf'),
    k.launch('llama-server -m b.gguf --metrics'),
  ])
  await Promise.all([k.until(plain.id, 'ready'), k.until(measured.id, 'ready')])
  expect((await k.w.client.call(cookbook.metrics, { id: plain.id })).samples).toEqual([])
  expect((await k.w.client.call(cookbook.metrics, { id: measured.id })).samples).toMatchObject([
    { running: 0 },
  ])
})

test('a crash is told once with what it died of, its end once too; what a person stopped is not told', async () => {
  const time = clock()
  await using k = await testKitchen({ now: time.now })
  const { alarms, why } = k.w.inside.workspace.cookbook
  const dead = await k.launch('vllm serve demo/oom-at-start')
  const stopped = await k.launch('llama-server -m a.gguf')
  await k.until(stopped.id, 'ready')
  await k.w.client.call(cookbook.stop, { id: stopped.id })
  await k.until(dead.id, 'crashed')
  await why.of(dead.id)
  for (const _ of [1, 2]) {
    time.forward(MINUTE)
    alarms.look()
  }
  expect(told(k)).toEqual([
    {
      kind: 'serve_crashed',
      title: 'oom-at-start on local crashed (exit 1)',
      body: expect.stringMatching(/OutOfMemoryError.*Cause: \w+.*serve-/s),
      object: dead.id,
    },
  ])
  const again = await k.w.client.call(cookbook.relaunch, {
    id: dead.id,
    cmd: `${k.machine.bin}/vllm serve demo/small --port ${await freePort()}`,
  })
  await k.until(again.serve.id, 'ready')
  alarms.look()
  expect(told(k).filter(one => one.kind === 'serve_back')).toMatchObject([{ object: again.serve.id }])
  expect(told(k)).toHaveLength(2)
})

test('unhealthy is told after a minute, and that it answers again', async () => {
  const time = clock()
  await using k = await testKitchen({ now: time.now })
  const { alarms, watch } = k.w.inside.workspace.cookbook
  const serve = await k.launch('vllm serve demo/small')
  const { pid } = await k.until(serve.id, 'ready')
  process.kill(pid!, 'SIGSTOP')
  try {
    time.forward(11_000)
    await watch.look('local')
    alarms.look()
    time.forward(59_000)
    alarms.look()
    expect(told(k)).toEqual([])
    time.forward(2000)
    alarms.look()
    alarms.look()
    expect(told(k)).toMatchObject([{ kind: 'serve_unhealthy', object: serve.id }])
  } finally {
    process.kill(pid!, 'SIGCONT')
  }
  await k.until(serve.id, 'ready')
  alarms.look()
  expect(
    told(k)
      .map(one => one.kind)
      .sort(),
  ).toEqual(['serve_healthy', 'serve_unhealthy'])
}, 30_000)

test('a host that is away is told after five minutes, and that it is back; an unknown key is a question', async () => {
  const sshd = await startSshd()
  const ssh = writeSshConfig(sshd.folder, [{ alias: 'far', sshd }])
  writeFileSync(join(sshd.folder, 'known_hosts'), '')
  const time = clock()
  const config = `[hosts]\nssh_config = ${JSON.stringify(ssh)}\nknown_hosts = ${JSON.stringify(join(sshd.folder, 'known_hosts'))}\n`
  try {
    await using k = await testKitchen({ now: time.now, config })
    const { alarms, watch, machines } = k.w.inside.workspace.cookbook
    await k.w.client.call(hosts.add, { target: 'far', state_dir: join(k.w.home, 'far') })
    const token = await k.w.token('agent', ['cookbook:launch'])
    const body = { repo_id: 'm', cmd: 'vllm serve m', host: 'far' }
    for (const _ of [1, 2]) {
      const refused = await k.w.request('POST', '/api/codex/cookbook/serve', { token, body })
      const said = (await refused.json()) as Record<string, unknown>
      expect([refused.status, said.reason, said.fingerprint], JSON.stringify(said)).toEqual([
        409,
        'host_key_unknown',
        sshd.hostKeyFingerprint,
      ])
    }
    const { items } = k.w.inside.workspace.approvals.list({ state: 'pending', limit: 10 })
    expect(items).toMatchObject([
      { actor: 'ithaca', method: 'POST', path: `/api/v1/hosts/${machines.at('far').id}/trust` },
    ])
    const allowed = await k.w.client.send('POST', `/api/v1/approvals/${items[0]!.id}`, { allow: true })
    expect(await allowed.json()).toMatchObject({ state: 'allowed', outcome: { status: 200 } })
    await watch.look('far')
    expect(machines.at('far').host.reach.state).toBe('connected')

    await sshd.kill()
    await eventually(async () => {
      await watch.look('far')
      return machines.at('far').host.reach.state === 'unreachable'
    })
    alarms.look()
    time.forward(4 * MINUTE)
    alarms.look()
    expect(told(k)).toEqual([])
    time.forward(MINUTE)
    alarms.look()
    alarms.look()
    expect(told(k)).toMatchObject([{ kind: 'host_unreachable', title: 'far cannot be reached' }])
    await sshd.start()
    machines.at('far').host.retry()
    await eventually(async () => {
      await watch.look('far')
      return machines.at('far').host.reach.state === 'connected'
    })
    alarms.look()
    expect(
      told(k)
        .map(one => one.kind)
        .sort(),
    ).toEqual(['host_back', 'host_unreachable'])
  } finally {
    await sshd.stop()
  }
}, 40_000)

test('what a reboot took is launched again, once, and nothing that a person stopped', async () => {
  await using k = await testKitchen()
  const [taken, stopped] = await Promise.all([
    k.launch('llama-server -m a.gguf'),
    k.launch('llama-server -m b.gguf'),
  ])
  const { pid } = await k.until(taken.id, 'ready')
  await k.until(stopped.id, 'ready')
  await k.w.client.call(cookbook.stop, { id: stopped.id })
  const dir = folder(k, taken.id)
  const runner = Number(readFileSync(join(dir, 'runner'), 'utf8').split(' ')[0])
  expect(runner).toBeGreaterThan(0)
  process.kill(runner, 'SIGKILL')
  process.kill(pid!, 'SIGKILL')
  // The files as they are after a reboot: their boot is another one, and their processes are gone.
  for (const session of [taken.id, stopped.id])
    for (const file of ['meta.json', 'runner', '1.pid']) {
      const path = join(folder(k, session), file)
      const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
      writeFileSync(path, readFileSync(path, 'utf8').replaceAll(boot, '0'.repeat(boot.length)))
    }
  expect(await k.until(taken.id, 'lost')).toMatchObject({ reason: expect.stringContaining('restarted') })
  const { launched, failed } = await k.w.client.call(cookbook.revive, { id: 'local' })
  expect(failed).toEqual([])
  expect(launched).toMatchObject([{ lineage: taken.lineage, attempt: 2, model: 'a.gguf', port: taken.port }])
  await k.until(launched[0]!.id, 'ready')
  expect((await k.w.client.call(cookbook.revive, { id: 'local' })).launched).toEqual([])
})

test('old logs go by age; what runs and what is young stays', async () => {
  await using k = await testKitchen({ config: '[cookbook]\nlog_days = 1\n' })
  const { tidy } = k.w.inside.workspace.cookbook
  const [old, young, live] = await Promise.all(
    ['a', 'b', 'c'].map(name => k.launch(`llama-server -m ${name}.gguf`)),
  )
  for (const one of [old, young, live]) await k.until(one!.id, 'ready')
  for (const one of [old, young]) await k.w.client.call(cookbook.stop, { id: one!.id })
  const ago = Math.floor(Date.now() / 1000) - 8 * 86_400
  for (const one of [old!, live!]) {
    const dir = folder(k, one.id)
    utimesSync(join(dir, '1.log'), ago, ago)
    const meta = JSON.parse(readFileSync(join(dir, 'meta.json'), 'utf8')) as { at: number }
    writeFileSync(join(dir, 'meta.json'), JSON.stringify({ ...meta, at: ago }))
    if (existsSync(join(dir, '1.exit'))) writeFileSync(join(dir, '1.exit'), `0 ${ago}\n`)
  }
  expect(await tidy('local')).toEqual([old!.id])
  expect([old, young, live].map(one => existsSync(folder(k, one!.id)))).toEqual([false, true, true])
})
