import { userInfo } from 'node:os'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { demoGpus } from '../../src/demo/engine/install.ts'
import { readGpus } from '../../src/gpus/gpus.ts'
import { openLocal } from '../../src/hosts/local.ts'
import { Machine } from '../../src/hosts/machine.ts'
import { freePort, TestMachine } from '../demo/machine.ts'

let machine: TestMachine
let host: Machine
const path = process.env.PATH
beforeAll(async () => {
  machine = await TestMachine.make()
  process.env.PATH = `${machine.machine.bin}:${path}`
  host = new Machine('local', 'local', async () => openLocal())
})
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
    user: userInfo().username,
    session: 'serve-1',
  })
  expect(during.processes[0]?.usedMiB).toBeGreaterThan(30_000)
  expect(during.gpus.map(gpu => gpu.freeMiB)[0]).toBe(49139)
  run.child.kill('SIGTERM')
  await run.ended
})
