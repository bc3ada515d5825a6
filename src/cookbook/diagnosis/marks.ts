import type { Engine, Phase } from './types.ts'

/**
 * Lines that say where a run is, without being the cause of anything.
 * - `start`: a new process begins; what an ended run before it said no longer counts
 * - `phase`: weights, buffers or ready
 * - `stop`: somebody asked for the end
 * - `death`: reports a death that something else caused; never a root line
 * - `handled`: the exception just before was caught, another follows
 */
export interface Mark {
  kind: 'start' | 'phase' | 'stop' | 'death' | 'handled'
  match: readonly RegExp[]
  phase?: Phase
  engine?: Engine
  unless?: RegExp
}

export const marks: readonly Mark[] = [
  { kind: 'start', engine: 'vllm', match: [/vLLM API server version/, /vLLM server version \d/] },
  { kind: 'start', engine: 'sglang', match: [/server_args=ServerArgs\(/] },
  {
    kind: 'start',
    engine: 'llama.cpp',
    match: [
      /^build: \d+ \([0-9a-f]{7,}\) with /,
      /^main: build = \d+/,
      /^build_info: b\d+/,
      /ggml_cuda_init: found \d+/,
    ],
  },
  {
    kind: 'start',
    engine: 'ollama',
    match: [/msg="server config" env=/, /Couldn't find '\S*\.ollama\/id_ed25519'/],
  },
  { kind: 'start', engine: 'tgi', match: [/text_generation_launcher: Args\s*\{/] },
  {
    kind: 'start',
    match: [
      /(?:^|[$#%❯➜»]\s)(?:\+ )?(?:[A-Z_]+=\S+ )*(?:vllm serve |python3? -m (?:vllm|sglang|mlx_lm)\.|(?:\S*\/)?llama-server -|text-generation-launcher --)/,
    ],
  },

  {
    kind: 'phase',
    phase: 'weights',
    match: [
      /Starting to load model/,
      /Load weight begin/,
      /Loading (?:safetensors|pt|np_cache) checkpoint shards/,
      /load_tensors: loading model tensors/,
      /llm_load_tensors:/,
      /Loading model weights(?! took)/,
      /Multi-thread loading shards/,
    ],
  },
  {
    kind: 'phase',
    phase: 'buffers',
    match: [
      /Loading (?:model )?weights took/,
      /[Mm]odel loading took/,
      /Load weight end/,
      /Available KV cache memory/,
      /Memory profiling (?:takes|results)/,
      /# (?:GPU|cuda) blocks: /,
      /GPU KV cache size/,
      /Captur(?:ing CUDA graph|e cuda graph begin|ing batches|ing the model for CUDA)/,
      /KV Cache is allocated/,
      /Memory pool end/,
      /Dynamo bytecode transform/,
      /torch\.compile takes/,
      /llama_new_context_with_model: n_ctx/,
      /llama_context: (?:constructing|n_ctx|KV|CPU|CUDA|ROCm|Vulkan)/,
      /llama_kv_cache(?:_init|_unified|_iswa)?: /,
      /Warming up model/,
    ],
  },
  {
    kind: 'phase',
    phase: 'ready',
    match: [
      /Application startup complete/,
      /The server is fired up and ready to roll/,
      /server is listening on https?:\/\//,
      /all slots are idle/,
      /Listening on \S+ \(version /,
      /llama runner started in/,
      /Starting httpd at /,
      /server\.rs:\d+: Connected/,
    ],
  },

  {
    kind: 'stop',
    match: [
      /^Shutting down$/,
      /Application shutdown complete/,
      /Finished server process/,
      /(?:[Rr]eceived|[Gg]ot|[Cc]aught) (?:signal )?(?:SIGTERM|SIGINT|signal 15|signal 2\b|interrupt|terminat)/,
      /Received second interrupt/,
      /^KeyboardInterrupt\b/,
      /^Terminated$/,
      /(?:Received|received) shutdown/,
      /CANCELLED AT \S+ \*\*\*/,
      /[Gg]racefully (?:shutting down|stopping)/,
    ],
    unless: /child|worker proc/i,
  },

  { kind: 'handled', match: [/During handling of the above exception, another exception occurred/] },

  {
    kind: 'death',
    match: [
      /Engine core initialization failed/,
      /Engine process failed to start/,
      /Engine(?:Core)? (?:failed to start|encountered a fatal error|hit an exception|loop is not running|process .* died)/,
      /EngineCore encountered an issue/,
      /(?:Async)?EngineDeadError/,
      /[Ee]ngine core proc(?:ess)? \S+ died/,
      /Failed core proc/,
      /WorkerProc (?:failed to start|initialization failed|hit an exception)/,
      /Worker proc \S+ died unexpectedly/,
      /Worker \S+ pid \d+ died, exit code/,
      /Received sigquit from a child proces/,
      /(?:Scheduler|TpModelWorkerClient|TpModelWorkerClass|DetokenizerManager|TokenizerManager|Detokenizer|DataParallelController) hit an exception/,
      /Scheduler or DataParallelController \d+ terminated/,
      /Rank \d+ scheduler (?:is dead|died)/,
      /Initialization failed\. (?:controller_init_state|warmup error)/,
      /exiting due to (?:model loading|HTTP server) error/,
      /main: error: (?:unable|failed) to load model/,
      /(?:llama_load_model_from_file|llama_model_load_from_file\w*|common_init_from_params|llama_init_from_gpt_params|load_model|llama_init_from_model|srv\s+load_model): (?:error: )?failed to (?:load|initialize|create)/,
      /failed to create context with model/,
      /(?:RayActorError|ActorDiedError|WorkerCrashedError|RayTaskError)\b/,
      /The actor (?:is dead|died) (?:because|unexpectedly)/,
      /A worker died or was killed while executing/,
      /ChildFailedError/,
      /torch\.distributed\.elastic\.multiprocessing/,
      /Sending process \d+ closing signal/,
      /Process(?:Raised|Exited)Exception/,
      /-- Process \d+ terminated with the following error/,
      /(?:llama runner|llama-server) (?:process has terminated|exited with error|process no longer running)/,
      /(?:ShardCannotStart|Shard \d+ (?:failed to start|crashed)|Shutting down shards|Shard process was signaled|Shard complete standard error)/,
      /(?:Error when initializing model|Webserver Crashed|WebserverFailed)/,
      /^SystemExit\b/,
      /exited with (?:exit )?(?:code|status) [1-9]\d*/,
      /Exit code: -?[1-9]\d*/,
      /returned non-zero exit status/,
      /Failed to start (?:vllm|sglang|server|engine)/i,
      /Model loading failed/i,
      /Background loop (?:has errored|is not running)/,
      /\d+ validation errors? for \w+/,
      /See (?:root cause above|stack trace (?:above )?for (?:the )?root cause)/,
      /Exception (?:in ASGI application|ignored in)/,
    ],
  },
]
