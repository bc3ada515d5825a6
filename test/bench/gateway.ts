import { type TestKitchen, testKitchen } from '../peers/kitchen.ts'
import { output, script } from './parts/processes.ts'
import type { Print } from './run.ts'

export const name = 'gateway: one address for every model'

interface Load {
  rate: number
  p50: number
  p99: number
  failed: number
}

const SECONDS = 3
const body = JSON.stringify({ model: 'demo/bench', input: 'hello' })

/** From a process of its own, over connections that are kept. */
const load = async (url: string, key: string, connections: number): Promise<Load> => {
  const args = [script('load.ts'), url, key, String(connections), String(SECONDS), 'POST', body]
  return JSON.parse(await output(args)) as Load
}

export const run = async (print: Print): Promise<void> => {
  const k = await testKitchen({ listen: true, config: '[api]\nrate = 100000\nburst = 100000\n' })
  try {
    await measure(print, k)
  } finally {
    await k[Symbol.asyncDispose]()
  }
}

const measure = async (print: Print, k: TestKitchen): Promise<void> => {
  const { id, port } = await k.launch('vllm serve demo/bench')
  await k.until(id, 'ready')
  const token = await k.w.token('bench', ['models:use'])
  const direct = `http://127.0.0.1:${port}/v1/embeddings`
  const ours = `${k.w.inside.workspace.url}/v1/embeddings`
  await load(ours, token, 1)
  for (const connections of [1, 16]) {
    const engine = await load(direct, token, connections)
    const gateway = await load(ours, token, connections)
    if (engine.failed + gateway.failed > 0) throw new Error('some requests were refused')
    print({
      what: `requests a second, ${connections} at once`,
      value: gateway.rate,
      unit: '/s',
      beside: 'the engine itself',
      beside_value: engine.rate,
    })
    print({
      what: `added latency, ${connections} at once, median`,
      value: gateway.p50 - engine.p50,
      unit: 'ms',
      ...(connections === 1 ? { limit: 5 } : {}),
      beside: 'the engine itself, ms',
      beside_value: engine.p50,
    })
    print({
      what: `added latency, ${connections} at once, p99`,
      value: gateway.p99 - engine.p99,
      unit: 'ms',
      beside: 'the engine itself, ms',
      beside_value: engine.p99,
    })
  }
}
