import { spawnSync } from 'node:child_process'
import { mkdir, symlink } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { demoGpus } from '../../src/demo/engine/install.ts'
import { readGpus } from '../../src/gpus/gpus.ts'
import { parseGpus } from '../../src/gpus/parse.ts'
import { gpuScript } from '../../src/gpus/script.ts'
import { openLocal } from '../../src/hosts/local.ts'
import { Machine } from '../../src/hosts/machine.ts'
import { TestMachine } from '../demo/machine.ts'
import { freePort } from '../peers/port.ts'

let machine: TestMachine
let host: Machine
const path = process.env.PATH
beforeAll(async () => {
  machine = await TestMachine.make()
  process.env.PATH = `${machine.machine.bin}:${path}`
  host = new Machine('local', 'local', async () => openLocal())
})
afterEach(() => machine.clear())
afterAll(async () => {
  process.env.PATH = path
  host.close()
  await machine[Symbol.asyncDispose]()
})

it('reads GPUs, and who holds them, in one question', async () => {
  const before = await readGpus(host)
  expect(before).toMatchObject({ problem: null, processes: [] })
  expect(before.gpus.map(gpu => gpu.uuid)).toEqual(demoGpus.map(gpu => gpu.uuid))
  const flags = ['serve', 'Qwen/Qwen3-8B', '--port', String(await freePort())]
  const run = machine.start('vllm', flags, { CUDA_VISIBLE_DEVICES: '1', ITHACA_SESSION: 'serve-1' })
  await run.until(/Application startup complete/)
  const during = await readGpus(host)
  expect(during.processes).toHaveLength(1)
  expect(during.processes[0]).toMatchObject({
    gpu: 1,
    name: 'VLLM::EngineCore',
    parent: run.child.pid,
    guardian: expect.stringMatching(/node|Main/),
    user: userInfo().username,
    session: 'serve-1',
  })
  expect(during.processes[0]?.usedMiB).toBeGreaterThan(30_000)
  expect(during.gpus.map(gpu => gpu.freeMiB)[0]).toBe(49139)
  run.child.kill('SIGTERM')
  await run.ended
})

it.each([
  ['dash', []],
  ['bash', ['--posix']],
  ['busybox', ['sh']],
])('asks in %s, with nothing but that and the driver tool', async (shell, first) => {
  const run = machine.start('llama-server', ['-m', 'demo/some.gguf', '--port', String(await freePort())])
  await run.until(/starting the main loop/)
  const find = (program: string) =>
    spawnSync('sh', ['-c', `command -v ${program}`], { encoding: 'utf8' }).stdout.trim()
  const bin = join(machine.dir, `only-${shell}`)
  await mkdir(bin)
  if (shell === 'busybox') spawnSync(find('busybox'), ['--install', '-s', bin])
  await symlink(join(machine.machine.bin, 'nvidia-smi'), join(bin, 'nvidia-smi'))
  const done = spawnSync(find(shell), [...first, '-c', gpuScript('x-1')], {
    env: { HOME: machine.dir, PATH: shell === 'busybox' ? bin : `${bin}:${path}` },
    encoding: 'utf8',
  })
  expect(done.stderr).toBe('')
  const { gpus, processes, problem } = parseGpus(done.stdout, 'x-1', 0)
  expect(problem).toBeNull()
  expect(gpus).toHaveLength(2)
  expect(processes).toMatchObject([
    { pid: run.child.pid, name: 'llama-server', parent: process.pid, user: userInfo().username },
  ])
  expect(processes[0]?.command).toContain('-m demo/some.gguf')
})
