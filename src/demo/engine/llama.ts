import { statSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { type Shape, shapeOf } from './catalogue.ts'
import { type Fault, faultsOf } from './faults.ts'
import { llamaSwitches, llamaValued, parseFlags } from './flags.ts'
import { type FakeGpu, gpuState, visibleGpus } from './gpus.ts'
import { Load } from './load.ts'
import { llamaMetrics } from './metrics.ts'
import { httpServer, json, listen, type Route, text } from './openai.ts'
import { isRedirected, Output, pause } from './output.ts'
import { StopSignals } from './signals.ts'
import { die } from './vllm-words.ts'

const MIB = 2 ** 20
const DOTS = 97
const CACHE_BYTES: Record<string, number> = { f32: 4, f16: 2, bf16: 2, q8_0: 1.0625, q4_0: 0.5625 }

export async function llamaServer(argv: string[]): Promise<void> {
  const flags = parseFlags(argv, llamaValued, llamaSwitches)
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
  await new LlamaServer(flags.values).start()
}

/** It listens before it loads: its health answers 503 until the model is there. */
class LlamaServer {
  readonly #values: Map<string, string>
  readonly #model: string
  readonly #faults: Set<Fault>
  readonly #shape: Shape
  readonly #out: Output
  readonly #host: string
  readonly #port: number
  readonly #context: number
  readonly #load: Load
  readonly #gpu: FakeGpu | undefined
  #state: 'loading' | 'ready' | 'unhealthy' = 'loading'

  constructor(values: Map<string, string>) {
    this.#values = values
    this.#model = this.#value(['-m', '--model', '-hf', '--hf-repo'], 'models/7B/ggml-model-f16.gguf')
    this.#faults = faultsOf(this.#model)
    this.#shape = shapeOf(this.#model)
    const held = this.#faults.has('buffered') && process.env._STDBUF_O === undefined
    this.#out = new Output(held && isRedirected())
    this.#host = this.#value(['--host'], process.env.LLAMA_ARG_HOST ?? '127.0.0.1')
    this.#port = Number(this.#value(['--port'], process.env.LLAMA_ARG_PORT ?? '8080'))
    this.#context = Number(this.#value(['-c', '--ctx-size'], '4096')) || this.#shape.maxLength
    this.#load = new Load(this.#context, Number(this.#value(['-np', '--parallel'], '4')))
    this.#gpu = visibleGpus(gpuState())[0]
    new StopSignals(this.#faults, () => {
      this.#out.line('srv    operator(): operator(): cleaning up before exit...')
      process.exit(0)
    })
  }

  async start(): Promise<void> {
    await this.#listen()
    const weights = await this.#loadWeights()
    this.#allocateCache(weights)
    this.#out.line(
      'common_init_from_params: warming up the model with an empty run - please wait ... (--no-warmup to disable)',
    )
    await pause(1)
    this.#out.line('main: model loaded')
    this.#state = 'ready'
    this.#out.line(`main: server is listening on http://${this.#host}:${this.#port} - starting the main loop`)
    this.#out.line('srv  update_slots: all slots are idle')
    if (this.#faults.has('unhealthy') || this.#faults.has('crash-after-ready')) await pause(20)
    if (this.#faults.has('unhealthy')) this.#state = 'unhealthy'
    if (this.#faults.has('crash-after-ready')) die('SIGSEGV')
  }

  #value(names: string[], otherwise: string): string {
    return names.map(name => this.#values.get(name)).find(found => found !== undefined) ?? otherwise
  }

  #refuse(line: string): never {
    this.#out.error(`${line}\nsrv    load_model: failed to load model, '${this.#model}'\n`)
    this.#out.line('srv    operator(): operator(): cleaning up before exit...')
    this.#out.error('main: exiting due to model loading error\n')
    process.exit(1)
  }

  readonly #route: Route = (_request, response, path) => {
    if (path === '/health' || path === '/v1/health') {
      if (this.#state === 'ready') json(response, 200, { status: 'ok' })
      else loading(response)
    } else if (this.#state === 'loading') loading(response)
    else if (path === '/props')
      json(response, 200, {
        total_slots: this.#load.slots,
        model_alias: this.#alias(),
        model_path: this.#model,
      })
    else if (path === '/slots') json(response, 200, this.#slots())
    else if (path === '/metrics' && this.#values.has('--metrics'))
      text(response, 200, llamaMetrics(this.#load))
    else return false
    return true
  }

  #alias(): string {
    return this.#value(['-a', '--alias'], this.#model.split('/').at(-1) ?? this.#model)
  }

  #slots(): object[] {
    return Array.from({ length: this.#load.slots }, (_, id) => ({
      id,
      n_ctx: this.#context,
      is_processing: id < this.#load.running,
    }))
  }

  async #listen(): Promise<void> {
    const { maxLength, hidden, weightBytes } = this.#shape
    const server = httpServer(
      this.#route,
      {
        names: [this.#alias()],
        ownedBy: 'llamacpp',
        maxLength: this.#context,
        load: this.#load,
        tokensPerSecond: 35,
        apiKey: this.#values.get('--api-key'),
        modelFields: { meta: { n_ctx_train: maxLength, n_embd: hidden, size: weightBytes } },
        onRequest: () => {
          if (!this.#faults.has('crash-under-load') || this.#load.running === 0) return
          this.#out.error('CUDA error: an illegal memory access was encountered\n')
          process.abort()
        },
      },
      line =>
        this.#out.line(
          `srv  log_server_r: request: ${line.method} ${line.path} ${line.peer.split(':')[0]} ${line.status}`,
        ),
    )
    this.#out.line('build: 6790 (fake0001) with cc (Debian 12) for x86_64-linux-gnu')
    this.#out.line('main: binding port with default address family')
    try {
      await listen(server, this.#host, this.#port)
    } catch {
      this.#out.error(
        `0.00.065.436 E srv         start: couldn't bind HTTP server socket, hostname: ${this.#host}, port: ${this.#port}\n`,
      )
      this.#out.error('main: exiting due to HTTP server error\n')
      process.exit(1)
    }
    this.#out.line(
      `main: HTTP server is listening, hostname: ${this.#host}, port: ${this.#port}, http threads: 15`,
    )
  }

  /** Answers with the bytes of weights on the GPU. */
  async #loadWeights(): Promise<number> {
    this.#out.line('main: loading model')
    this.#out.line(`srv    load_model: loading model '${this.#model}'`)
    if (this.#model.startsWith('/') && !statSync(this.#model, { throwIfNoEntry: false }))
      this.#refuse(
        `gguf_init_from_file: failed to open GGUF file '${this.#model}'\nllama_model_load: error loading model: llama_model_loader: failed to load model from ${this.#model}`,
      )
    await pause(1)
    const all = this.#shape.layers + 1
    const asked = Number(this.#value(['-ngl', '--n-gpu-layers', '--gpu-layers'], '999')) || 0
    const layers = this.#gpu ? Math.min(all, asked) : 0
    const weights = (this.#shape.weightBytes * layers) / all
    this.#out.line('load_tensors: loading model tensors, this can take a while... (mmap = true)')
    this.#out.line(`load_tensors: offloading ${Math.max(0, layers - 1)} repeating layers to GPU`)
    this.#out.line(`load_tensors: offloaded ${layers}/${all} layers to GPU`)
    if (this.#faults.has('oom-at-start') || weights / MIB > this.#freeMiB()) {
      this.#noMemory(weights)
      this.#refuse('llama_model_load: error loading model: unable to allocate CUDA0 buffer')
    }
    if (this.#gpu) this.#out.line(`load_tensors:        CUDA0 model buffer size = ${mib(weights)}`)
    const seconds = Math.min(20, 2 + weights / 4e9) * (this.#faults.has('slow-load') ? 10 : 1)
    for (let dot = 0; dot < DOTS; dot++) {
      this.#out.write('.')
      if (dot % 8 === 0) this.#hold(300 + (weights * dot) / DOTS / MIB)
      await pause(seconds / DOTS)
      if (dot === DOTS >> 1 && this.#faults.has('never-ready')) await new Promise(() => {})
    }
    this.#out.line('')
    if (this.#faults.has('segfault')) die('SIGSEGV')
    if (this.#faults.has('killed')) die('SIGKILL')
    if (this.#faults.has('exit-0')) process.exit(0)
    return weights
  }

  #allocateCache(weights: number): void {
    const { layers, kvHeads, headDim } = this.#shape
    const each = CACHE_BYTES[this.#value(['-ctk', '--cache-type-k'], 'f16')] ?? 2
    const cache = 2 * layers * kvHeads * headDim * each * this.#context
    this.#out.line(`llama_context: n_ctx         = ${this.#context}`)
    // What this process holds already is the weights, so only the cache has to find room now.
    if (this.#gpu && cache / MIB > this.#freeMiB()) {
      this.#noMemory(cache)
      this.#refuse(
        'llama_init_from_model: failed to initialize the context: failed to allocate buffer for kv cache',
      )
    }
    this.#out.line(`llama_kv_cache:      ${this.#gpu ? 'CUDA0' : '  CPU'} KV buffer size = ${mib(cache)}`)
    this.#out.line(
      `llama_kv_cache: size = ${mib(cache)} (${this.#context} cells, ${layers} layers), K (f16): ${mib(cache / 2)}, V (f16): ${mib(cache / 2)}`,
    )
    this.#hold((weights + cache) / MIB + 560)
  }

  #noMemory(bytes: number): void {
    this.#out.error(
      `ggml_backend_cuda_buffer_type_alloc_buffer: allocating ${mib(bytes)} on device 0: cudaMalloc failed: out of memory\n`,
    )
  }

  #freeMiB(): number {
    return this.#gpu ? gpuState().freeMiB(this.#gpu.index) : Number.POSITIVE_INFINITY
  }

  #hold(amount: number): void {
    if (this.#gpu) gpuState().claim(this.#gpu.index, amount, 'llama-server')
  }
}

const mib = (bytes: number) => `${(bytes / MIB).toFixed(2)} MiB`

function loading(response: ServerResponse): void {
  json(response, 503, { error: { code: 503, message: 'Loading model', type: 'unavailable_error' } })
}
