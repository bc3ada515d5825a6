import { statSync } from 'node:fs'
import { shapeOf } from './catalogue.ts'
import { faultsOf } from './faults.ts'
import { llamaSwitches, llamaValued, parseFlags } from './flags.ts'
import { gpuState, visibleGpus } from './gpus.ts'
import { Load } from './load.ts'
import { llamaMetrics } from './metrics.ts'
import { httpServer, json, listen, type Serving, text } from './openai.ts'
import { isRedirected, Output, pause } from './output.ts'
import { StopSignals } from './signals.ts'
import { die } from './vllm.ts'

const MIB = 2 ** 20
const CACHE_BYTES: Record<string, number> = { f32: 4, f16: 2, bf16: 2, q8_0: 1.0625, q4_0: 0.5625 }

/** llama-server listens before it loads: its health answers 503 until the model is there. */
export async function llamaServer(argv: string[]): Promise<void> {
  const flags = parseFlags(argv, llamaValued, llamaSwitches)
  const value = (names: string[], otherwise: string) =>
    names.map(name => flags.values.get(name)).find(found => found !== undefined) ?? otherwise
  if (flags.values.has('--version')) return void process.stderr.write('version: 6790 (fake0001)\n')
  if (flags.values.has('--help') || flags.values.has('-h')) {
    process.stdout.write('----- common params -----\n\n')
    for (const flag of llamaSwitches) process.stdout.write(`${flag}\n`)
    for (const flag of llamaValued) process.stdout.write(`${flag} VALUE\n`)
    return
  }
  const stranger = flags.unknown[0] ?? flags.positional[0]
  if (stranger !== undefined) {
    process.stderr.write(`error: invalid argument: ${stranger}\n`)
    process.exit(1)
  }
  const model = value(['-m', '--model', '-hf', '--hf-repo'], 'models/7B/ggml-model-f16.gguf')
  const faults = faultsOf(model)
  const out = new Output(faults.has('buffered') && process.env._STDBUF_O === undefined && isRedirected())
  const host = value(['--host'], process.env.LLAMA_ARG_HOST ?? '127.0.0.1')
  const port = Number(value(['--port'], process.env.LLAMA_ARG_PORT ?? '8080'))
  const shape = shapeOf(model)
  const context = Number(value(['-c', '--ctx-size'], '4096')) || shape.maxLength
  const layers = Math.min(
    shape.layers + 1,
    Number(value(['-ngl', '--n-gpu-layers', '--gpu-layers'], '999')) || 0,
  )
  new StopSignals(faults, () => {
    out.line('srv    operator(): operator(): cleaning up before exit...')
    process.exit(0)
  })

  const load = new Load(context, Number(value(['-np', '--parallel'], '4')))
  let state: 'loading' | 'ready' | 'unhealthy' = 'loading'
  const serving: Serving = {
    names: [value(['-a', '--alias'], model.split('/').at(-1) ?? model)],
    ownedBy: 'llamacpp',
    maxLength: context,
    load,
    tokensPerSecond: 35,
    apiKey: flags.values.get('--api-key'),
    modelFields: { meta: { n_ctx_train: shape.maxLength, n_embd: shape.hidden, size: shape.weightBytes } },
    onRequest: () => {
      if (faults.has('crash-under-load') && load.running >= 1) {
        out.error('CUDA error: an illegal memory access was encountered\n')
        process.abort()
      }
    },
  }
  const server = httpServer(
    (_request, response, path) => {
      if (path === '/health' || path === '/v1/health') {
        if (state === 'ready') json(response, 200, { status: 'ok' })
        else loading(response)
      } else if (state === 'loading') loading(response)
      else if (path === '/props')
        json(response, 200, { total_slots: load.slots, model_alias: serving.names[0], model_path: model })
      else if (path === '/slots')
        json(
          response,
          200,
          Array.from({ length: load.slots }, (_, id) => ({
            id,
            n_ctx: context,
            is_processing: id < load.running,
          })),
        )
      else if (path === '/metrics' && flags.values.has('--metrics')) text(response, 200, llamaMetrics(load))
      else return false
      return true
    },
    serving,
    line =>
      out.line(
        `srv  log_server_r: request: ${line.method} ${line.path} ${line.peer.split(':')[0]} ${line.status}`,
      ),
  )
  out.line('build: 6790 (fake0001) with cc (Debian 12) for x86_64-linux-gnu')
  out.line(`main: binding port with default address family`)
  try {
    await listen(server, host, port)
  } catch {
    out.error(
      `0.00.065.436 E srv         start: couldn't bind HTTP server socket, hostname: ${host}, port: ${port}\n`,
    )
    out.error('main: exiting due to HTTP server error\n')
    return process.exit(1)
  }
  out.line(`main: HTTP server is listening, hostname: ${host}, port: ${port}, http threads: 15`)
  out.line('main: loading model')
  out.line(`srv    load_model: loading model '${model}'`)
  const refuse = (line: string): never => {
    out.error(`${line}\nsrv    load_model: failed to load model, '${model}'\n`)
    out.line('srv    operator(): operator(): cleaning up before exit...')
    out.error('main: exiting due to model loading error\n')
    out.flush()
    return process.exit(1)
  }
  if (model.startsWith('/') && !exists(model))
    refuse(
      `gguf_init_from_file: failed to open GGUF file '${model}'\nllama_model_load: error loading model: llama_model_loader: failed to load model from ${model}`,
    )
  await pause(1)
  const gpu = visibleGpus(gpuState())[0]
  const share = gpu ? layers / (shape.layers + 1) : 0
  const weights = shape.weightBytes * share
  out.line(`load_tensors: loading model tensors, this can take a while... (mmap = true)`)
  out.line(`load_tensors: offloading ${Math.max(0, layers - 1)} repeating layers to GPU`)
  out.line(`load_tensors: offloaded ${gpu ? layers : 0}/${shape.layers + 1} layers to GPU`)
  const free = gpu ? gpuState().freeMiB(gpu.index) : 0
  if (faults.has('oom-at-start') || (gpu && weights / MIB > free)) {
    out.error(
      `ggml_backend_cuda_buffer_type_alloc_buffer: allocating ${(weights / MIB).toFixed(2)} MiB on device 0: cudaMalloc failed: out of memory\n`,
    )
    refuse('llama_model_load: error loading model: unable to allocate CUDA0 buffer')
  }
  if (gpu) out.line(`load_tensors:        CUDA0 model buffer size = ${(weights / MIB).toFixed(2)} MiB`)
  const seconds = Math.min(20, 2 + weights / 4e9) * (faults.has('slow-load') ? 10 : 1)
  for (let dot = 0; dot < 97; dot++) {
    out.write('.')
    if (dot % 8 === 0 && gpu) gpuState().claim(gpu.index, 300 + (weights * dot) / 97 / MIB, 'llama-server')
    await pause(seconds / 97)
    if (dot === 48 && faults.has('never-ready')) await new Promise(() => {})
  }
  out.line('')
  if (faults.has('segfault')) die('SIGSEGV')
  if (faults.has('killed')) die('SIGKILL')
  if (faults.has('exit-0')) process.exit(0)
  const each = CACHE_BYTES[value(['-ctk', '--cache-type-k'], 'f16')] ?? 2
  const cache = (2 * shape.layers * shape.kvHeads * shape.headDim * each * context) / MIB
  const mib = (size: number) => `${size.toFixed(2)} MiB`
  if (gpu && weights / MIB + cache > free) {
    out.error(
      `ggml_backend_cuda_buffer_type_alloc_buffer: allocating ${mib(cache)} on device 0: cudaMalloc failed: out of memory\n`,
    )
    refuse('llama_init_from_model: failed to initialize the context: failed to allocate buffer for kv cache')
  }
  out.line(`llama_context: n_ctx         = ${context}`)
  out.line(`llama_kv_cache:      ${gpu ? 'CUDA0' : '  CPU'} KV buffer size = ${mib(cache)}`)
  out.line(
    `llama_kv_cache: size = ${mib(cache)} (${context} cells, ${shape.layers} layers), K (f16): ${mib(cache / 2)}, V (f16): ${mib(cache / 2)}`,
  )
  if (gpu) gpuState().claim(gpu.index, weights / MIB + cache + 560, 'llama-server')
  out.line(
    'common_init_from_params: warming up the model with an empty run - please wait ... (--no-warmup to disable)',
  )
  await pause(1)
  out.line('main: model loaded')
  state = 'ready'
  out.line(`main: server is listening on http://${host}:${port} - starting the main loop`)
  out.line('srv  update_slots: all slots are idle')
  if (faults.has('unhealthy'))
    void pause(20).then(() => {
      state = 'unhealthy'
    })
  if (faults.has('crash-after-ready')) void pause(20).then(() => die('SIGSEGV'))
}

function loading(response: Parameters<typeof json>[0]): void {
  json(response, 503, { error: { code: 503, message: 'Loading model', type: 'unavailable_error' } })
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined
}
