import { spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { cookbook } from '../../src/contract/cookbook.ts'
import { hosts } from '../../src/contract/hosts.ts'
import { models } from '../../src/contract/models.ts'
import { copyCommand } from '../../src/cookbook/copying.ts'
import { writeDemoModel } from '../../src/demo/engine/hub.ts'
import { weightByName } from '../../src/models/weight.ts'
import { literal } from '../../src/sessions/word.ts'
import { Cleanup, noSshd, sshdIn } from '../hosts/setting.ts'
import { type TestKitchen, testKitchen } from '../peers/kitchen.ts'
import { writeSshConfig } from '../peers/sshd.ts'
import { testWorkspace } from '../peers/workspace.ts'

const cleanup = new Cleanup()
afterEach(() => cleanup.run())

/** A kitchen whose hub cache is its own. */
const stocked = async (speed = 50): Promise<{ k: TestKitchen; hub: string }> => {
  const k = await testKitchen({ speed })
  const home = join(k.w.home, 'hf')
  mkdirSync(home)
  const { variables } = await k.w.client.call(hosts.get, { id: 'local' })
  await k.w.client.call(hosts.edit, { id: 'local', variables: { ...variables, HF_HOME: home } })
  return { k, hub: join(home, 'hub') }
}

test('models are listed from the last scan, and scanned again when asked', async () => {
  const { k, hub } = await stocked()
  await using _ = k
  await writeDemoModel(hub, 'Qwen/Qwen3-0.6B')
  const first = await k.w.client.call(models.list, {})
  expect(first.items.find(model => model.id === 'Qwen/Qwen3-0.6B')).toMatchObject({
    source: 'hf',
    complete: true,
  })
  await writeDemoModel(hub, 'Qwen/Qwen3-8B')
  const again = await k.w.client.call(models.list, {})
  expect(again).toEqual(first)
  const fresh = await k.w.client.call(models.list, { fresh: true, search: 'qwen3-8' })
  expect(fresh.items.map(model => model.id)).toEqual(['Qwen/Qwen3-8B'])
  expect(fresh.scanned_at).toBeGreaterThanOrEqual(first.scanned_at!)
})

test('a download is a task: progress, one at a time, stopped, gone on with, and found afterwards', async () => {
  const { k, hub } = await stocked(1)
  await using _ = k
  const { client } = k.w
  const { serve } = await client.call(models.download, { model: 'Qwen/Qwen3-0.6B' })
  expect(serve).toMatchObject({ kind: 'download', model: 'Qwen/Qwen3-0.6B', port: null })
  expect((await client.call(models.download, { model: 'Qwen/Qwen3-0.6B' })).serve.id).toBe(serve.id)
  const { watch, serves } = k.w.inside.workspace.cookbook
  await expect
    .poll(
      async () => {
        await watch.look('local')
        return serves.view(serves.get(serve.id)).percent
      },
      { timeout: 15_000 },
    )
    .toBeGreaterThan(0)
  expect(serves.view(serves.get(serve.id)).state).toBe('loading')
  await client.call(cookbook.stop, { id: serve.id })
  await k.until(serve.id, 'stopped')
  const loader = client.call(cookbook.relaunch, { id: serve.id, set: ['LD_PRELOAD=/tmp/x.so'] })
  await expect(loader).rejects.toMatchObject({ code: 'bad_request' })
  const again = await client.call(cookbook.relaunch, { id: serve.id })
  expect(again.serve).toMatchObject({ kind: 'download', attempt: 2, lineage: serve.id })
  await k.until(again.serve.id, 'exited')
  await expect
    .poll(async () => (await client.call(models.list, {})).items.map(model => model.id))
    .toContain('Qwen/Qwen3-0.6B')
  expect(existsSync(hub)).toBe(true)
})

test('what cannot be downloaded says why', async () => {
  const { k } = await stocked()
  await using _ = k
  const { serve } = await k.w.client.call(models.download, { model: 'demo/gated' })
  await k.until(serve.id, 'crashed')
  const { diagnosis } = await k.w.client.call(cookbook.why, { id: serve.id })
  expect(diagnosis.verdict).toBe('cause')
  expect(diagnosis.excerpt).toContain('gated repo')
  await expect(k.w.client.call(models.download, { model: '--help' })).rejects.toMatchObject({
    code: 'bad_request',
  })
})

test('a host tells the room on its disks, and a download that will not fit is warned of', async () => {
  const { k, hub } = await stocked()
  await using _ = k
  const { client } = k.w
  await k.w.inside.workspace.cookbook.watch.look('local')
  await expect.poll(async () => (await client.call(hosts.get, { id: 'local' })).disks.length).toBe(2)
  const { disks } = await client.call(hosts.get, { id: 'local' })
  expect(disks[0]).toMatchObject({ what: 'cache', path: hub })
  expect(disks[0]!.free_bytes).toBeGreaterThan(0)
  expect(disks[0]!.total_bytes).toBeGreaterThanOrEqual(disks[0]!.free_bytes)
  expect(disks[1]).toMatchObject({ what: 'home' })
  const { serve } = await client.call(models.download, { model: 'demo/giant-900000B' })
  expect(serve.warnings.join()).toContain(
    'demo/giant-900000B does not fit on the disk of local: it takes about 1637 TiB by its name',
  )
})

test('an edited host tells the room on the disks it names now, not a minute later', async () => {
  const { k } = await stocked()
  await using _ = k
  const { client } = k.w
  const { watch } = k.w.inside.workspace.cookbook
  const told = async () =>
    (await client.call(hosts.get, { id: 'local' })).disks.map(({ what }) => what).join()
  await watch.look('local')
  await expect.poll(told).toBe('cache,home')
  await client.call(hosts.edit, { id: 'local', model_dirs: ['/'] })
  await watch.look('local')
  await expect.poll(told).toBe('cache,models,home')
})

test.each([
  ['Qwen/Qwen3-32B', 64e9],
  ['mistralai/Mixtral-8x7B-Instruct', 112e9],
  ['Qwen/Qwen3-32B-AWQ', 19.2e9],
  ['Qwen/Qwen3-30B-A3B-FP8', 31.5e9],
  ['Qwen/Qwen3-0.6B', 1.2e9],
  ['bartowski/Llama-3.1-8B-GGUF', null],
  ['deepseek-ai/DeepSeek-V3', null],
])('%s weighs what its name says', (model, bytes) => {
  const weight = weightByName(model)
  if (bytes === null) expect(weight).toBeNull()
  else expect(weight).toBeCloseTo(bytes, -3)
})

test('packages are installed by name alone', async () => {
  const { k } = await stocked()
  await using _ = k
  const { serve } = await k.w.client.call(models.install, { packages: ['xgrammar>=0.1'] })
  expect(serve).toMatchObject({ kind: 'install', name: 'install xgrammar>=0.1' })
  await k.until(serve.id, 'exited')
  await expect(
    k.w.client.call(models.install, { packages: ['git+https://example.org/x'] }),
  ).rejects.toMatchObject({
    code: 'invalid',
  })
})

test('a model is deleted once its name is confirmed, and not while it is served', async () => {
  const { k, hub } = await stocked()
  await using _ = k
  const { client } = k.w
  await writeDemoModel(hub, 'Qwen/Qwen3-0.6B')
  const model = 'Qwen/Qwen3-0.6B'
  await expect(client.call(models.remove, { model })).rejects.toMatchObject({
    code: 'conflict',
    details: { confirm: model },
  })
  const serve = await k.launch(`vllm serve ${model}`)
  await expect(client.call(models.remove, { model, confirm: model })).rejects.toMatchObject({
    code: 'conflict',
  })
  await client.call(cookbook.stop, { id: serve.id, force: true })
  const { freed_bytes } = await client.call(models.remove, { model, confirm: model })
  expect(freed_bytes).toBeGreaterThan(1e9)
  expect(existsSync(join(hub, 'models--Qwen--Qwen3-0.6B'))).toBe(false)
  expect((await client.call(models.list, {})).items.map(one => one.id)).not.toContain(model)
})

const folders = (): { from: string; to: string } => {
  const folder = mkdtempSync(join(tmpdir(), 'ithaca-copy-'))
  cleanup.add(folder, path => rmSync(path, { recursive: true, force: true }))
  const from = join(folder, "it's a model")
  mkdirSync(join(from, 'blobs'), { recursive: true })
  mkdirSync(join(from, 'snapshots/abc'), { recursive: true })
  writeFileSync(join(from, 'blobs/one'), Buffer.alloc(300_000, 7))
  writeFileSync(join(from, "blobs/a b'c $HOME"), 'odd')
  symlinkSync('../../blobs/one', join(from, 'snapshots/abc/model.safetensors'))
  return { from, to: join(folder, 'to/there') }
}

const run = (argv: readonly string[]): { status: number | null; said: string } => {
  const { status, stdout, stderr } = spawnSync(argv[0]!, argv.slice(1), { encoding: 'utf8' })
  return { status, said: stdout + stderr }
}

test('a copy keeps links and odd names, and goes on where it was cut off', () => {
  const { from, to } = folders()
  const end = { target: '', port: null }
  const command = copyCommand(
    { ...end, folder: from },
    { ...end, folder: to },
    { config: null, knownHosts: null },
  )
  const argv = command.argv.map(word => literal(word)!)
  const first = run(argv)
  expect(first, first.said).toMatchObject({ status: 0 })
  expect(first.said).toContain('100%')
  expect(readFileSync(join(to, 'blobs/one')).equals(readFileSync(join(from, 'blobs/one')))).toBe(true)
  expect(readFileSync(join(to, "blobs/a b'c $HOME"), 'utf8')).toBe('odd')
  expect(readlinkSync(join(to, 'snapshots/abc/model.safetensors'))).toBe('../../blobs/one')
  writeFileSync(join(to, 'blobs/one'), 'cut off')
  const again = run(argv)
  expect(again.said).toContain('3 files, 2 of them there already')
  expect(readFileSync(join(to, 'blobs/one')).length).toBe(300_000)
})

test.skipIf(noSshd !== null)('a copy reaches another machine over SSH', async () => {
  const sshd = await sshdIn(cleanup)
  const { from, to } = folders()
  const config = join(sshd.folder, 'copy-config')
  const known = join(sshd.folder, 'copy-known')
  writeFileSync(known, `${sshd.knownHostsLine}\n`)
  writeFileSync(
    config,
    `Host far\n  HostName 127.0.0.1\n  Port ${sshd.port}\n  User ${sshd.user}\n  IdentityFile ${sshd.clientKey}\n  IdentitiesOnly yes\n`,
  )
  const command = copyCommand(
    { target: '', port: null, folder: from },
    { target: 'far', port: null, folder: to },
    { config, knownHosts: known },
  )
  const copied = run(command.argv.map(word => literal(word)!))
  expect(copied, copied.said).toMatchObject({ status: 0 })
  expect(readFileSync(join(to, "blobs/a b'c $HOME"), 'utf8')).toBe('odd')
  expect(readlinkSync(join(to, 'snapshots/abc/model.safetensors'))).toBe('../../blobs/one')
})

test('what hangs on a host is asked ever less often, so that it does not pile up there', async () => {
  let now = Date.now()
  const bin = mkdtempSync(join(tmpdir(), 'ithaca-df-'))
  const asked = join(bin, 'asked')
  writeFileSync(join(bin, 'df'), `#!/bin/sh\necho asked >>'${asked}'\nkill -KILL 0\n`, { mode: 0o755 })
  const outside = process.env.PATH
  process.env.PATH = `${bin}:${outside}`
  try {
    await using k = await testKitchen({ now: () => now })
    const { watch, machines } = k.w.inside.workspace.cookbook
    const times = () => (existsSync(asked) ? readFileSync(asked, 'utf8').length / 6 : 0)
    const failures = () =>
      (existsSync(k.w.paths.log) ? readFileSync(k.w.paths.log, 'utf8') : '').split('lost before').length - 1
    const after = async (seconds: number, count: number) => {
      now += seconds * 1000
      await watch.look('local')
      await machines
        .at('local')
        .host.ask(':', { lane: 'slow' })
        .catch(() => undefined)
      expect(times()).toBe(count)
      await expect.poll(failures).toBe(count)
    }
    await after(0, 1)
    await after(61, 1)
    await after(61, 2)
    // Somebody looks again after a while: it may be over. Whoever goes on looking waits as before.
    watch.hurry('local')
    await after(0, 3)
    watch.hurry('local')
    await after(240, 3)
  } finally {
    process.env.PATH = outside
    rmSync(bin, { recursive: true })
  }
})

test.skipIf(noSshd !== null)('what hung before a host was connected anew is asked at once', async () => {
  let now = Date.now()
  const bin = cleanup.add(mkdtempSync(join(tmpdir(), 'ithaca-smi-')), path =>
    rmSync(path, { recursive: true }),
  )
  const asked = join(bin, 'asked')
  writeFileSync(join(bin, 'nvidia-smi'), `#!/bin/sh\necho >>'${asked}'\nkill -KILL 0\n`, { mode: 0o755 })
  const sshd = await sshdIn(cleanup, { config: [`SetEnv PATH=${bin}:/usr/bin:/bin`] })
  const ssh = writeSshConfig(sshd.folder, [{ alias: 'gpu', sshd }])
  const known = join(sshd.folder, 'known_hosts')
  const config = `[hosts]\nssh_config = ${JSON.stringify(ssh)}\nknown_hosts = ${JSON.stringify(known)}\n`
  await using w = await testWorkspace({ config, now: () => now })
  const { watch, machines } = w.inside.workspace.cookbook
  await w.client.call(hosts.add, { target: 'gpu' })
  const { host } = machines.at('gpu')
  const after = async (seconds: number, count: number) => {
    now += seconds * 1000
    await watch.look('gpu')
    await host.ask(':', { lane: 'slow' }).catch(() => undefined)
    expect(readFileSync(asked, 'utf8')).toHaveLength(count)
  }
  await after(0, 1)
  await after(21, 1)
  await sshd.kill()
  await expect.poll(() => host.reach.state).toBe('unreachable')
  await sshd.start()
  host.retry()
  await expect.poll(() => host.reach.state).toBe('connected')
  await after(0, 2)
})
