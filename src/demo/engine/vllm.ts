import { shapeOf } from './catalogue.ts'
import { faultsOf } from './faults.ts'
import { type Parsed, parseFlags, vllmSwitches, vllmValued } from './flags.ts'
import { bindError } from './openai.ts'
import { isRedirected, Output, pause } from './output.ts'
import { exitAtOnce, StopSignals } from './signals.ts'
import { VllmLoading } from './vllm-load.ts'
import { VllmServer } from './vllm-serve.ts'
import { Death, Speaker, traceback, VLLM_VERSION, type VllmRun } from './vllm-words.ts'
import { startWorker, type Worker } from './worker.ts'

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
  const api = new Speaker(out, 'APIServer', process.pid)
  const signals = new StopSignals(run.faults, exitAtOnce)
  try {
    await openPort(run, flags, api)
    await readConfig(run, api)
  } catch (error) {
    if (!(error instanceof Death)) throw error
    for (const line of error.lines) api.raw(line)
    process.exit(1)
  }
  const workers = startWorkers(run)
  const engine = new Speaker(out, run.tp === 1 ? 'EngineCore_DP0' : 'Worker_TP0', workers[0]?.pid ?? 0)
  let serving = false
  void Promise.race(workers.map(one => one.ended)).then(how => {
    if (!serving) giveUp(api, `{'EngineCore_DP0': '${how}'}`)
  })
  try {
    const load = await new VllmLoading(run, out, engine, workers).finish()
    serving = true
    await new VllmServer(run, load, out, api, workers).open(signals)
  } catch (error) {
    if (!(error instanceof Death)) throw error
    for (const line of error.lines) engine.log('ERROR', 'core.py:708', line)
    engine.raw('Process EngineCore_DP0:')
    for (const line of traceback('multiprocessing/process.py', '_bootstrap', 'self.run()')) engine.raw(line)
    engine.raw(error.message)
    giveUp(api, '{}')
  }
}

/** The wrapper that reports a death of the engine without knowing its cause. */
function giveUp(api: Speaker, failed: string): never {
  for (const line of traceback('vllm/v1/engine/utils.py', 'wait_for_engine_startup', 'raise RuntimeError('))
    api.raw(line)
  api.raw(
    `RuntimeError: Engine core initialization failed. See root cause above. Failed core proc(s): ${failed}`,
  )
  process.exit(1)
}

async function openPort(run: VllmRun, flags: Parsed, api: Speaker): Promise<void> {
  if (run.faults.has('missing-module'))
    throw new Death(
      traceback('vllm/entrypoints/cli/main.py', '<module>', 'import vllm.entrypoints.cli.serve'),
      "ModuleNotFoundError: No module named 'xgrammar'",
    )
  await pause(1)
  api.log('INFO', 'api_server.py:1977', `vLLM API server version ${VLLM_VERSION}`)
  const set = [...flags.values].filter(([name]) => !/key|token/.test(name))
  const shown = set.map(([name, value]) => `'${name.replace(/^-+/, '').replace(/-/g, '_')}': '${value}'`)
  api.log(
    'INFO',
    'utils.py:233',
    `non-default args: {${[`'model_tag': '${run.model}'`, ...shown].join(', ')}}`,
  )
  const taken = await bindError(run.host, run.port)
  if (taken)
    throw new Death(
      traceback('vllm/entrypoints/openai/api_server.py', 'create_server_socket', 'sock.bind(addr)'),
      taken.code === 'EADDRINUSE'
        ? 'OSError: [Errno 98] Address already in use'
        : taken.code === 'EADDRNOTAVAIL'
          ? 'OSError: [Errno 99] Cannot assign requested address'
          : `OSError: ${taken.message}`,
    )
}

async function readConfig(run: VllmRun, api: Speaker): Promise<void> {
  const { model, shape, faults, maxLength, tp } = run
  if (faults.has('gated') || (shape.gated && !process.env.HF_TOKEN))
    throw new Death(
      traceback(
        'huggingface_hub/utils/_http.py',
        'hf_raise_for_status',
        'raise _format(GatedRepoError, message, response) from e',
      ),
      `huggingface_hub.errors.GatedRepoError: 401 Client Error. (Request ID: Root=1-${process.pid})

Cannot access gated repo for url https://huggingface.co/${model}/resolve/main/config.json.
Access to model ${model} is restricted. You must have access to it and be authenticated to access it. Please log in.`,
    )
  if (faults.has('not-found'))
    throw new Death(
      traceback('transformers/utils/hub.py', 'cached_files', 'raise OSError('),
      `OSError: ${model} is not a local folder and is not a valid model identifier listed on 'https://huggingface.co/models'`,
    )
  await pause(1)
  api.log('INFO', 'model.py:547', `Resolved architecture: ${shape.architecture}`)
  if (maxLength > shape.maxLength && !process.env.VLLM_ALLOW_LONG_MAX_MODEL_LEN)
    throw new Death(
      traceback('vllm/engine/arg_utils.py', 'create_model_config', 'return ModelConfig('),
      `pydantic_core._pydantic_core.ValidationError: 1 validation error for ModelConfig
  Value error, User-specified max_model_len (${maxLength}) is greater than the derived max_model_len (max_position_embeddings=${shape.maxLength} or model_max_length=None in model's config.json). To allow overriding this maximum, set the env var VLLM_ALLOW_LONG_MAX_MODEL_LEN=1`,
    )
  api.log('INFO', 'model.py:1510', `Using max model len ${maxLength}`)
  if (shape.heads % tp !== 0)
    throw new Death(
      traceback('vllm/config/model.py', 'verify_with_parallel_config', 'raise ValueError('),
      `ValueError: Total number of attention heads (${shape.heads}) must be divisible by tensor parallel size (${tp}).`,
    )
  await pause(0.5)
}

function startWorkers(run: VllmRun): Worker[] {
  const orphan = run.faults.has('orphan')
  if (run.tp === 1) return [startWorker('VLLM::EngineCore', orphan)]
  return Array.from({ length: run.tp }, (_, rank) => startWorker(`VLLM::Worker_TP${rank}`, orphan))
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
