import type { Evidence, FixTemplate, Rule, Values } from '../types.ts'

const gib = (amount: string | undefined, unit: string | undefined): number =>
  Number(amount) / ({ KiB: 1 << 20, MiB: 1024, GiB: 1, MB: 1000, GB: 1 }[unit ?? 'GiB'] ?? 1)

const share = (value: number): string => (Math.floor(value * 100) / 100).toFixed(2)

export const smallerRun: readonly FixTemplate[] = [
  { title: 'Use a context of {smallerContext}', do: [{ set: 'context', to: '{smallerContext}' }] },
  {
    title: 'Run fewer sequences at once',
    do: [{ set: 'sequences', to: '{fewerSequences}' }],
    engines: ['vllm', 'sglang', 'tgi'],
  },
  { title: 'Do without CUDA graphs', do: [{ on: 'eager' }], engines: ['vllm', 'sglang'] },
  {
    title: 'Leave more memory outside the pool',
    do: [{ set: 'gpuMemory', to: '{lessMemory}' }],
    engines: ['vllm', 'sglang'],
  },
  {
    title: 'Prefill in smaller batches',
    do: [{ set: 'batchedTokens', to: '{smallerBatch}' }],
    engines: ['vllm', 'sglang', 'tgi'],
  },
  { title: 'Compute in smaller batches', do: [{ set: 'microBatch', to: '256' }], engines: ['llama.cpp'] },
  {
    title: 'Keep the cache in 8 bits',
    do: [{ set: 'kvDtype', to: '{cacheType}' }],
    engines: ['vllm', 'llama.cpp', 'ollama'],
  },
  {
    title: 'Put {fewerLayers} layers on the GPU',
    do: [{ set: 'gpuLayers', to: '{fewerLayers}' }],
    engines: ['llama.cpp', 'ollama'],
  },
]

export const smallerModel: readonly FixTemplate[] = [
  {
    title: 'Spread the weights over {moreGpus} GPUs',
    do: [{ set: 'tensorParallel', to: '{moreGpus}' }],
    engines: ['vllm', 'sglang', 'tgi'],
  },
  {
    title: 'Put {fewerLayers} layers on the GPU',
    do: [{ set: 'gpuLayers', to: '{fewerLayers}' }],
    engines: ['llama.cpp', 'ollama'],
  },
  {
    title: 'Quantise the weights to 8 bits while loading',
    do: [{ set: 'quantization', to: 'fp8' }],
    engines: ['vllm', 'sglang'],
  },
  { title: 'Take GPUs that are free', do: [{ gpus: { freeGiB: '{neededGiB}' } }] },
  {
    title: 'Take a smaller or more strongly quantised model',
    do: [{ set: 'model', to: '{smallerModel}' }, { run: 'choose a checkpoint with fewer bits per weight' }],
  },
  {
    title: 'Take a smaller or more strongly quantised model',
    do: [{ run: 'choose a checkpoint with fewer bits per weight' }],
  },
]

const outOfMemory = [
  /(?:CUDA|HIP|XPU|NPU) out of memory/,
  /(?:CUDA|HIP) error: out of memory/,
  /\b(?:torch\.(?:cuda\.)?)?OutOfMemoryError\b(?!.*node running low)/,
  /cudaMalloc failed: out of memory/,
  /hipMalloc failed: out of memory/,
  /Triton Error \[(?:CUDA|HIP)\]: out of memory/,
  /cudaErrorMemoryAllocation/,
  /hipErrorOutOfMemory/,
  /CUDA_ERROR_OUT_OF_MEMORY/,
  /CUBLAS_STATUS_ALLOC_FAILED/,
  /ErrorOutOfDeviceMemory/,
  /MPS backend out of memory/,
  /Command buffer execution failed: Insufficient Memory/,
  /kIOGPUCommandBufferCallbackErrorOutOfMemory/,
  /ggml_backend_metal_buffer_type_alloc_buffer: error: failed to allocate buffer/,
  /ggml_metal_buffer_\w+: error: failed to allocate buffer/,
  /\[metal::malloc\] Attempting to allocate (?<bytes>\d+) bytes which is greater than the maximum allowed/,
  /UR_RESULT_ERROR_OUT_OF_(?:DEVICE_MEMORY|RESOURCES)/,
  /OutOfDeviceMemory/,
]

const inWeights = [
  /in (?:load_model|_load_model|create_weights|load_weights|_initialize_model|initialize_model|process_weights_after_loading|_process_weights_after_loading|weight_loader|get_model|load_all|from_pretrained|make_layers|_load_w13|repack|marlin_\w*repack\w*)$/,
]

const inBuffers = [
  /in (?:profile_run|determine_available_memory|determine_num_available_blocks|_dummy_run|_dummy_sampler_run|capture_model|capture|capture_end|capture_graph|init_cuda_graphs|initialize_kv_cache|initialize_cache|_initialize_kv_caches|allocate_gpu_cache|_allocate_kv_cache\w*|allocate_kv_cache\w*|init_memory_pool|_create_buffers|compile_or_warm_up_model|warm_up_model|warmup|kernel_warmup|execute_model|forward|forward_extend|forward_decode|generate_and_run_autotune_block|_compile_to_module|prefill|generate_token|profile_num_available_blocks|init_attention_backend)$/,
]

const memoryFacts = ({ line, argv }: Evidence): Values => {
  const total =
    /total capacity of (?<n>[\d.]+) (?<u>[KMG]iB)/.exec(line)?.groups ??
    /(?<n>[\d.]+) (?<u>[KMG]iB) total capacity/.exec(line)?.groups
  const asked = /(?:Tried to allocate|allocating) (?<n>[\d.]+) (?<u>[KMG]iB)/.exec(line)?.groups
  const free = /(?:of which |; )(?<n>[\d.]+) (?<u>[KMG]iB) (?:is )?free/.exec(line)?.groups
  return {
    asked: asked && `${asked.n} ${asked.u}`,
    free: free && `${free.n} ${free.u}`,
    total: total && `${total.n} ${total.u}`,
    neededGiB: asked && total ? String(Math.ceil(gib(total.n, total.u))) : undefined,
    gpuArgument: argv.find(word => /^(?:--device|--main-gpu)/.test(word)),
  }
}

/** What others hold, where the message lets it be worked out: total less free less what this process has. */
const heldByOthers = ({ line }: Evidence): number => {
  const total = /total capacity of (?<n>[\d.]+) (?<u>[KMG]iB)/.exec(line)?.groups
  const free = /of which (?<n>[\d.]+) (?<u>[KMG]iB) is free/.exec(line)?.groups
  const own =
    /this process has (?<n>[\d.]+) (?<u>[KMG]iB) memory in use/.exec(line)?.groups ??
    /Of the allocated memory (?<n>[\d.]+) (?<u>[KMG]iB) is allocated by PyTorch/.exec(line)?.groups
  if (!total || !free || !own) return 0
  return 1 - (gib(free.n, free.u) + gib(own.n, own.u)) / gib(total.n, total.u)
}

export const memory: readonly Rule[] = [
  {
    id: 'free-memory-below-request',
    cause: 'gpu_memory_in_use_by_others',
    strength: 'exact',
    match: [
      /Free memory on device\s*\S* \((?<free>[\d.]+)\/(?<total>[\d.]+) GiB\) on startup is less than desired GPU memory utilization \((?<util>[\d.]+), (?<want>[\d.]+) GiB\)/,
      /less than desired GPU memory utilization/,
      /GPU memory occupied by other processes/,
    ],
    meaning:
      'Other processes hold part of the GPU[: {free} of {total} GiB are free, and {want} GiB ({util} of the card) were asked for].',
    derive: ({ values }) => {
      const fits = Number(values.free) / Number(values.total) - 0.02
      return {
        fits: fits > 0.05 ? share(fits) : undefined,
        wantUp: values.want && String(Math.ceil(Number(values.want))),
      }
    },
    fixes: [
      { title: 'Ask for {fits} of the GPU, which is what is free', do: [{ set: 'gpuMemory', to: '{fits}' }] },
      { title: 'Take GPUs with {wantUp} GiB free', do: [{ gpus: { freeGiB: '{wantUp}' } }] },
      {
        title: 'See who holds the GPU and stop it',
        do: [{ run: 'nvidia-smi --query-compute-apps=pid,process_name,used_memory --format=csv' }],
      },
    ],
    engines: ['vllm'],
    versions: '0.8 and later',
  },
  {
    id: 'memory-grew-during-profiling',
    cause: 'gpu_memory_in_use_by_others',
    strength: 'exact',
    match: [
      /Error in memory profiling\. .*[Ii]nitial (?:free|used) memory/,
      /memory capacity is unbalanced/,
      /some GPUs may be occupied by other processes/i,
    ],
    meaning:
      'Somebody else used the GPU while its free memory was measured, or some of the GPUs are occupied.',
    fixes: [
      { title: 'Take GPUs nobody uses', do: [{ gpus: {} }] },
      {
        title: 'See who holds the GPU',
        do: [{ run: 'nvidia-smi --query-compute-apps=pid,process_name,used_memory --format=csv' }],
      },
    ],
  },
  {
    id: 'memory-held-by-others',
    cause: 'gpu_memory_in_use_by_others',
    strength: 'exact',
    match: [/out of memory\. Tried to allocate/],
    when: evidence => heldByOthers(evidence) > 0.3,
    meaning:
      'The GPU ran out of memory[ ({free} of {total} free)] while most of it belongs to other processes.',
    derive: memoryFacts,
    fixes: [
      { title: 'Take GPUs that are free', do: [{ gpus: { freeGiB: '{neededGiB}' } }] },
      { title: 'Leave more memory to the others', do: [{ set: 'gpuMemory', to: '{lessMemory}' }] },
      {
        title: 'See who holds the GPU',
        do: [{ run: 'nvidia-smi --query-compute-apps=pid,process_name,used_memory --format=csv' }],
      },
    ],
  },
  {
    id: 'warmup-out-of-memory',
    cause: 'gpu_oom_runtime_buffers',
    strength: 'exact',
    match: [
      /out of memory occurred when warming up sampler with (?<sequences>\d+) dummy requests/,
      /CUDA out of memory occurred when/,
      /Capture (?:cuda|CUDA) graph failed:? .*out of memory/,
      /Failed to run autotuning code block: .*out of memory/,
      /Not enough memory to handle (?<prefillTokens>\d+) prefill tokens/,
    ],
    meaning: 'The GPU ran out of memory after the weights were loaded, while the engine warmed up.',
    derive: evidence => ({
      ...memoryFacts(evidence),
      fewerSequences:
        evidence.values.sequences && String(Math.max(1, Number(evidence.values.sequences) >> 2)),
    }),
    fixes: smallerRun,
  },
  {
    id: 'out-of-memory-in-buffers',
    cause: 'gpu_oom_runtime_buffers',
    strength: 'exact',
    match: outOfMemory,
    after: inBuffers,
    when: ({ before }) => innermost(before) === 'buffers',
    meaning:
      'The GPU ran out of memory after the weights were loaded: the run itself needs more than is left[{askedPart}].',
    derive: memoryFacts,
    fixes: smallerRun,
  },
  {
    id: 'out-of-memory-in-weights',
    cause: 'gpu_oom_weights',
    strength: 'exact',
    match: outOfMemory,
    after: inWeights,
    when: ({ before }) => innermost(before) === 'weights',
    meaning: 'The weights do not fit into the memory of the GPU[{askedPart}].',
    derive: memoryFacts,
    fixes: smallerModel,
  },
  {
    id: 'out-of-memory-by-phase-buffers',
    cause: 'gpu_oom_runtime_buffers',
    strength: 'plain',
    match: outOfMemory,
    phases: ['buffers', 'ready'],
    meaning: 'The GPU ran out of memory after the weights were loaded[{askedPart}].',
    derive: memoryFacts,
    fixes: smallerRun,
  },
  {
    id: 'out-of-memory-by-phase-weights',
    cause: 'gpu_oom_weights',
    strength: 'plain',
    match: outOfMemory,
    phases: ['weights', 'start'],
    meaning: 'The GPU ran out of memory while the weights were loaded[{askedPart}].',
    derive: memoryFacts,
    fixes: smallerModel,
  },
  {
    id: 'buffer-not-allocated',
    cause: 'gpu_oom_runtime_buffers',
    strength: 'plain',
    match: [
      /failed to allocate (?:buffer for kv cache|compute (?:pp )?buffers?|(?:CUDA|ROCm|Vulkan|Metal|SYCL)\d* buffer of size (?<bytes>\d+) \(compute)/,
      /(?:graph_reserve|ggml_gallocr_reserve_n\w*): failed to allocate/,
      /failed to create (?:the )?(?:memory module|kv cache)/,
      /kv_?cache_?init\w*: failed/i,
      /llama_kv_cache_init\(\) failed/,
    ],
    meaning: 'The weights fit, the buffers of the context do not.',
    fixes: smallerRun,
    engines: ['llama.cpp', 'ollama'],
  },
  {
    id: 'weights-buffer-not-allocated',
    cause: 'gpu_oom_weights',
    strength: 'plain',
    match: [
      /unable to allocate (?:CUDA|ROCm|Vulkan|Metal|SYCL|HIP|MUSA|CANN)\w* buffer/,
      /alloc_tensor_range: failed to allocate (?:CUDA|ROCm|Vulkan|Metal|SYCL|HIP)\w* buffer/,
    ],
    meaning: 'The weights do not fit into the memory of the GPU.',
    fixes: smallerModel,
    engines: ['llama.cpp', 'ollama'],
  },
  {
    id: 'cache-does-not-hold-context',
    cause: 'kv_cache_too_small',
    strength: 'exact',
    match: [
      /max seq len \((?<asked>\d+)\).*?\((?<need>[\d.]+) GiB KV cache.*?available KV cache memory \((?<have>[\d.]+) GiB\).*?estimated maximum model length is (?<fits>\d+)/s,
      /max seq len \((?<asked>\d+)\).*?\((?<need>[\d.]+) GiB KV cache.*?available KV cache memory \((?<have>[\d.]+) GiB\)/s,
      /max seq len \((?<asked>\d+)\) is larger than the maximum number of tokens that can be stored in (?:the )?KV cache \((?<fits>\d+)\)/,
      /estimated maximum model length is (?<fits>\d+)/,
      /KV cache is needed, which is larger than the available KV cache memory/,
    ],
    meaning: 'A context[ of {asked} tokens] needs more cache than is left[; {fits} tokens would fit].',
    derive: ({ values, argv }) => ({
      fitsRound: roundContext(values.fits, values.asked, values.have, values.need),
      smallerContext: undefined,
      argv0: argv[0],
    }),
    fixes: [
      { title: 'Use a context of {fitsRound}', do: [{ set: 'context', to: '{fitsRound}' }] },
      { title: 'Give the engine more of the GPU', do: [{ set: 'gpuMemory', to: '{moreMemory}' }] },
      { title: 'Keep the cache in 8 bits', do: [{ set: 'kvDtype', to: 'fp8' }] },
      { title: 'Spread it over {moreGpus} GPUs', do: [{ set: 'tensorParallel', to: '{moreGpus}' }] },
    ],
    engines: ['vllm'],
  },
  {
    id: 'no-room-for-cache',
    cause: 'kv_cache_too_small',
    strength: 'exact',
    match: [
      /No available memory for the cache blocks/,
      /Not enough memory\. Please try (?:to increase|increasing) --mem-fraction-static/,
      /Not enough memory to handle \d+ total tokens with \d+ prefill tokens/,
      /Loading the model needs more memory than .*mem.fraction/i,
      /max_total_num_tokens=-?0\b|max_total_num_tokens=-\d+/,
      /Available KV cache memory: -[\d.]+ GiB/,
      /num_gpu_blocks(?:_override)?.*must be (?:greater than|at least) 0/,
      /No GPU blocks were available|not enough (?:KV|cache) blocks/i,
      /KV cache size .*is too small|token pool .*too small/i,
    ],
    unless: /^.*\bINFO\b.*Available KV cache memory: [\d.]/,
    warning: true,
    meaning: 'Nothing is left for the cache once the weights are loaded.',
    derive: () => ({}),
    fixes: [
      { title: 'Give the engine more of the GPU', do: [{ set: 'gpuMemory', to: '{moreMemory}' }] },
      { title: 'Use a context of {smallerContext}', do: [{ set: 'context', to: '{smallerContext}' }] },
      { title: 'Spread it over {moreGpus} GPUs', do: [{ set: 'tensorParallel', to: '{moreGpus}' }] },
      { title: 'Do without CUDA graphs', do: [{ on: 'eager' }], engines: ['vllm', 'sglang'] },
      {
        title: 'Prefill in smaller batches',
        do: [{ set: 'batchedTokens', to: '{smallerBatch}' }],
        engines: ['tgi'],
      },
    ],
  },
]

/** Which of the two the stack ends in: frames are read from the error outwards. */
function innermost(before: readonly string[]): 'weights' | 'buffers' | null {
  for (let i = before.length - 1; i >= 0; i--) {
    const body = before[i]!
    if (/^Traceback \(most recent call last\)/.test(body)) return null
    if (
      /in (?:profile_run|determine_available_memory|determine_num_available_blocks|_dummy_\w+|capture\w*|init_cuda_graphs|initialize_kv_cache\w*|initialize_cache|_initialize_kv_caches|_?allocate_\w*cache\w*|init_memory_pool|compile_or_warm_up_model|\w*warm_?up\w*|execute_model|forward\w*|generate_and_run_autotune_block|profile_num_available_blocks|prefill|generate_token)$/.test(
        body,
      )
    )
      return 'buffers'
    if (
      /in (?:_?load_model|create_weights|load_weights|_?initialize_model|_?process_weights_after_loading|weight_loader|get_model|from_pretrained|make_layers)$/.test(
        body,
      )
    )
      return 'weights'
    if (/\/models\/\w+\.py", line \d+, in __init__$/.test(body)) return 'weights'
  }
  return null
}

function roundContext(fits?: string, asked?: string, have?: string, need?: string): string | undefined {
  const most =
    fits !== undefined
      ? Number(fits)
      : have && need
        ? (Number(asked) * Number(have)) / Number(need)
        : Number.NaN
  if (!Number.isFinite(most) || most < 16) return undefined
  const step = most > 4096 ? 256 : 16
  return String(Math.floor(most / step) * step)
}
