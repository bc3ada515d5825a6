import type { Rule, Values } from '../types.ts'

const divisorsOf = (n: number): number[] => [16, 8, 4, 2, 1].filter(size => n % size === 0)

/** The largest parallel size at or below the asked one that divides the heads. */
function fittingSize(heads: string | undefined, asked: string | undefined): Values {
  const from = Number(heads)
  const below = Number(asked)
  if (!Number.isInteger(from) || from <= 0) return {}
  const fits = divisorsOf(from).find(size => Number.isNaN(below) || size < below)
  return { fits: fits === undefined ? undefined : String(fits) }
}

export const parallel: readonly Rule[] = [
  {
    id: 'heads-not-divisible',
    cause: 'tensor_parallel_shape',
    strength: 'exact',
    match: [
      /[Tt]otal number of attention heads \((?<heads>\d+)\) must be divisible by tensor parallel size \((?<asked>\d+)\)/,
      /[Nn]umber of (?:attention |key.value |kv )?heads \(?(?<heads>\d+)\)? .*divisible by .*?(?<asked>\d+)/,
      /(?:num_(?:attention_|kv_|key_value_|query_)?heads|[Vv]ocab(?:ulary)? size|hidden_size|intermediate_size|output_size|input_size)\D{0,30}?(?<heads>\d+).{0,60}(?:divisible by|multiple of).{0,60}?(?<asked>\d+)/,
      /(?<heads>\d+) is not divisible by (?<asked>\d+)/,
      /The (?:output|input)_size of gate's and up's weight = (?<heads>\d+) is not divisible by weight quantization block_n = (?<block>\d+)/,
      /Weight (?:input|output)_size_per_partition = (?<heads>\d+) is not divisible by (?:weight quantization block|min_thread_\w+ = |(?:group_size))/,
      /weight \S+ has shape .*cannot be (?:split|sharded)|not divisible by (?:tp|world)_?size/i,
      /not sharded.*evenly|cannot be evenly (?:split|divided)/i,
      /[Ss]harded is not supported for/,
      /divisible by (?:the )?(?:tensor[_ -]?(?:model[_ -]?)?parallel|tp)[_ -]?(?:world[_ -]?)?size/i,
      /assert .*% (?:tp_size|self\.tp_size|attn_tp_size|tensor_model_parallel_world_size|self\.tensor_parallel_size|world_size|tensor_parallel_size)\b.* == 0/,
      /assert .*tp_size.*<= .*heads|assert .*num_(?:kv_)?heads.*tp_size/,
    ],
    unless: /page_size|max_num_batched_tokens|not divisible by the number of (?:layers|pipeline)/,
    meaning: 'The model cannot be split over so many GPUs[: {heads} is not divisible by {asked}].',
    derive: ({ values, argv }) => fittingSize(values.heads, values.asked ?? sizeIn(argv)),
    fixes: [
      { title: 'Split it over {fits} GPUs', do: [{ set: 'tensorParallel', to: '{fits}' }] },
      { title: 'Split it over {fewerGpus} GPUs', do: [{ set: 'tensorParallel', to: '{fewerGpus}' }] },
      { title: 'Split it over one GPU', do: [{ set: 'tensorParallel', to: '1' }] },
      {
        title: 'Place whole experts instead of splitting them',
        do: [{ flag: '--enable-expert-parallel' }],
        engines: ['vllm'],
      },
    ],
  },
  {
    id: 'split-shapes-disagree',
    cause: 'tensor_parallel_shape',
    strength: 'exact',
    match: [
      /The size of tensor a \((?<a>\d+)\) must match the size of tensor b \((?<b>\d+)\) at non-singleton dimension/,
      /start \(\d+\) \+ length \(\d+\) exceeds dimension size/,
    ],
    when: ({ values, before, argv }) => {
      const whole = Number(values.b) / Number(values.a)
      const split = [2, 4, 8, 16].includes(whole) || [2, 4, 8, 16].includes(1 / whole)
      return values.a === undefined
        ? before.some(line => /in (?:load_weights|weight_loader)$/.test(line))
        : split &&
            (before.some(line =>
              /in (?:load_weights|weight_loader|default_weight_loader|_load_\w+)$|model_executor|tp_size|worker|parallel/.test(
                line,
              ),
            ) ||
              argv.length === 0)
    },
    meaning:
      'A split part of the model meets a whole one[ ({a} and {b})]: this model is not prepared for the parallel size.',
    fixes: [
      { title: 'Split it over one GPU', do: [{ set: 'tensorParallel', to: '1' }] },
      { title: 'Upgrade the engine', do: [{ pip: ['{package}'] }] },
    ],
  },
  {
    id: 'more-gpus-than-there-are',
    cause: 'too_few_gpus',
    strength: 'exact',
    match: [
      /number of required GPUs exceeds the total number of available GPUs/,
      /[Ww]orld size \(?(?<asked>\d+)\)? is larger than the number of available GPUs \(?(?<have>\d+)\)?/,
      /CUDA error: invalid device ordinal/,
      /HIP error: invalid device ordinal/,
      /cudaErrorInvalidDevice\b/,
      /tensor parallel size \(?(?<asked>\d+)\)? cannot be larger than the number of available GPUs \(?(?<have>\d+)/i,
      /(?:tensor_parallel_size|tp_size|num_shard|World size)\D{0,40}(?<asked>\d+)\D{1,80}(?:GPUs?|devices?)\D{1,40}(?<have>\d+)/,
      /[Ll]ocal rank (?<rank>\d+) (?:is out of bounds|must be less than)/,
      /DP adjusted local rank (?<rank>\d+) is out of bounds/,
      /(?:local_rank|device id|GPU id|device index|gpu_id).{0,40}(?:out of (?:range|bounds)|>= .*device_count|invalid)/i,
      /Current node has (?:only )?(?<have>\d+) (?:GPUs?|accelerators?).*(?:at least|required?|asked)\D*(?<asked>\d+)/,
      /(?:requires?|need) (?:at least )?(?<asked>\d+) GPUs?,? but only (?<have>\d+)/i,
      /`num_shard` is larger than the number of (?:GPUs|devices)/,
      /not enough (?:GPUs|devices|accelerators)/i,
      /torch\.cuda\.device_count\(\).*(?:less|smaller|<) /,
      /invalid value for main_gpu: (?<asked>\d+) \(available devices: (?<have>\d+)\)/,
      /(?:Cannot|can't) provide a placement group.*GPU/i,
      /Duplicate GPU detected : rank \d+ and rank \d+/,
    ],
    unless: /tokens|seq/,
    warning: true,
    meaning: 'The launch asks for more GPUs than this machine (or cluster) shows.',
    fixes: [
      { title: 'Split it over the {have} GPUs there are', do: [{ set: 'tensorParallel', to: '{have}' }] },
      { title: 'Split it over {fewerGpus} GPUs', do: [{ set: 'tensorParallel', to: '{fewerGpus}' }] },
      { title: 'Split it over one GPU', do: [{ set: 'tensorParallel', to: '1' }] },
      { title: 'Let the process see all GPUs', do: [{ env: 'CUDA_VISIBLE_DEVICES', to: null }] },
      { title: 'Choose a GPU that exists', do: [{ gpus: {} }] },
    ],
  },
  {
    id: 'ray-cannot-place',
    cause: 'ray_placement_or_actor',
    strength: 'plain',
    match: [
      /Cannot provide a placement group of/,
      /No available node types can fulfill resource request/,
      /placement group .*(?:infeasible|timed? ?out|cannot be scheduled|not ready|removed)/i,
      /(?:Unable to connect to|Could not connect to|Failed to connect to) (?:the )?(?:Ray|GCS)/i,
      /ConnectionError: (?:Could not find any running Ray instance|ray client connection timeout|Ray Client)/,
      /Could not find any running Ray instance/,
      /Failed to (?:register worker|start (?:the )?(?:raylet|GCS|dashboard))/,
      /Some workers of the worker process\(\d+\) have not registered within the timeout/,
      /Version mismatch: The cluster was started with/,
      /raylet .*(?:died|failed|exited|crashed)/i,
      /The node with node id: \S+ .* has been marked dead/,
      /RuntimeEnvSetupError|runtime_env .*failed/i,
      /ray\.exceptions\.(?:GetTimeoutError|NodeDiedError|OwnerDiedError|RaySystemError|LocalRayletDiedError|ActorUnschedulableError|ActorUnavailableError)/,
      /Every node should have a unique IP address/,
      /Ray is not installed|Ray backend .*requires|No module named 'ray'\b/,
      /Current node has no GPU available/,
      /Ray (?:does not|doesn't) allocate any GPUs on the driver node/,
      /ray_utils.*(?:node_ip|ip address).*mismatch/i,
      /The current node .* is not (?:in|part of)/,
    ],
    warning: true,
    meaning: 'Ray could not place or start a worker.',
    fixes: [
      { title: 'See what the cluster offers', do: [{ run: 'ray status' }] },
      {
        title: 'Use processes on this machine instead of Ray',
        do: [{ flag: '--distributed-executor-backend', to: 'mp' }],
        engines: ['vllm'],
      },
      { title: 'Split it over {fewerGpus} GPUs', do: [{ set: 'tensorParallel', to: '{fewerGpus}' }] },
      { title: 'Start the cluster anew', do: [{ run: 'ray stop --force; ray start --head' }] },
    ],
  },
  {
    id: 'ray-actor-died',
    cause: 'ray_placement_or_actor',
    strength: 'echo',
    match: [
      /(?:RayActorError|ActorDiedError|WorkerCrashedError)\b/,
      /The actor (?:is dead|died) (?:because|unexpectedly)/,
      /A worker died or was killed while executing/,
    ],
    meaning: 'A Ray worker died; its own log has the reason.',
    fixes: [
      {
        title: 'Read the log of the worker',
        do: [{ run: 'tail -n 50 /tmp/ray/session_latest/logs/worker-*.err' }],
      },
      {
        title: 'Use processes on this machine instead of Ray',
        do: [{ flag: '--distributed-executor-backend', to: 'mp' }],
        engines: ['vllm'],
      },
    ],
  },
]

function sizeIn(argv: readonly string[]): string | undefined {
  const at = argv.findIndex(word =>
    /^(?:--(?:tensor[-_]parallel[-_]size|tp(?:-size)?|num-shard)|-tp)(?:=|$)/.test(word),
  )
  if (at < 0) return undefined
  return argv[at]!.includes('=') ? argv[at]!.split('=')[1] : argv[at + 1]
}
