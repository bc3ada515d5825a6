/** The engines rules speak about; `other` is any program that loads a model with torch. */
export type Engine = 'vllm' | 'sglang' | 'llama.cpp' | 'ollama' | 'tgi' | 'mlx' | 'other'

/** One change to a launch. Flags are written as the engine spells them. */
export type Operation =
  | { op: 'set'; flag: string; value: string }
  | { op: 'replace'; flag: string; by: string; value?: string }
  | { op: 'append'; flag: string }
  | { op: 'remove'; flag: string }
  | { op: 'env'; name: string; value: string | null }
  | { op: 'install'; packages: readonly string[]; by: 'pip' | 'system' }
  | { op: 'free_port'; port: number | null }
  | { op: 'pick_gpus'; count: number | null; freeGiB: number | null }
  | { op: 'run'; command: string }

export interface Fix {
  /** Stable for the same change, so that a lineage can tell that it was tried. */
  id: string
  title: string
  operations: readonly Operation[]
}

/** What the caller knows about the process beside its log. */
export interface Context {
  engine?: Engine | null
  argv?: readonly string[]
  exitCode?: number | null
  signal?: string | null
  /** True while the process runs: then an error that it survives is no cause of death. */
  alive?: boolean
  /** A stop was asked for, by a person or a program. */
  stopRequested?: boolean
}

/** Where a launch is when a line appears; memory errors mean different things in each. */
export type Phase = 'start' | 'weights' | 'buffers' | 'ready'

/**
 * How much a line says about the cause, strongest first. Among lines of equal strength the first in time wins.
 * - `exact`: says what is wrong in terms a person can act on
 * - `plain`: names the cause, a later line of the same chain may say it better
 * - `place`: the error itself is unspecific, but where it was raised tells what failed
 * - `echo`: usually the consequence of something said elsewhere; counts when nothing else speaks
 */
export type Strength = 'exact' | 'plain' | 'place' | 'echo'

/** Values a rule took from the line, the stack or the argument vector, for its sentences and fixes. */
export type Values = Readonly<Record<string, string | undefined>>

export interface Evidence {
  line: string
  engine: Engine
  phase: Phase
  argv: readonly string[]
  values: Values
  /** The lines before this one that come from the same process, oldest first. */
  before: readonly string[]
}

/** What a launch setting is called depends on the engine; a fix names the setting and `settings.ts` the flag. */
export type Setting =
  | 'context'
  | 'gpuMemory'
  | 'tensorParallel'
  | 'pipelineParallel'
  | 'eager'
  | 'sequences'
  | 'batchedTokens'
  | 'graphSizes'
  | 'dtype'
  | 'kvDtype'
  | 'quantization'
  | 'port'
  | 'trustRemoteCode'
  | 'gpuLayers'
  | 'microBatch'
  | 'attention'
  | 'chatTemplate'
  | 'toolParser'
  | 'tokenizer'
  | 'model'
  | 'loraRank'
  | 'lora'
  | 'images'

/** A fix as a rule writes it: `{name}` stands for a value; a fix that lacks one of its values is left out. */
export interface FixTemplate {
  title: string
  do: readonly OperationTemplate[]
  engines?: readonly Engine[]
}

export type OperationTemplate =
  | { set: Setting; to: string }
  | { on: Setting }
  | { drop: Setting }
  | { flag: string; to?: string }
  | { remove: string }
  | { replace: string; by: string; to?: string }
  | { env: string; to: string | null }
  | { pip: readonly string[] }
  | { system: readonly string[] }
  | { freePort: string }
  | { gpus: { count?: string; freeGiB?: string } }
  | { run: string }

export interface Rule {
  id: string
  cause: Cause
  strength: Strength
  /** Any of these on the line. Named groups become values. */
  match: readonly RegExp[]
  /** Any of these in the lines before it, from the same process. */
  after?: readonly RegExp[]
  /** On the line: not this rule. */
  unless?: RegExp
  phases?: readonly Phase[]
  /** Counts although the line is logged as a warning. */
  warning?: true
  /** Fatal even where the server looks ready (a port that could not be bound). */
  fatal?: true
  when?: (evidence: Evidence) => boolean
  /** One sentence for a person; `{name}` stands for a value. */
  meaning: string
  derive?: (evidence: Evidence) => Values
  fixes: readonly FixTemplate[]
  engines?: readonly Engine[]
  versions?: string
}

export interface Diagnosis {
  cause: Cause
  /** 0 to 1: how sure the line is the cause, not how bad it is. */
  confidence: number
  rule: string
  engine: Engine
  rootLine: string
  byteOffset: number
  /** Null where the part of the log before the line was not read. */
  lineNumber: number | null
  excerpt: string
  explanation: string
  values: Values
  fixes: Fix[]
  scannedBytes: number
  why: Why
}

export interface NoCause {
  cause: null
  verdict: 'healthy' | 'unknown' | 'stopped'
  /** The most suspicious line of an unknown death, when there is one. */
  rootLine: string | null
  byteOffset: number | null
  lineNumber: number | null
  excerpt: string
  explanation: string
  engine: Engine
  scannedBytes: number
  why: Why
}

export type Verdict = Diagnosis | NoCause

export interface Sighting {
  rule: string
  cause: Cause | null
  line: string
  byteOffset: number
  lineNumber: number | null
  fate: string
}

/** How the verdict came about, for `--explain`. */
export interface Why {
  runs: number
  phase: Phase
  ended: string | null
  candidates: Sighting[]
  wrappers: string[]
}

export const causes = [
  'gpu_oom_weights',
  'gpu_oom_runtime_buffers',
  'gpu_memory_in_use_by_others',
  'kv_cache_too_small',
  'host_oom_killed',
  'host_memory_or_limit',
  'dev_shm_too_small',
  'context_length_invalid',
  'scheduler_config_invalid',
  'multimodal_config',
  'tensor_parallel_shape',
  'too_few_gpus',
  'no_gpu_visible',
  'port_in_use',
  'address_not_available',
  'python_module_missing',
  'package_version_mismatch',
  'transformers_too_old',
  'python_version_unsupported',
  'abi_mismatch',
  'shared_library_missing',
  'compiler_or_headers_missing',
  'triton_compile_failure',
  'triton_shared_memory_limit',
  'no_kernel_image',
  'compute_capability_unsupported',
  'attention_backend_unsupported',
  'cuda_driver_mismatch',
  'cuda_runtime_error',
  'cuda_fork_after_init',
  'gpu_hardware_or_driver_fault',
  'p2p_unsupported',
  'nccl_error',
  'nccl_timeout',
  'ray_placement_or_actor',
  'zmq_ipc_unsupported',
  'model_path_not_found',
  'repo_not_found',
  'gated_repo_auth',
  'hf_offline_or_network',
  'trust_remote_code_required',
  'unsupported_model_architecture',
  'model_config_invalid',
  'tokenizer_load_failure',
  'chat_template_missing',
  'tool_parser_invalid',
  'weight_name_or_shape_mismatch',
  'safetensors_corrupt',
  'gguf_load_failure',
  'quantization_unsupported',
  'lora_error',
  'speculative_config_invalid',
  'bad_cli_flag',
  'bad_launch_command',
  'binary_not_found',
  'permission_denied',
  'container_user_unknown',
  'disk_full',
  'segfault',
  'bus_error_mmap',
  'illegal_instruction',
  'native_abort',
  'slurm_time_limit',
] as const

export type Cause = (typeof causes)[number]
