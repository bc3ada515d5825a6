import { spawn } from 'node:child_process'
import { open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { GpuState } from '../../src/demo/engine/gpus.ts'
import { freePort } from '../peers/port.ts'
import { eventually, TestMachine } from './machine.ts'

let machine: TestMachine
let state: GpuState
beforeAll(async () => {
  machine = await TestMachine.make()
  state = new GpuState(machine.machine.gpuState)
})
afterEach(() => machine.clear())
afterAll(() => machine[Symbol.asyncDispose]())

const get = async (port: number, path: string) => {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`)
    return { status: answer.status, body: await answer.text() }
  } catch {
    return { status: 0, body: 'refused' }
  }
}

describe('vLLM', () => {
  it('loads, serves, streams, counts, stops and gives its memory back', async () => {
    const port = await freePort()
    const run = machine.start('vllm', ['serve', 'Qwen/Qwen3-8B', '--host', '127.0.0.1', `--port=${port}`])
    expect((await get(port, '/health')).status).toBe(0)
    await run.until(/Application startup complete/)
    expect(run.said()).toMatch(/Loading safetensors checkpoint shards: {2}40% Completed \| 2\/5/)
    expect(run.said()).toMatch(/GPU KV cache size: [\d,]+ tokens/)
    expect(state.usedMiB(0)).toBeGreaterThan(30_000)
    expect(JSON.parse((await get(port, '/v1/models')).body).data[0].max_model_len).toBe(40960)
    const answer = await fetch(`http://127.0.0.1:${port}/v1/chat/completions`, {
      method: 'POST',
      body: JSON.stringify({ stream: true, max_tokens: 5, messages: [{ role: 'user', content: 'hi' }] }),
    })
    const events = (await answer.text()).split('\n\n').filter(Boolean)
    expect(events.at(-1)).toBe('data: [DONE]')
    expect(JSON.parse(events.at(-2)?.slice(6) ?? '').choices[0].finish_reason).toBe('length')
    expect((await get(port, '/metrics')).body).toMatch(/vllm:generation_tokens_total\{[^}]*\} 5\.0/)
    run.child.kill('SIGINT')
    expect(await run.ended).toEqual({ code: 0, signal: null })
    expect(
      await eventually(
        () => state.usedMiB(0),
        used => used === 1,
      ),
    ).toBe(1)
  })

  it.each([
    ['demo/missing-module', [], 1, /ModuleNotFoundError: No module named/],
    ['meta-llama/Llama-3.1-8B-Instruct', [], 1, /Cannot access gated repo for url/],
    ['demo/not-found', [], 1, /is not a valid model identifier/],
    ['demo/oom-at-start', [], 1, /torch\.OutOfMemoryError: CUDA out of memory/],
    ['meta-llama/Llama-3.3-70B-Instruct+gated', [], 1, /gated repo/],
    [
      'Qwen/Qwen3-8B',
      ['--tensor-parallel-size', '3'],
      1,
      /\(32\) must be divisible by tensor parallel size \(3\)/,
    ],
    ['Qwen/Qwen3-8B', ['--max-model-len', '99999'], 1, /greater than the derived max_model_len/],
    ['Qwen/Qwen3-8B', ['--max-modle-len', '1'], 2, /unrecognized arguments: --max-modle-len/],
    ['Qwen/Qwen3-8B', ['-tp', '4'], 1, /invalid device ordinal/],
    ['demo/exit-0', [], 0, /Loading safetensors/],
  ])('%s %j ends with %d', async (model, flags, code, words) => {
    const run = machine.start('vllm', ['serve', model, '--port', String(await freePort()), ...flags])
    expect(await run.ended).toEqual({ code, signal: null })
    expect(run.said()).toMatch(words)
  })

  it.each(['segfault', 'killed'])('%s ends by its signal', async fault => {
    const run = machine.start('vllm', ['serve', `demo/${fault}`, '--port', String(await freePort())])
    expect((await run.ended).signal).toBe(fault === 'killed' ? 'SIGKILL' : 'SIGSEGV')
  })

  it('names the longest context its cache can hold, and lives with that', async () => {
    const port = String(await freePort())
    const dead = machine.start('vllm', ['serve', 'demo/kv-too-small', '--port', port])
    expect((await dead.ended).code).toBe(1)
    const longest = /estimated maximum model length is (\d+)/.exec(dead.said())?.[1] ?? ''
    const run = machine.start('vllm', [
      'serve',
      'demo/kv-too-small',
      '--port',
      port,
      '--max-model-len',
      longest,
    ])
    await run.until(/Application startup complete/)
    run.child.kill('SIGTERM')
    await run.ended
  })

  it('says who cannot share a port', async () => {
    const port = String(await freePort())
    const first = machine.start('python3', ['-m', 'http.server', port, '--bind', '127.0.0.1'])
    await first.until(/Serving HTTP/)
    const second = machine.start('vllm', ['serve', 'm', '--host', '127.0.0.1', '--port', port])
    expect((await second.ended).code).toBe(1)
    expect(second.said()).toContain('OSError: [Errno 98] Address already in use')
    first.child.kill('SIGINT')
    await first.ended
  })

  it('dies under load, and when its engine process is killed', async () => {
    const port = await freePort()
    const run = machine.start('vllm', [
      'serve',
      'demo/crash-under-load',
      '--host',
      '127.0.0.1',
      '--port',
      String(port),
    ])
    await run.until(/startup complete/)
    const ask = () =>
      fetch(`http://127.0.0.1:${port}/v1/completions`, {
        method: 'POST',
        body: JSON.stringify({ prompt: 'x', max_tokens: 4096, ignore_eos: true }),
      }).then(
        answer => answer.text(),
        () => 'cut off',
      )
    await Promise.all([ask(), ask()])
    expect((await run.ended).code).toBe(1)
    expect(run.said()).toContain('illegal memory access')

    const other = machine.start('vllm', ['serve', 'Qwen/Qwen3-0.6B', '--port', String(port)])
    await other.until(/startup complete/)
    process.kill(Number(/EngineCore_DP0 pid=(\d+)/.exec(other.said())?.[1]), 'SIGKILL')
    expect((await other.ended).code).toBe(1)
    expect(other.said()).toContain('died unexpectedly (SIGKILL)')
  })

  it('ignores what it was told to ignore', async () => {
    const run = machine.start('vllm', ['serve', 'demo/hang-on-interrupt', '--port', String(await freePort())])
    await run.until(/startup complete/)
    run.child.kill('SIGINT')
    const port = /http:\/\/0\.0\.0\.0:(\d+)/.exec(run.said())?.[1]
    expect((await get(Number(port), '/health')).status).toBe(200)
    run.child.kill('SIGTERM')
    expect((await run.ended).code).toBe(143)
  })

  it('leaves an orphan that keeps the memory of the GPU', async () => {
    const run = machine.start('vllm', ['serve', 'demo/orphan', '--port', String(await freePort())])
    await run.until(/startup complete/)
    const [orphan] = state.claims()
    run.child.kill('SIGTERM')
    await run.ended.catch(() => {})
    expect(state.claims()).toEqual([orphan])
    process.kill(orphan!.pid, 'SIGKILL')
    await eventually(
      () => state.claims().length,
      left => left === 0,
    )
  })
})

describe('the others', () => {
  it('SGLang is ready only after its warm-up', async () => {
    const port = await freePort()
    const run = machine.start('python3', [
      '-m',
      'sglang.launch_server',
      '--model-path',
      'Qwen/Qwen3-8B',
      '--port',
      String(port),
      '--enable-metrics',
    ])
    await run.until(/fired up and ready to roll/)
    expect(run.said().indexOf('Application startup complete')).toBeLessThan(run.said().indexOf('fired up'))
    expect((await get(port, '/health')).status).toBe(200)
    expect((await get(port, '/metrics')).body).toContain('sglang:token_usage')
    run.child.kill('SIGTERM')
    await run.ended
    await eventually(
      () => state.claims().length,
      left => left === 0,
    )
  })

  it('llama-server answers 503 while it loads', async () => {
    const port = await freePort()
    const run = machine.start('llama-server', [
      '-m',
      'demo/slow-load.gguf',
      '--port',
      String(port),
      '--metrics',
    ])
    await run.until(/HTTP server is listening/)
    expect(await get(port, '/health')).toMatchObject({
      status: 503,
      body: expect.stringContaining('Loading model'),
    })
    await run.until(/starting the main loop/)
    expect((await get(port, '/health')).body).toBe('{"status":"ok"}')
    expect((await get(port, '/metrics')).body).toContain('llamacpp:predicted_tokens_seconds')
    run.child.kill('SIGINT')
    expect((await run.ended).code).toBe(0)
  })

  it('ollama serves its tags, and refuses a port in use', async () => {
    const address = `127.0.0.1:${await freePort()}`
    const run = machine.start('ollama', ['serve'], { OLLAMA_HOST: address })
    await run.until(/Listening on/)
    expect(JSON.parse((await get(Number(address.split(':')[1]), '/api/tags')).body).models).toHaveLength(2)
    const second = machine.start('ollama', ['serve'], { OLLAMA_HOST: address })
    expect((await second.ended).code).toBe(1)
    expect(second.said()).toContain('bind: address already in use')
    run.child.kill('SIGTERM')
    await run.ended
  })

  it('a buffered engine says nothing into a file until it has 8 KiB, unless told not to buffer', async () => {
    const said = async (env: Record<string, string>) => {
      const path = join(machine.dir, 'log')
      const file = await open(path, 'w')
      const port = await freePort()
      const child = spawn(
        join(machine.machine.bin, 'llama-server'),
        ['-m', 'demo/buffered.gguf', '--port', String(port)],
        {
          env: { PATH: process.env.PATH ?? '', FAKE_ENGINE_SPEED: '100', ...env },
          stdio: ['ignore', file.fd, file.fd],
        },
      )
      await eventually(
        () => get(port, '/health'),
        answer => answer.status === 200,
      )
      child.kill('SIGKILL')
      await new Promise(resolve => child.once('close', resolve))
      await file.close()
      return readFile(path, 'utf8')
    }
    expect(await said({})).toBe('')
    expect(await said({ _STDBUF_O: 'L' })).toContain('main: model loaded')
  })
})
