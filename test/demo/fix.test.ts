import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { hubFolder, writeDemoModel } from '../../src/demo/engine/hub.ts'
import { demoGpus } from '../../src/demo/engine/install.ts'
import { readGpus } from '../../src/gpus/gpus.ts'
import { openLocal } from '../../src/hosts/local.ts'
import { Machine } from '../../src/hosts/machine.ts'
import { fitLaunch } from '../../src/models/fit/fit.ts'
import { checkFlags, parseHelp } from '../../src/models/fit/flags.ts'
import { publishedOverhead } from '../../src/models/fit/overhead.ts'
import { type FitSettings, plainSettings } from '../../src/models/fit/question.ts'
import { readModelFacts } from '../../src/models/fit/read.ts'
import { takeInventory } from '../../src/models/inventory/inventory.ts'
import { freePort } from '../peers/port.ts'
import { TestMachine } from './machine.ts'

let machine: TestMachine
let host: Machine
let hub: string
const before = { PATH: process.env.PATH, HOME: process.env.HOME }
beforeAll(async () => {
  const small = demoGpus.map(gpu => ({ ...gpu, totalMiB: 24564 }))
  machine = await TestMachine.make({ gpus: small })
  hub = join(machine.dir, '.cache/huggingface/hub')
  process.env.PATH = `${machine.machine.bin}:${before.PATH}`
  process.env.HOME = machine.dir
  host = new Machine('local', 'local', async () => openLocal())
})
afterAll(async () => {
  Object.assign(process.env, before)
  host.close()
  await machine[Symbol.asyncDispose]()
})

async function ask(model: string, settings: Partial<FitSettings>) {
  const facts = await readModelFacts(host, model)
  const { gpus } = await readGpus(host)
  if (!facts) throw new Error(`${model} is not there`)
  const all = { ...plainSettings, ...settings }
  return fitLaunch({
    engine: 'vllm',
    architecture: facts.architecture,
    weightBytes: facts.weightBytes,
    gpus: gpus.slice(0, all.tp * all.pp).map(gpu => ({
      name: gpu.name,
      totalBytes: (gpu.totalMiB ?? 0) * 2 ** 20,
      freeBytes: (gpu.freeMiB ?? 0) * 2 ** 20,
      capability: gpu.capability,
      unified: gpu.unified,
    })),
    gpusOnHost: gpus.length,
    settings: all,
    overhead: publishedOverhead('vllm'),
  })
}

async function launch(model: string, flags: string[]): Promise<boolean> {
  const run = machine.start('vllm', ['serve', model, '--port', String(await freePort()), ...flags], {
    HF_TOKEN: 'hf_demo',
  })
  const lived = await run.until(/Application startup complete/).then(
    () => true,
    () => false,
  )
  run.child.kill('SIGTERM')
  await run.ended
  return lived
}

describe('what fit says before a launch is what happens', () => {
  it('downloads, dies of its context, and lives with the one that was proposed', async () => {
    const model = 'meta-llama/Llama-3.1-8B-Instruct'
    const download = machine.start('hf', ['download', model], { HF_TOKEN: 'hf_demo', HOME: machine.dir })
    expect((await download.ended).code).toBe(0)
    const inventory = await takeInventory(host, [])
    expect(inventory.models).toMatchObject([{ id: model, state: 'ready', files: 7 }])
    expect((await ask(model, {})).estimate).toMatchObject({
      verdict: 'does not',
      context: 131072,
      bound: 'exact',
    })
    expect(await launch(model, [])).toBe(false)
    const [proposal] = await vi.waitUntil(
      async () => {
        const { suggestions } = await ask(model, {})
        return suggestions.length > 0 && suggestions
      },
      { timeout: 10_000 },
    )
    expect(proposal?.flag).toBe('--max-model-len')
    expect(await launch(model, [proposal?.flag ?? '', proposal?.value ?? ''])).toBe(true)
  })

  it('has two GPUs carry what one cannot', async () => {
    const model = 'Qwen/Qwen2.5-7B-Instruct'
    const snapshot = await writeDemoModel(hub, model)
    expect(snapshot.startsWith(hubFolder(hub, model))).toBe(true)
    expect((await ask(model, {})).estimate.verdict).toBe('fits')
    expect(await launch(model, [])).toBe(true)
    expect((await ask(model, { tp: 3 })).problems.map(one => one.kind)).toEqual([
      'tensor_parallel',
      'too_few_gpus',
    ])
    expect(await launch(model, ['-tp', '3'])).toBe(false)
    await writeDemoModel(hub, 'Qwen/Qwen3-32B')
    expect((await ask('Qwen/Qwen3-32B', { tp: 2 })).estimate.verdict).toBe('does not')
    expect(await launch('Qwen/Qwen3-32B', ['-tp', '2'])).toBe(false)
  })

  it('knows the flags of the engine that is installed', async () => {
    const help = await host.ask('vllm serve --help', { lane: 'slow' })
    const known = parseHelp(help.stdout.toString())
    expect(checkFlags(['--max-model-len', '1', '--trust-remote-code'], known)).toEqual([])
    expect(checkFlags(['--max-model-lenght', '1'], known)[0]?.fix).toBe('Did you mean --max-model-len?')
  })
})
