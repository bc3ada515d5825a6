import type { Fix, Operation } from '../../src/cookbook/diagnosis/types.ts'

/** Operations that a person who knows the cause would accept, by cause: the kind, and what it is about. */
const accepted: Readonly<Record<string, readonly string[]>> = {
  gpu_oom_weights: [
    'set --tensor-parallel-size',
    'set --tp-size',
    'set --num-shard',
    'set --n-gpu-layers',
    'env OLLAMA_NUM_GPU',
    'set --quantization',
    'pick_gpus',
  ],
  gpu_oom_runtime_buffers: [
    'set --max-model-len',
    'set --context-length',
    'set --ctx-size',
    'env OLLAMA_CONTEXT_LENGTH',
    'set --max-num-seqs',
    'set --max-running-requests',
    'append --enforce-eager',
    'append --disable-cuda-graph',
    'set --gpu-memory-utilization',
    'set --mem-fraction-static',
    'set --max-total-tokens',
  ],
  gpu_memory_in_use_by_others: ['set --gpu-memory-utilization', 'set --mem-fraction-static', 'pick_gpus'],
  kv_cache_too_small: [
    'set --max-model-len',
    'set --gpu-memory-utilization',
    'set --mem-fraction-static',
    'set --context-length',
    'set --tensor-parallel-size',
  ],
  host_oom_killed: ['run free', 'run dmesg', 'set --swap-space', 'set --tensor-parallel-size', 'run raise'],
  host_memory_or_limit: [
    'set --swap-space',
    'run ulimit',
    'run free',
    'env OMP_NUM_THREADS',
    'env OLLAMA_CONTEXT_LENGTH',
    'set --ctx-size',
  ],
  dev_shm_too_small: ['run docker', 'env NCCL_SHM_DISABLE'],
  context_length_invalid: [
    'set --max-model-len',
    'set --context-length',
    'set --max-total-tokens',
    'remove --max-model-len',
    'remove --rope-scaling',
  ],
  scheduler_config_invalid: [
    'set --max-num-batched-tokens',
    'set --max-batch-prefill-tokens',
    'append --enable-chunked-prefill',
    'set --max-total-tokens',
    'remove --max-num-batched-tokens',
  ],
  multimodal_config: [
    'set --limit-mm-per-prompt',
    'set --max-num-batched-tokens',
    'remove --mmproj',
    'install',
  ],
  tensor_parallel_shape: ['set --tensor-parallel-size', 'set --tp-size', 'set --num-shard'],
  too_few_gpus: [
    'set --tensor-parallel-size',
    'set --tp-size',
    'set --num-shard',
    'env CUDA_VISIBLE_DEVICES',
  ],
  no_gpu_visible: ['env CUDA_VISIBLE_DEVICES', 'run nvidia-smi', 'install'],
  port_in_use: ['set --port', 'env OLLAMA_HOST', 'free_port', 'run ss'],
  python_module_missing: ['install'],
  package_version_mismatch: ['install', 'env SGLANG_ENABLE_JIT_DEEPGEMM', 'env VLLM_USE_DEEP_GEMM'],
  transformers_too_old: ['install'],
  abi_mismatch: ['install', 'run conda'],
  shared_library_missing: ['install', 'env LD_LIBRARY_PATH'],
  compiler_or_headers_missing: ['install', 'env CUDA_HOME'],
  triton_compile_failure: ['append --enforce-eager', 'run rm', 'install', 'remove --enable-torch-compile'],
  triton_shared_memory_limit: [
    'set --attention-backend',
    'append --enforce-eager',
    'remove --enable-torch-compile',
  ],
  no_kernel_image: ['install', 'set --attention-backend', 'run cmake', 'env HSA_OVERRIDE_GFX_VERSION'],
  compute_capability_unsupported: [
    'set --dtype',
    'set --kv-cache-dtype',
    'set --attention-backend',
    'env VLLM_USE_FLASHINFER_SAMPLER',
    'run choose',
  ],
  attention_backend_unsupported: ['set --attention-backend'],
  cuda_driver_mismatch: ['run nvidia-smi', 'run update', 'install'],
  cuda_runtime_error: ['append --enforce-eager', 'append --disable-cuda-graph', 'set --attention-backend'],
  cuda_fork_after_init: ['env VLLM_WORKER_MULTIPROC_METHOD', 'install', 'run put'],
  gpu_hardware_or_driver_fault: ['run nvidia-smi', 'pick_gpus'],
  p2p_unsupported: ['append --disable-custom-all-reduce', 'env NCCL_P2P_DISABLE'],
  nccl_error: [
    'env NCCL_DEBUG',
    'env NCCL_P2P_DISABLE',
    'env NCCL_SOCKET_IFNAME',
    'env NCCL_IB_DISABLE',
    'run docker',
  ],
  nccl_timeout: [
    'env NCCL_DEBUG',
    'env NCCL_SOCKET_IFNAME',
    'set --dist-timeout',
    'env VLLM_ENGINE_READY_TIMEOUT_S',
  ],
  ray_placement_or_actor: ['run ray', 'set --distributed-executor-backend', 'run tail'],
  zmq_ipc_unsupported: ['env VLLM_RPC_BASE_PATH', 'env TMPDIR'],
  model_path_not_found: ['set --model', 'set --model-path', 'run ls', 'run hf'],
  repo_not_found: ['set --model', 'run look', 'env HF_TOKEN'],
  gated_repo_auth: ['env HF_TOKEN', 'run hf'],
  hf_offline_or_network: [
    'env HF_HUB_OFFLINE',
    'run hf',
    'env HTTPS_PROXY',
    'env HF_ENDPOINT',
    'env HF_HUB_DISABLE_XET',
  ],
  trust_remote_code_required: ['append --trust-remote-code'],
  unsupported_model_architecture: ['install', 'run update', 'set --model-impl'],
  tokenizer_load_failure: ['set --tokenizer', 'set --tokenizer-path', 'install', 'set --tokenizer-mode'],
  chat_template_missing: ['set --chat-template', 'set --chat-template-file', 'remove --chat-template'],
  tool_parser_invalid: ['set --tool-call-parser'],
  weight_name_or_shape_mismatch: ['install', 'remove --quantization', 'run choose'],
  safetensors_corrupt: ['run hf'],
  gguf_load_failure: ['run update', 'run download'],
  quantization_unsupported: [
    'set --quantization',
    'remove --quantization',
    'install',
    'set --dtype',
    'run choose',
  ],
  lora_error: [
    'set --max-lora-rank',
    'set --tensor-parallel-size',
    'set --tp-size',
    'run hf',
    'remove --lora-modules',
    'install',
  ],
  bad_cli_flag: ['remove', 'set', 'run'],
  bad_launch_command: ['run'],
  binary_not_found: ['install', 'run'],
  permission_denied: ['env HF_HOME', 'run ls', 'set --port', 'run sudo'],
  container_user_unknown: ['env USER', 'env TORCHINDUCTOR_CACHE_DIR'],
  disk_full: ['env HF_HOME', 'run df'],
  segfault: ['run update', 'install', 'append --enforce-eager'],
  bus_error_mmap: [
    'append --no-mmap',
    'append --weight-loader-disable-mmap',
    'set --safetensors-load-strategy',
    'run docker',
    'run copy',
  ],
  illegal_instruction: ['run cmake', 'run use'],
  address_not_available: ['set --host', 'env OLLAMA_HOST'],
  python_version_unsupported: ['run uv'],
  model_config_invalid: ['run hf', 'install'],
  speculative_config_invalid: ['remove --speculative-config'],
  native_abort: ['run update', 'install'],
  slurm_time_limit: ['run sbatch'],
}

const describe = (operation: Operation): string => {
  if (operation.op === 'run') return `run ${operation.command}`
  if (operation.op === 'env') return `env ${operation.name}`
  return 'flag' in operation ? `${operation.op} ${operation.flag}` : operation.op
}

/** Where the line names a number, the number the fix must be made of. */
const numbers: readonly {
  cause: string
  names: RegExp
  used: (groups: Record<string, string>, operations: readonly Operation[]) => boolean
}[] = [
  {
    cause: 'kv_cache_too_small',
    names: /(?:estimated maximum model length is |stored in (?:the )?KV cache \()(?<fits>\d+)/,
    used: ({ fits }, operations) =>
      operations.some(
        o => o.op === 'set' && Number(o.value) <= Number(fits) && Number(o.value) > Number(fits) / 2,
      ),
  },
  {
    cause: 'gpu_memory_in_use_by_others',
    names: /\((?<free>[\d.]+)\/(?<total>[\d.]+) GiB\) on startup/,
    used: ({ free, total }, operations) => {
      const share = Number(free) / Number(total)
      return share < 0.1
        ? true
        : operations.some(o => o.op === 'set' && Number(o.value) <= share && Number(o.value) > share - 0.1)
    },
  },
  {
    cause: 'port_in_use',
    names: /(?:\('[\d.]*', |port:? |tcp [\d.]+:)(?<port>\d{2,5})\b/,
    used: ({ port }, operations) =>
      operations.some(
        o => JSON.stringify(o).includes(port!) || JSON.stringify(o).includes(String(Number(port) + 1)),
      ),
  },
  {
    cause: 'context_length_invalid',
    names: /derived max_model_len \((?:\w+=)?(?<fits>\d+)/,
    used: ({ fits }, operations) => operations.some(o => o.op === 'set' && o.value === fits),
  },
  {
    cause: 'scheduler_config_invalid',
    names: /\(\d+\) (?:is smaller than|must be greater than or equal to) max_\w+ \((?<need>\d+)\)/,
    used: ({ need }, operations) => operations.some(o => o.op === 'set' && o.value === need),
  },
  {
    cause: 'tensor_parallel_shape',
    names: /attention heads \((?<heads>\d+)\)/,
    used: ({ heads }, operations) =>
      operations.some(o => o.op === 'set' && Number(heads) % Number(o.value) === 0),
  },
  {
    cause: 'bad_cli_flag',
    names: /(?:unrecognized arguments?:|invalid argument:|error: argument) (?<flag>\S+?):?(?:\s|$)/,
    used: ({ flag }, operations) => operations.some(o => 'flag' in o && o.flag === flag),
  },
  {
    cause: 'python_module_missing',
    names: /No module named '(?<module>\w+)'/,
    used: (_, operations) => operations.some(o => o.op === 'install'),
  },
]

/** One of the first three fixes is what this cause needs, and uses the number where there is one. */
export function isAccepted(cause: string, rootLine: string, fixes: readonly Fix[]): boolean {
  const operations = fixes.slice(0, 3).flatMap(fix => fix.operations)
  const wanted = accepted[cause] ?? []
  if (!operations.some(operation => wanted.some(start => describe(operation).startsWith(start)))) return false
  return numbers
    .filter(number => number.cause === cause)
    .every(({ names, used }) => {
      const groups = names.exec(rootLine)?.groups
      return groups === undefined || used(groups, operations)
    })
}
