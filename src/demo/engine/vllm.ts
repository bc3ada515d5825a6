import { kvBytesPerToken, type Shape, shapeOf } from './catalogue.ts'
import { type Fault, faultsOf } from './faults.ts'
import { type Parsed, parseFlags, vllmSwitches, vllmValued } from './flags.ts'
import { type FakeGpu, type GpuState, gpuState, visibleGpus } from './gpus.ts'
import { Load } from './load.ts'
import { bindError } from './openai.ts'
import { bar, isRedirected, Output, pace, pause, percent, progress, stamp } from './output.ts'
import { exitAtOnce, StopSignals } from './signals.ts'
import { VllmServer } from './vllm-serve.ts'
import { startWorker, type Worker } from './worker.ts'

export const VLLM_VERSION = '0.11.2'
const GIB = 1024 ** 3
const PACKAGES = '/opt/venv/lib/python3.12/site-packages'

/** What one start of the server was asked for. */
export interface VllmRun {
  model: string
  shape: Shape
  names: string[]
  host: string
  port: number
  tp: number
  maxLength: number
  utilisation: number
  kvBytes: number
  eager: boolean
  apiKey: string | undefined
  faults: Set<Fault>
}

class Death extends Error {
  readonly lines: string[]
  constructor(lines: string[]) {
    super(lines.at(-1))
    this.lines = lines
  }
}

export async function vllm(argv: string[]): Promise<void> {
  const words = [...argv]
  const command = words[0] === 'serve' ? words.shift() : undefined
  if (words.includes('--version') || words.includes('-v'))
    return void process.stdout.write(`${VLLM_VERSION}\n`)
  const flags = parseFlags(words, vllmValued, vllmSwitches)
  if (flags.values.has('--help') || flags.values.has('-h')) return help()
  if (flags.bare !== null) return usage(`argument ${flags.bare}: expected one argument`)
  if (flags.unknown.length > 0) return usage(`unrecognized arguments: ${flags.unknown.join(' ')}`)
  const model = flags.values.get('--model') ?? flags.positional[0] ?? (command ? 'Qwen/Qwen3-0.6B' : '')
  if (model === '') return usage('the following arguments are required: model_tag')
  await start(describe(model, flags), flags)
}

function describe(model: string, flags: Parsed): VllmRun {
  const shape = shapeOf(model)
  const number = (names: string[], otherwise: number) => {
    const found = names.map(name => flags.values.get(name)).find(value => value !== undefined)
    return found === undefined ? otherwise : Number(found)
  }
  return {
    model,
    shape,
    names: (flags.values.get('--served-model-name') ?? model).split(' '),
    host: flags.values.get('--host') ?? '0.0.0.0',
    port: number(['--port'], 8000),
    tp: number(['--tensor-parallel-size', '-tp'], 1),
    maxLength: number(['--max-model-len'], shape.maxLength),
    utilisation: number(['--gpu-memory-utilization'], 0.9),
    kvBytes: flags.values.get('--kv-cache-dtype')?.startsWith('fp8') ? 1 : 2,
    eager: flags.values.has('--enforce-eager'),
    apiKey: flags.values.get('--api-key'),
    faults: faultsOf(model),
  }
}

async function start(run: VllmRun, flags: Parsed): Promise<void> {
  const held = run.faults.has('buffered') && !process.env.PYTHONUNBUFFERED
  const out = new Output(held && isRedirected())
  const api = speaker(out, `(APIServer pid=${process.pid})`)
  const signals = new StopSignals(run.faults, exitAtOnce)
  try {
    await prepare(run, flags, api)
    const workers = startWorkers(run)
    const engine = speaker(out, `(EngineCore_DP0 pid=${workers[0]?.pid})`)
    try {
      const load = await loadEngine(run, out, engine, workers)
      await new VllmServer(run, load, out, api, workers).open(signals)
    } catch (error) {
      if (!(error instanceof Death)) throw error
      for (const line of error.lines) engine.log('ERROR', 'core.py:708', line)
      engine.raw('Process EngineCore_DP0:')
      traceback('multiprocessing/process.py', '_bootstrap', 'self.run()').forEach(engine.raw)
      engine.raw(error.message)
      traceback('vllm/v1/engine/utils.py', 'wait_for_engine_startup', 'raise RuntimeError(').forEach(api.raw)
      api.raw(
        'RuntimeError: Engine core initialization failed. See root cause above. Failed core proc(s): {}',
      )
      process.exit(1)
    }
  } catch (error) {
    if (!(error instanceof Death)) throw error
    error.lines.forEach(api.raw)
    process.exit(1)
  }
}

/** What the API server does before there is an engine: arguments, the port, the model's configuration. */
async function prepare(run: VllmRun, flags: Parsed, api: Speaker): Promise<void> {
  const { model, shape, faults } = run
  if (faults.has('missing-module'))
    throw new Death([
      ...traceback('vllm/entrypoints/cli/main.py', '<module>', 'import vllm.entrypoints.cli.serve'),
      "ModuleNotFoundError: No module named 'xgrammar'",
    ])
  await pause(1)
  api.log('INFO', 'api_server.py:1977', `vLLM API server version ${VLLM_VERSION}`)
  const set = [...flags.values].filter(([name]) => !/key|token/.test(name))
  const shown = set.map(([name, value]) => `'${name.replace(/^-+/, '').replace(/-/g, '_')}': '${value}'`)
  api.log('INFO', 'utils.py:233', `non-default args: {${[`'model_tag': '${model}'`, ...shown].join(', ')}}`)
  const taken = await bindError(run.host, run.port)
  if (taken)
    throw new Death([
      ...traceback('vllm/entrypoints/openai/api_server.py', 'create_server_socket', 'sock.bind(addr)'),
      taken.code === 'EADDRINUSE'
        ? 'OSError: [Errno 98] Address already in use'
        : `OSError: ${taken.message}`,
    ])
  if (faults.has('gated') || (shape.gated && !process.env.HF_TOKEN))
    throw new Death([
      ...traceback(
        'huggingface_hub/utils/_http.py',
        'hf_raise_for_status',
        'raise _format(GatedRepoError, message, response) from e',
      ),
      `huggingface_hub.errors.GatedRepoError: 401 Client Error. (Request ID: Root=1-${process.pid})`,
      '',
      `Cannot access gated repo for url https://huggingface.co/${model}/resolve/main/config.json.`,
      `Access to model ${model} is restricted. You must have access to it and be authenticated to access it. Please log in.`,
    ])
  if (faults.has('not-found'))
    throw new Death([
      ...traceback('transformers/utils/hub.py', 'cached_files', 'raise OSError('),
      `OSError: ${model} is not a local folder and is not a valid model identifier listed on 'https://huggingface.co/models'`,
    ])
  await pause(1)
  api.log('INFO', 'model.py:547', `Resolved architecture: ${shape.architecture}`)
  if (run.maxLength > shape.maxLength && !process.env.VLLM_ALLOW_LONG_MAX_MODEL_LEN)
    throw new Death([
      ...traceback('vllm/engine/arg_utils.py', 'create_model_config', 'return ModelConfig('),
      'pydantic_core._pydantic_core.ValidationError: 1 validation error for ModelConfig',
      `  Value error, User-specified max_model_len (${run.maxLength}) is greater than the derived max_model_len (max_position_embeddings=${shape.maxLength} or model_max_length=None in model's config.json). To allow overriding this maximum, set the env var VLLM_ALLOW_LONG_MAX_MODEL_LEN=1`,
    ])
  api.log('INFO', 'model.py:1510', `Using max model len ${run.maxLength}`)
  if (shape.heads % run.tp !== 0)
    throw new Death([
      ...traceback('vllm/config/model.py', 'verify_with_parallel_config', 'raise ValueError('),
      `ValueError: Total number of attention heads (${shape.heads}) must be divisible by tensor parallel size (${run.tp}).`,
    ])
  await pause(0.5)
}

function startWorkers(run: VllmRun): Worker[] {
  const orphan = run.faults.has('orphan')
  if (run.tp === 1) return [startWorker('VLLM::EngineCore', orphan)]
  const ranks = Array.from({ length: run.tp }, (_, rank) => startWorker(`VLLM::Worker_TP${rank}`, orphan))
  return ranks
}

/** The life of the engine until it can serve; answers with its load, or throws what it died of. */
async function loadEngine(run: VllmRun, out: Output, say: Speaker, workers: Worker[]): Promise<Load> {
  const { shape, faults } = run
  const state = gpuState()
  const gpus = visibleGpus(state).slice(0, run.tp)
  const info = (where: string, message: string) => say.log('INFO', where, message)
  info(
    'core.py:93',
    `Initializing a V1 LLM engine (v${VLLM_VERSION}) with config: model='${run.model}', dtype=torch.bfloat16, max_seq_len=${run.maxLength}, tensor_parallel_size=${run.tp}, enforce_eager=${run.eager ? 'True' : 'False'}`,
  )
  await pause(1)
  if (gpus.length === 0)
    throw new Death([
      ...traceback('torch/cuda/__init__.py', '_lazy_init', 'torch._C._cuda_init()'),
      'RuntimeError: No CUDA GPUs are available',
    ])
  if (gpus.length < run.tp)
    throw new Death([
      ...traceback('torch/cuda/__init__.py', 'set_device', 'torch._C._cuda_setDevice(device)'),
      'torch.AcceleratorError: CUDA error: invalid device ordinal',
    ])
  checkFree(run, state, gpus)
  const hold = (mib: number) => {
    for (const [i, one] of workers.entries()) one.hold(gpus[i]?.index ?? 0, mib)
  }
  const weights = shape.weightBytes / run.tp
  const context = 0.6 * GIB
  const slow = faults.has('slow-load') ? 10 : 1
  info('gpu_model_runner.py:2602', `Starting to load model ${run.model}...`)
  hold(context / 2 ** 20)
  await outOfMemory(run, state, gpus, weights, say)
  info('weight_utils.py:392', "Using model weights format ['*.safetensors']")
  const seconds = Math.min(30, 3 + shape.weightBytes / (3 * GIB)) * slow
  const stopAt = faults.has('never-ready') ? Math.ceil(shape.shards / 2) : shape.shards
  let finished = 0
  await progress(out, {
    steps: stopAt,
    seconds,
    render: (done, elapsed) => {
      finished = done
      hold((context + (weights * done) / shape.shards) / 2 ** 20)
      return `${say.prefix} Loading safetensors checkpoint shards: ${percent(done, shape.shards)} Completed | ${done}/${shape.shards} [${pace(done, shape.shards, elapsed)}]`
    },
  })
  if (faults.has('never-ready')) await new Promise(() => {})
  if (faults.has('segfault')) {
    out.error('!!!!!!! Segfault encountered !!!!!!!\n')
    out.error('  File "<unknown>", line 0, in cuMemcpyHtoDAsync_v2\n')
    die('SIGSEGV')
  }
  if (faults.has('killed')) die('SIGKILL')
  if (faults.has('exit-0')) process.exit(0)
  info(
    'default_loader.py:267',
    `Loading weights took ${(seconds * (finished / shape.shards)).toFixed(2)} seconds`,
  )
  info(
    'gpu_model_runner.py:2653',
    `Model loading took ${(weights / GIB).toFixed(4)} GiB memory and ${(seconds + 0.8).toFixed(6)} seconds`,
  )
  if (!run.eager) {
    info(
      'backends.py:548',
      "Using cache directory: /tmp/torch_compile_cache/0a1b2c3d4e/rank_0_0/backbone for vLLM's torch.compile",
    )
    await pause(1.5 * slow)
    info('backends.py:559', 'Dynamo bytecode transform time: 6.54 s')
    await pause(2 * slow)
    info('monitor.py:34', 'torch.compile takes 21.18 s in total')
  }
  return cache(run, out, say, gpus, hold, weights, context)
}

/** The KV cache: what is left of the share, and whether one request of full length fits in it. */
async function cache(
  run: VllmRun,
  out: Output,
  say: Speaker,
  gpus: FakeGpu[],
  hold: (mib: number) => void,
  weights: number,
  context: number,
): Promise<Load> {
  const total = Math.min(...gpus.map(gpu => gpu.totalMiB)) * 2 ** 20
  const perToken = kvBytesPerToken(run.shape, run.tp, run.kvBytes)
  const activations = 1.4 * GIB
  const small = run.faults.has('kv-too-small') ? 6000 * perToken : Number.POSITIVE_INFINITY
  const available = Math.min(small, total * run.utilisation - weights - context - activations)
  const gib = (bytes: number) => (bytes / GIB).toFixed(2)
  say.log('INFO', 'gpu_worker.py:298', `Available KV cache memory: ${gib(available)} GiB`)
  if (available <= 0)
    throw new Death([
      ...traceback('vllm/v1/core/kv_cache_utils.py', 'check_enough_kv_cache_memory', 'raise ValueError('),
      'ValueError: No available memory for the cache blocks. Try increasing `gpu_memory_utilization` when initializing the engine.',
    ])
  const tokens = Math.floor(available / perToken / 16) * 16
  if (tokens < run.maxLength)
    throw new Death([
      ...traceback('vllm/v1/core/kv_cache_utils.py', 'check_enough_kv_cache_memory', 'raise ValueError('),
      `ValueError: To serve at least one request with the models's max seq len (${run.maxLength}), (${gib(run.maxLength * perToken)} GiB KV cache is needed, which is larger than the available KV cache memory (${gib(available)} GiB). Based on the available memory, the estimated maximum model length is ${tokens}. Try increasing \`gpu_memory_utilization\` or decreasing \`max_model_len\` when initializing the engine.`,
    ])
  const grouped = (value: number) => value.toLocaleString('en-US')
  say.log('INFO', 'kv_cache_utils.py:1087', `GPU KV cache size: ${grouped(tokens)} tokens`)
  say.log(
    'INFO',
    'kv_cache_utils.py:1091',
    `Maximum concurrency for ${grouped(run.maxLength)} tokens per request: ${(tokens / run.maxLength).toFixed(2)}x`,
  )
  const graphs = run.eager ? 0 : 0.5 * GIB
  hold((weights + context + activations + tokens * perToken) / 2 ** 20)
  if (!run.eager) {
    for (const [kind, steps] of [
      ['mixed prefill-decode, PIECEWISE', 67],
      ['decode, FULL', 35],
    ] as const)
      await progress(out, {
        steps,
        seconds: 2,
        render: (done, elapsed) =>
          `Capturing CUDA graphs (${kind}): ${percent(done, steps)}|${bar(done, steps)}| ${done}/${steps} [${pace(done, steps, elapsed)}]`,
      })
    say.log('INFO', 'gpu_model_runner.py:3480', `Graph capturing finished in 4 secs, took ${gib(graphs)} GiB`)
    hold((weights + context + activations + tokens * perToken + graphs) / 2 ** 20)
  }
  say.log('INFO', 'core.py:210', 'init engine (profile, create kv cache, warmup model) took 25.99 seconds')
  return new Load(tokens, 256)
}

function checkFree(run: VllmRun, state: GpuState, gpus: FakeGpu[]): void {
  gpus.forEach((gpu, device) => {
    const free = state.freeMiB(gpu.index) / 1024
    const total = gpu.totalMiB / 1024
    if (free < total * run.utilisation)
      throw new Death([
        ...traceback('vllm/v1/worker/gpu_worker.py', 'init_device', 'raise ValueError('),
        `ValueError: Free memory on device cuda:${device} (${free.toFixed(2)}/${total.toFixed(2)} GiB) on startup is less than desired GPU memory utilization (${run.utilisation}, ${(total * run.utilisation).toFixed(2)} GiB). Decrease GPU memory utilization or reduce GPU memory used by other processes.`,
      ])
  })
}

async function outOfMemory(
  run: VllmRun,
  state: GpuState,
  gpus: FakeGpu[],
  weights: number,
  say: Speaker,
): Promise<void> {
  const gpu = gpus[0]
  if (!gpu) return
  const free = state.freeMiB(gpu.index) * 2 ** 20
  if (weights <= free && !run.faults.has('oom-at-start')) return
  await pause(2)
  const total = gpu.totalMiB / 1024
  say.log('ERROR', 'gpu_model_runner.py:2708', 'Failed to load model - not enough GPU memory.')
  throw new Death([
    ...traceback(
      'vllm/model_executor/layers/linear.py',
      'create_weights',
      'weight = Parameter(torch.empty(sum(output_partition_sizes),',
    ),
    `torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 462.00 MiB. GPU 0 has a total capacity of ${total.toFixed(2)} GiB of which 278.75 MiB is free. Including non-PyTorch memory, this process has ${(total - 0.28).toFixed(2)} GiB memory in use. Of the allocated memory ${(total - 0.9).toFixed(2)} GiB is allocated by PyTorch, and 71.63 MiB is reserved by PyTorch but unallocated. If reserved but unallocated memory is large try setting PYTORCH_CUDA_ALLOC_CONF=expandable_segments:True to avoid fragmentation.  See documentation for Memory Management  (https://pytorch.org/docs/stable/notes/cuda.html#environment-variables)`,
  ])
}

export interface Speaker {
  prefix: string
  log(level: string, where: string, message: string): void
  raw(line: string): void
}

function speaker(out: Output, prefix: string): Speaker {
  return {
    prefix,
    log: (level, where, message) => {
      const now = stamp()
      out.line(`${prefix} ${level} ${now.monthDay} ${now.time} [${where}] ${message}`)
    },
    raw: line => out.error(`${prefix} ${line}\n`),
  }
}

export function traceback(file: string, name: string, source: string): string[] {
  return [
    'Traceback (most recent call last):',
    `  File "${PACKAGES}/${file}", line 512, in ${name}`,
    `    ${source}`,
  ]
}

/** Ends this process the way a kernel or a fault would, without a chance to say more. */
export function die(signal: 'SIGSEGV' | 'SIGKILL'): void {
  process.removeAllListeners(signal)
  process.kill(process.pid, signal)
  for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000)
}

function help(): void {
  const line = (flag: string, value: string) => `  ${flag}${value}\n`
  process.stdout.write(`usage: vllm serve [model_tag] [options]\n\noptions:\n`)
  for (const flag of vllmSwitches) process.stdout.write(line(flag, ''))
  for (const flag of vllmValued)
    process.stdout.write(line(flag, ` ${flag.replace(/^-+/, '').replace(/-/g, '_').toUpperCase()}`))
}

function usage(message: string): void {
  process.stderr.write(`usage: vllm serve [model_tag] [options]\nvllm serve: error: ${message}\n`)
  process.exit(2)
}
