import { kvBytesPerToken } from './catalogue.ts'
import { type FakeGpu, type GpuState, gpuState, visibleGpus } from './gpus.ts'
import { Load } from './load.ts'
import { bar, type Output, pace, pause, percent, progress } from './output.ts'
import { Death, die, type Speaker, traceback, VLLM_VERSION, type VllmRun } from './vllm-words.ts'
import type { Worker } from './worker.ts'

const GIB = 1024 ** 3
const CONTEXT = 0.6 * GIB
const ACTIVATIONS = 1.4 * GIB
const GRAPHS = 0.5 * GIB
const BLOCK = 16

/** The life of the engine until it can serve. */
export class VllmLoading {
  readonly #run: VllmRun
  readonly #out: Output
  readonly #say: Speaker
  readonly #workers: Worker[]
  readonly #state: GpuState = gpuState()
  readonly #gpus: FakeGpu[]
  readonly #weights: number
  readonly #slow: number

  constructor(run: VllmRun, out: Output, say: Speaker, workers: Worker[]) {
    this.#run = run
    this.#out = out
    this.#say = say
    this.#workers = workers
    this.#gpus = visibleGpus(this.#state).slice(0, run.tp)
    this.#weights = run.shape.weightBytes / run.tp
    this.#slow = run.faults.has('slow-load') ? 10 : 1
  }

  /** Answers with the load it can take, or throws what it died of. */
  async finish(): Promise<Load> {
    const { model, maxLength, tp, eager } = this.#run
    this.#info(
      'core.py:93',
      `Initializing a V1 LLM engine (v${VLLM_VERSION}) with config: model='${model}', dtype=torch.bfloat16, max_seq_len=${maxLength}, tensor_parallel_size=${tp}, enforce_eager=${eager ? 'True' : 'False'}`,
    )
    await pause(1)
    this.#checkGpus()
    await this.#loadWeights()
    if (!eager) await this.#compile()
    const tokens = this.#cacheTokens()
    if (!eager) await this.#captureGraphs()
    this.#info('core.py:210', 'init engine (profile, create kv cache, warmup model) took 25.99 seconds')
    return new Load(tokens, 256)
  }

  #info(where: string, message: string): void {
    this.#say.log('INFO', where, message)
  }

  #hold(bytes: number): void {
    for (const [i, one] of this.#workers.entries()) one.hold(this.#gpus[i]?.index ?? 0, bytes / 2 ** 20)
  }

  #checkGpus(): void {
    const { tp, utilisation } = this.#run
    if (this.#gpus.length === 0)
      throw new Death(
        traceback('torch/cuda/__init__.py', '_lazy_init', 'torch._C._cuda_init()'),
        'RuntimeError: No CUDA GPUs are available',
      )
    if (this.#gpus.length < tp)
      throw new Death(
        traceback('torch/cuda/__init__.py', 'set_device', 'torch._C._cuda_setDevice(device)'),
        'torch.AcceleratorError: CUDA error: invalid device ordinal',
      )
    for (const [device, gpu] of this.#gpus.entries()) {
      const free = this.#state.freeMiB(gpu.index) / 1024
      const total = gpu.totalMiB / 1024
      if (free < total * utilisation)
        throw new Death(
          traceback('vllm/v1/worker/gpu_worker.py', 'init_device', 'raise ValueError('),
          `ValueError: Free memory on device cuda:${device} (${free.toFixed(2)}/${total.toFixed(2)} GiB) on startup is less than desired GPU memory utilization (${utilisation}, ${(total * utilisation).toFixed(2)} GiB). Decrease GPU memory utilization or reduce GPU memory used by other processes.`,
        )
    }
  }

  async #loadWeights(): Promise<void> {
    const { shape, faults, model } = this.#run
    const { shards } = shape
    this.#info('gpu_model_runner.py:2602', `Starting to load model ${model}...`)
    await this.#checkRoom()
    this.#hold(CONTEXT)
    this.#info('weight_utils.py:392', "Using model weights format ['*.safetensors']")
    const seconds = Math.min(30, 3 + shape.weightBytes / (3 * GIB)) * this.#slow
    await progress(this.#out, {
      steps: faults.has('never-ready') ? Math.ceil(shards / 2) : shards,
      seconds,
      render: (done, elapsed) => {
        this.#hold(CONTEXT + (this.#weights * done) / shards)
        return `${this.#say.prefix} Loading safetensors checkpoint shards: ${percent(done, shards)} Completed | ${done}/${shards} [${pace(done, shards, elapsed)}]`
      },
    })
    await this.#suffer()
    this.#info('default_loader.py:267', `Loading weights took ${seconds.toFixed(2)} seconds`)
    this.#info(
      'gpu_model_runner.py:2653',
      `Model loading took ${(this.#weights / GIB).toFixed(4)} GiB memory and ${(seconds + 0.8).toFixed(6)} seconds`,
    )
  }

  async #checkRoom(): Promise<void> {
    const [gpu] = this.#gpus
    if (!gpu) return
    const free = this.#state.freeMiB(gpu.index) * 2 ** 20
    if (this.#weights <= free && !this.#run.faults.has('oom-at-start')) return
    await pause(2)
    const total = gpu.totalMiB / 1024
    this.#say.log('ERROR', 'gpu_model_runner.py:2708', 'Failed to load model - not enough GPU memory.')
    throw new Death(
      traceback(
        'vllm/model_executor/layers/linear.py',
        'create_weights',
        'weight = Parameter(torch.empty(sum(output_partition_sizes),',
      ),
      `torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 462.00 MiB. GPU 0 has a total capacity of ${total.toFixed(2)} GiB of which 278.75 MiB is free. Including non-PyTorch memory, this process has ${(total - 0.28).toFixed(2)} GiB memory in use. Of the allocated memory ${(total - 0.9).toFixed(2)} GiB is allocated by PyTorch, and 71.63 MiB is reserved by PyTorch but unallocated. If reserved but unallocated memory is large try setting PYTORCH_CUDA_ALLOC_CONF=expandable_segments:True to avoid fragmentation.  See documentation for Memory Management  (https://pytorch.org/docs/stable/notes/cuda.html#environment-variables)`,
    )
  }

  /** What may befall a process half-way through its weights. */
  async #suffer(): Promise<void> {
    const { faults } = this.#run
    if (faults.has('never-ready')) await new Promise(() => {})
    if (faults.has('segfault')) {
      this.#out.error('!!!!!!! Segfault encountered !!!!!!!\n')
      this.#out.error('  File "<unknown>", line 0, in cuMemcpyHtoDAsync_v2\n')
      die('SIGSEGV')
    }
    if (faults.has('killed')) die('SIGKILL')
    if (faults.has('exit-0')) process.exit(0)
  }

  async #compile(): Promise<void> {
    this.#info(
      'backends.py:548',
      "Using cache directory: /tmp/torch_compile_cache/0a1b2c3d4e/rank_0_0/backbone for vLLM's torch.compile",
    )
    await pause(1.5 * this.#slow)
    this.#info('backends.py:559', 'Dynamo bytecode transform time: 6.54 s')
    await pause(2 * this.#slow)
    this.#info('monitor.py:34', 'torch.compile takes 21.18 s in total')
  }

  /** The cache is what is left of the share; one request of full length has to fit in it. */
  #cacheTokens(): number {
    const { shape, tp, kvBytes, utilisation, maxLength, faults } = this.#run
    const total = Math.min(...this.#gpus.map(gpu => gpu.totalMiB)) * 2 ** 20
    const perToken = kvBytesPerToken(shape, tp, kvBytes)
    const limit = faults.has('kv-too-small') ? 6000 * perToken : Number.POSITIVE_INFINITY
    const available = Math.min(limit, total * utilisation - this.#weights - CONTEXT - ACTIVATIONS)
    this.#info('gpu_worker.py:298', `Available KV cache memory: ${gib(available)} GiB`)
    const trace = traceback(
      'vllm/v1/core/kv_cache_utils.py',
      'check_enough_kv_cache_memory',
      'raise ValueError(',
    )
    if (available <= 0)
      throw new Death(
        trace,
        'ValueError: No available memory for the cache blocks. Try increasing `gpu_memory_utilization` when initializing the engine.',
      )
    const tokens = Math.floor(available / perToken / BLOCK) * BLOCK
    if (tokens < maxLength)
      throw new Death(
        trace,
        `ValueError: To serve at least one request with the models's max seq len (${maxLength}), (${gib(maxLength * perToken)} GiB KV cache is needed, which is larger than the available KV cache memory (${gib(available)} GiB). Based on the available memory, the estimated maximum model length is ${tokens}. Try increasing \`gpu_memory_utilization\` or decreasing \`max_model_len\` when initializing the engine.`,
      )
    const grouped = (value: number) => value.toLocaleString('en-US')
    this.#info('kv_cache_utils.py:1087', `GPU KV cache size: ${grouped(tokens)} tokens`)
    this.#info(
      'kv_cache_utils.py:1091',
      `Maximum concurrency for ${grouped(maxLength)} tokens per request: ${(tokens / maxLength).toFixed(2)}x`,
    )
    const graphs = this.#run.eager ? 0 : GRAPHS
    this.#hold(this.#weights + CONTEXT + ACTIVATIONS + tokens * perToken + graphs)
    return tokens
  }

  async #captureGraphs(): Promise<void> {
    for (const [kind, steps] of [
      ['mixed prefill-decode, PIECEWISE', 67],
      ['decode, FULL', 35],
    ] as const)
      await progress(this.#out, {
        steps,
        seconds: 2,
        render: (done, elapsed) =>
          `Capturing CUDA graphs (${kind}): ${percent(done, steps)}|${bar(done, steps)}| ${done}/${steps} [${pace(done, steps, elapsed)}]`,
      })
    this.#info('gpu_model_runner.py:3480', `Graph capturing finished in 4 secs, took ${gib(GRAPHS)} GiB`)
  }
}

const gib = (bytes: number) => (bytes / GIB).toFixed(2)
