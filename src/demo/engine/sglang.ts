import { kvBytesPerToken, type Shape, shapeOf } from './catalogue.ts'
import { type Fault, faultsOf } from './faults.ts'
import { parseFlags, sglangSwitches, sglangValued } from './flags.ts'
import { type FakeGpu, gpuState, visibleGpus } from './gpus.ts'
import { Load } from './load.ts'
import { sglangMetrics } from './metrics.ts'
import { bindError, httpServer, json, listen, type Route, text } from './openai.ts'
import { bar, Output, pace, pause, percent, progress, stamp } from './output.ts'
import { exitAtOnce, StopSignals } from './signals.ts'
import { die, traceback } from './vllm-words.ts'
import { startWorker, type Worker } from './worker.ts'

const GIB = 1024 ** 3
const RUNTIME = 0.6 * GIB

export async function sglang(argv: string[]): Promise<void> {
  const words = argv[0] === 'serve' ? argv.slice(1) : argv
  const flags = parseFlags(words, sglangValued, sglangSwitches)
  if (flags.values.has('--help') || flags.values.has('-h')) {
    process.stdout.write('usage: launch_server.py [options]\n\noptions:\n')
    for (const flag of [...sglangSwitches, ...sglangValued]) process.stdout.write(`  ${flag}\n`)
    return
  }
  if (flags.unknown.length > 0) return usage(`unrecognized arguments: ${flags.unknown.join(' ')}`)
  const model = flags.values.get('--model-path') ?? flags.values.get('--model')
  if (model === undefined) return usage('the following arguments are required: --model-path/--model')
  await new Sglang(model, flags.values).start()
}

function usage(message: string): void {
  process.stderr.write(`usage: launch_server.py [options]\nlaunch_server.py: error: ${message}\n`)
  process.exit(2)
}

class Sglang {
  readonly #model: string
  readonly #values: Map<string, string>
  readonly #faults: Set<Fault>
  readonly #shape: Shape
  readonly #out = new Output(false)
  readonly #host: string
  readonly #port: number
  readonly #tp: number
  readonly #context: number
  readonly #signals: StopSignals
  #workers: Worker[] = []
  #gpus: FakeGpu[] = []
  #healthy = false

  constructor(model: string, values: Map<string, string>) {
    this.#model = model
    this.#values = values
    this.#faults = faultsOf(model)
    this.#shape = shapeOf(model)
    this.#host = values.get('--host') ?? '127.0.0.1'
    this.#port = Number(values.get('--port') ?? 30000)
    this.#tp = Number(
      values.get('--tp') ?? values.get('--tp-size') ?? values.get('--tensor-parallel-size') ?? 1,
    )
    this.#context = Number(values.get('--context-length') ?? this.#shape.maxLength)
    this.#signals = new StopSignals(this.#faults, exitAtOnce)
  }

  async start(): Promise<void> {
    await this.#prepare()
    const free = await this.#loadWeights()
    const load = await this.#allocate(free)
    await this.#serve(load)
  }

  #log(message: string, rank?: number): void {
    const now = stamp()
    const where = rank === undefined || this.#tp === 1 ? '' : ` TP${rank}`
    this.#out.error(`[${now.year} ${now.time}${where}] ${message}\n`)
  }

  #raise(trace: string[], message: string): never {
    this.#log(`Scheduler hit an exception: ${[...trace, message].join('\n')}\n`)
    this.#log('Received sigquit from a child process. It usually means the child failed.')
    process.exit(137)
  }

  #hold(bytes: number): void {
    for (const [i, one] of this.#workers.entries()) one.hold(this.#gpus[i]?.index ?? 0, bytes / 2 ** 20)
  }

  async #prepare(): Promise<void> {
    const metrics = this.#values.has('--enable-metrics') ? 'True' : 'False'
    await pause(1)
    this.#log(
      `server_args=ServerArgs(model_path='${this.#model}', host='${this.#host}', port=${this.#port}, mem_fraction_static=${this.#fraction()}, context_length=${this.#context}, tp_size=${this.#tp}, enable_metrics=${metrics})`,
    )
    if (this.#faults.has('missing-module'))
      this.#raise(
        traceback('sglang/srt/entrypoints/engine.py', '<module>', 'import sgl_kernel'),
        "ModuleNotFoundError: No module named 'sgl_kernel'",
      )
    if (this.#faults.has('gated') || (this.#shape.gated && !process.env.HF_TOKEN))
      this.#raise(
        traceback('transformers/utils/hub.py', 'cached_files', 'raise OSError('),
        `OSError: You are trying to access a gated repo.\nMake sure to have access to it at https://huggingface.co/${this.#model}.\n401 Client Error.`,
      )
    this.#gpus = visibleGpus(gpuState()).slice(0, this.#tp)
    if (this.#gpus.length < this.#tp)
      this.#raise(
        traceback('torch/cuda/__init__.py', 'set_device', 'torch._C._cuda_setDevice(device)'),
        this.#gpus.length === 0
          ? 'RuntimeError: No CUDA GPUs are available'
          : 'RuntimeError: CUDA error: invalid device ordinal',
      )
    const title = (rank: number) => (this.#tp === 1 ? 'sglang::scheduler' : `sglang::scheduler_TP${rank}`)
    this.#workers = this.#gpus.map((_, rank) => startWorker(title(rank), this.#faults.has('orphan')))
    this.#signals.means(signal => {
      if (!this.#faults.has('orphan')) for (const worker of this.#workers) worker.end()
      exitAtOnce(signal)
    })
  }

  #fraction(): number {
    return Number(this.#values.get('--mem-fraction-static') ?? 0.88)
  }

  #gpu(): FakeGpu {
    const gpu = this.#gpus[0]
    if (!gpu) throw new Error('no GPU was chosen')
    return gpu
  }

  /** Answers with the GiB free before the weights came. */
  async #loadWeights(): Promise<number> {
    const { shards, weightBytes, architecture } = this.#shape
    const free = gpuState().freeMiB(this.#gpu().index) / 1024
    const weights = weightBytes / this.#tp
    this.#log('Init torch distributed begin.', 0)
    await pause(1)
    this.#log('Init torch distributed ends. mem usage=0.00 GB', 0)
    this.#log(`Load weight begin. avail mem=${free.toFixed(2)} GB`, 0)
    if (weights / GIB > free || this.#faults.has('oom-at-start'))
      this.#raise(
        traceback('sglang/srt/layers/linear.py', 'create_weights', 'data=torch.empty('),
        `torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 114.00 MiB. GPU 0 has a total capacity of ${(this.#gpu().totalMiB / 1024).toFixed(2)} GiB of which 54.38 MiB is free.`,
      )
    await progress(this.#out, {
      steps: this.#faults.has('never-ready') ? Math.ceil(shards / 2) : shards,
      seconds: Math.min(30, 3 + weightBytes / (3 * GIB)) * (this.#faults.has('slow-load') ? 10 : 1),
      render: (done, elapsed) => {
        this.#hold(RUNTIME + (weights * done) / shards)
        return `Loading safetensors checkpoint shards: ${percent(done, shards)} Completed | ${done}/${shards} [${pace(done, shards, elapsed)}]`
      },
    })
    if (this.#faults.has('never-ready')) await new Promise(() => {})
    if (this.#faults.has('segfault')) die('SIGSEGV')
    if (this.#faults.has('killed')) die('SIGKILL')
    if (this.#faults.has('exit-0')) process.exit(0)
    const used = weights / GIB
    this.#log(
      `Load weight end. type=${architecture}, dtype=torch.bfloat16, avail mem=${(free - used).toFixed(2)} GB, mem usage=${used.toFixed(2)} GB.`,
      0,
    )
    return free
  }

  async #allocate(freeBefore: number): Promise<Load> {
    const weights = this.#shape.weightBytes / this.#tp
    const after = freeBefore - weights / GIB
    const kvBytes = this.#values.get('--kv-cache-dtype')?.startsWith('fp8') ? 1 : 2
    const perToken = kvBytesPerToken(this.#shape, this.#tp, kvBytes)
    const tokens = Math.floor(((after - freeBefore * (1 - this.#fraction())) * GIB) / perToken)
    if (tokens <= 0)
      this.#raise(
        traceback('sglang/srt/model_executor/model_runner.py', 'init_memory_pool', 'raise RuntimeError('),
        'RuntimeError: Not enough memory. Please try to increase --mem-fraction-static.',
      )
    const half = ((tokens * perToken) / 2 / GIB).toFixed(2)
    const left = (after - (tokens * perToken) / GIB).toFixed(2)
    this.#log(`KV Cache is allocated. #tokens: ${tokens}, K size: ${half} GB, V size: ${half} GB`, 0)
    this.#hold(RUNTIME + weights + tokens * perToken)
    this.#log(`Memory pool end. avail mem=${left} GB`, 0)
    if (!this.#values.has('--disable-cuda-graph')) await this.#captureGraphs(left)
    this.#log(
      `max_total_num_tokens=${tokens}, chunked_prefill_size=8192, max_prefill_tokens=16384, max_running_requests=2048, context_len=${this.#context}, available_gpu_mem=${left} GB`,
      0,
    )
    return new Load(tokens, 64)
  }

  async #captureGraphs(left: string): Promise<void> {
    this.#log(`Capture cuda graph begin. This can take up to several minutes. avail mem=${left} GB`, 0)
    await progress(this.#out, {
      steps: 12,
      seconds: 2,
      render: (done, elapsed) =>
        `Capturing batches (bs=${2 ** (12 - done)} avail_mem=${left} GB): ${percent(done, 12)}|${bar(done, 12)}| ${done}/12 [${pace(done, 12, elapsed)}]`,
    })
    this.#log('Capture cuda graph end. Time elapsed: 2.10 s. mem usage=0.60 GB.', 0)
  }

  #route(load: Load): Route {
    return (_request, response, path) => {
      if (path === '/health' || path === '/health_generate')
        response.writeHead(this.#healthy ? 200 : 503).end()
      else if (path === '/get_model_info')
        json(response, 200, { model_path: this.#model, is_generation: true })
      else if (path === '/get_server_info' || path === '/server_info')
        json(response, 200, {
          model_path: this.#model,
          tp_size: this.#tp,
          context_length: this.#context,
          max_total_num_tokens: load.kvTokens,
        })
      else if (path === '/get_load')
        json(response, 200, [
          { dp_rank: 0, num_reqs: load.running, num_waiting_reqs: load.waiting, num_tokens: load.kvInUse },
        ])
      else if (path === '/metrics' && this.#values.has('--enable-metrics'))
        text(response, 200, sglangMetrics(load, this.#model))
      else return false
      return true
    }
  }

  async #serve(load: Load): Promise<void> {
    if (await bindError(this.#host, this.#port)) {
      this.#out.error(
        `ERROR:    [Errno 98] error while attempting to bind on address ('${this.#host}', ${this.#port}): address already in use\n`,
      )
      process.exit(1)
    }
    const crash = () =>
      this.#raise(
        traceback('sglang/srt/managers/scheduler.py', 'event_loop_overlap', 'self.process_batch_result('),
        'RuntimeError: CUDA error: an illegal memory access was encountered',
      )
    const server = httpServer(
      this.#route(load),
      {
        names: [this.#values.get('--served-model-name') ?? this.#model],
        ownedBy: 'sglang',
        maxLength: this.#context,
        load,
        tokensPerSecond: 80,
        apiKey: this.#values.get('--api-key'),
        onRequest: () => {
          if (this.#faults.has('crash-under-load') && load.running >= 1) crash()
        },
      },
      line =>
        this.#out.line(
          `INFO:     ${line.peer} - "${line.method} ${line.path} HTTP/1.1" ${line.status} ${line.phrase}`,
        ),
    )
    this.#out.error(
      `INFO:     Started server process [${process.pid}]\nINFO:     Waiting for application startup.\n`,
    )
    await listen(server, this.#host, this.#port)
    this.#out.error(
      `INFO:     Application startup complete.\nINFO:     Uvicorn running on http://${this.#host}:${this.#port} (Press CTRL+C to quit)\n`,
    )
    await pause(1.5)
    this.#healthy = true
    this.#log('The server is fired up and ready to roll!')
    if (this.#faults.has('unhealthy') || this.#faults.has('crash-after-ready')) await pause(20)
    if (this.#faults.has('unhealthy')) this.#healthy = false
    if (this.#faults.has('crash-after-ready')) crash()
  }
}
