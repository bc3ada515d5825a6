import type { Rule } from '../types.ts'

export const host: readonly Rule[] = [
  {
    id: 'ray-node-low-on-memory',
    cause: 'host_oom_killed',
    strength: 'exact',
    match: [
      /Task was killed due to the node running low on memory/,
      /workers? killed due to memory pressure \(OOM\)/,
      /Memory on the node .* exceeds the memory usage threshold/,
    ],
    meaning: 'The machine ran out of main memory and Ray killed the worker.',
    fixes: [
      {
        title: 'See what uses the main memory',
        do: [{ run: 'free -g; ps -eo rss,pid,args --sort=-rss | head' }],
      },
      { title: 'Start fewer workers', do: [{ set: 'tensorParallel', to: '{fewerGpus}' }], engines: ['vllm'] },
      { title: 'Do without swap space', do: [{ flag: '--swap-space', to: '0' }], engines: ['vllm'] },
    ],
  },
  {
    id: 'kernel-oom-kill',
    cause: 'host_oom_killed',
    strength: 'exact',
    match: [
      /Out of memory: Kill(?:ed)? process (?<pid>\d+) \((?<program>[^)]+)\)/,
      /oom-kill:constraint=/,
      /Memory cgroup out of memory/,
      /Detected \d+ oom[-_]kill event/,
      /\bOOMKilled\b/,
      /oom_reaper: reaped process/,
      /invoked oom-killer/,
      /task .* killed .* out-of-memory handler/i,
      /OUT_OF_MEMORY\b.*(?:slurm|job)/i,
    ],
    meaning:
      'The kernel killed the process because the machine, its container or its job ran out of main memory.',
    fixes: [
      {
        title: 'See what uses the main memory',
        do: [{ run: 'free -g; ps -eo rss,pid,args --sort=-rss | head' }],
      },
      {
        title: 'Give the container or job more memory',
        do: [{ run: 'raise the memory limit (docker --memory, Slurm --mem)' }],
      },
      {
        title: 'Keep less of the model in main memory',
        do: [{ flag: '--swap-space', to: '0' }],
        engines: ['vllm'],
      },
    ],
  },
  {
    id: 'killed-by-shell-line',
    cause: 'host_oom_killed',
    strength: 'echo',
    match: [
      /(?:^|\s)Killed\s*$/,
      /line \d+:\s+\d+ Killed\b/,
      /signal: killed\b/,
      /\bterminated by signal SIGKILL\b/,
      /was terminated by (?:signal 9|SIGKILL)|(?:exited with |exit )(?:exit )?(?:code|status):? (?:137|-9)\b|exitcode: -9\b/,
      /died with <Signals\.SIGKILL: 9>/,
      /\(SIGKILL\)/,
      /signaled to shutdown with signal 9\b/,
    ],
    unless: /Killing|kill -9|killed by user/i,
    meaning:
      'The process was killed from outside without a word: nearly always the kernel, out of main memory.',
    fixes: [
      {
        title: 'Ask the kernel whether it was out of memory',
        do: [{ run: "dmesg -T | grep -i -E 'killed process|out of memory' | tail" }],
      },
      {
        title: 'Keep less of the model in main memory',
        do: [{ flag: '--swap-space', to: '0' }],
        engines: ['vllm'],
      },
    ],
  },
  {
    id: 'host-memory-short',
    cause: 'host_memory_or_limit',
    strength: 'exact',
    match: [
      /model requires more system memory \((?<asked>[\d.]+ \w+)\) than is available \((?<free>[\d.]+ \w+)\)/,
      /Too large swap space\. (?<asked>[\d.]+ \w+) out of (?:the )?(?<total>[\d.]+ \w+)/,
      /DefaultCPUAllocator: (?:can't allocate memory|not enough memory)(?:: you tried to allocate (?<bytes>\d+) bytes)?/,
      /unable to (?:mmap|allocate) (?<bytes>\d+) bytes from file <.*>: Cannot allocate memory/,
      /\bMemoryError\b/,
      /OSError: \[Errno 12\] Cannot allocate memory/,
      /(?:OSError|Errno 12|mmap|fork|malloc).{0,60}Cannot allocate memory/,
      /std::bad_alloc/,
      /ggml_backend_cpu_buffer_type_alloc_buffer: failed to allocate buffer of size (?<bytes>\d+)/,
      /ggml_aligned_malloc: insufficient memory/,
      /unable to allocate CPU\w* buffer/,
      /failed to allocate buffer of size (?<bytes>\d+).*CPU/,
      /Not enough (?:host|CPU|system) memory/i,
      /not enough host memory available/i,
      /insufficient (?:host|system) memory/i,
      /pinned? memory.*(?:fail|out of|cannot|not enough)/i,
      /warning: failed to mlock \d+-byte buffer .* Cannot allocate memory/,
    ],
    unless: /failed to mlock/,
    meaning: 'The machine has not enough main memory for this launch.',
    fixes: [
      { title: 'Do without swap space', do: [{ flag: '--swap-space', to: '0' }], engines: ['vllm'] },
      { title: 'Use a context of {smallerContext}', do: [{ set: 'context', to: '{smallerContext}' }] },
      {
        title: 'See what uses the main memory',
        do: [{ run: 'free -g; ps -eo rss,pid,args --sort=-rss | head' }],
      },
    ],
  },
  {
    id: 'pinned-memory-refused',
    cause: 'host_memory_or_limit',
    strength: 'exact',
    match: [
      /(?:cudaHostAlloc|cudaHostRegister|hipHostMalloc|pin_memory).*(?:out of memory|fail|invalid)/,
      /CUDA error: (?:out of memory|resource already mapped).*(?:cudaHost|pin)/,
    ],
    meaning: 'Main memory could not be pinned for the GPU: there is too little, or its limit is too low.',
    fixes: [
      { title: 'Lift the limit on locked memory', do: [{ run: 'ulimit -l unlimited' }] },
      { title: 'Do without swap space', do: [{ flag: '--swap-space', to: '0' }], engines: ['vllm'] },
    ],
  },
  {
    id: 'pinned-memory-by-stack',
    cause: 'host_memory_or_limit',
    strength: 'exact',
    match: [/(?:CUDA|HIP) error: (?:out of memory|invalid argument|OS call failed)/, /Error: out of memory/],
    after: [
      /pin_memory|cudaHostAlloc|cudaHostRegister|in _allocate_kv_cache\b.*cpu|init_host_kv|HostKVCache|memory_pool_host|cpu_cache/,
    ],
    meaning: 'Main memory could not be pinned for the GPU: there is too little, or its limit is too low.',
    fixes: [
      { title: 'Do without swap space', do: [{ flag: '--swap-space', to: '0' }], engines: ['vllm'] },
      { title: 'Lift the limit on locked memory', do: [{ run: 'ulimit -l unlimited' }] },
    ],
  },
  {
    id: 'too-many-open-files',
    cause: 'host_memory_or_limit',
    strength: 'exact',
    match: [/Too many open files/, /\[Errno 24\]/, /RLIMIT_NOFILE.*(?:too low|exceed)/i],
    meaning: 'The process may not open more files.',
    fixes: [{ title: 'Raise the limit on open files', do: [{ run: 'ulimit -n 65536' }] }],
  },
  {
    id: 'too-many-threads',
    cause: 'host_memory_or_limit',
    strength: 'exact',
    match: [
      /can't start new thread/,
      /pthread_create failed.*Resource temporarily unavailable/,
      /BlockingIOError: \[Errno 11\]/,
      /fork: (?:retry: )?Resource temporarily unavailable/,
      /libgomp: Thread creation failed/,
      /failed to create (?:new OS )?thread/i,
      /thread-\w+ failed to spawn|Resource temporarily unavailable.*thread/i,
    ],
    meaning: 'The process may not start more threads or processes.',
    fixes: [
      { title: 'Use one thread for each process', do: [{ env: 'OMP_NUM_THREADS', to: '1' }] },
      { title: 'Raise the limit on processes', do: [{ run: 'ulimit -u unlimited' }] },
    ],
  },
  {
    id: 'shared-memory-small',
    cause: 'dev_shm_too_small',
    strength: 'exact',
    match: [
      /Error while creating shared memory segment (?<file>\/dev\/shm\/\S+)(?: \(size (?<size>\d+)\))?/,
      /No space left on device.*\/dev\/shm|\/dev\/shm.*No space left on device/,
      /(?:unable to (?:open|write|allocate)|could not (?:create|resize)) shared memory/i,
      /insufficient shared memory \(shm\)/,
      /Bus error.*shared memory|DataLoader worker .* killed by signal: Bus error/,
      /The object store (?:is using|memory|size).*\/dev\/shm.*(?:only|less|bytes available)/,
      /ValueError: The configured object store size .* exceeds \/dev\/shm/,
      /posix_fallocate.*shm|shm_(?:open|broadcast).*(?:No space|failed)/,
    ],
    unless: /\bWARN(?:ING)?\b(?!.*creating shared memory)/,
    meaning: 'The shared memory of the container (/dev/shm) is too small for the workers to talk through.',
    fixes: [
      {
        title: 'Start the container with --ipc=host or --shm-size=16g',
        do: [
          {
            run: 'docker run --ipc=host … (or --shm-size=16g; in Kubernetes an emptyDir with medium: Memory at /dev/shm)',
          },
        ],
      },
      { title: 'Let NCCL do without shared memory', do: [{ env: 'NCCL_SHM_DISABLE', to: '1' }] },
    ],
  },
  {
    id: 'shared-memory-not-extended',
    cause: 'dev_shm_too_small',
    strength: 'plain',
    match: [/failed to extend (?<file>\/dev\/shm\/\S+) to (?<size>\d+) bytes/],
    meaning: 'The shared memory of the container (/dev/shm) is too small for the workers to talk through.',
    fixes: [
      {
        title: 'Start the container with --ipc=host or --shm-size=16g',
        do: [{ run: 'docker run --ipc=host … (or --shm-size=16g)' }],
      },
      { title: 'Let NCCL do without shared memory', do: [{ env: 'NCCL_SHM_DISABLE', to: '1' }] },
    ],
  },
  {
    id: 'shared-memory-by-stack',
    cause: 'dev_shm_too_small',
    strength: 'exact',
    match: [/\[Errno 28\] No space left on device/],
    after: [/shared_memory\.py|shm_broadcast|SharedMemory\(/],
    meaning: 'The shared memory of the container (/dev/shm) is full.',
    fixes: [
      {
        title: 'Start the container with --ipc=host or --shm-size=16g',
        do: [{ run: 'docker run --ipc=host … (or --shm-size=16g)' }],
      },
    ],
  },
  {
    id: 'container-user-unknown',
    cause: 'container_user_unknown',
    strength: 'exact',
    match: [
      /getpwuid\(\): uid not found: (?<uid>\d+)/,
      /uid not found: (?<uid>\d+)/,
      /No username set in the environment/,
      /whoami: cannot find name for user ID (?<uid>\d+)/,
    ],
    unless: /^whoami: (?!cannot)/,
    meaning: 'The container runs as a user[ ({uid})] that has no entry in its passwd file.',
    fixes: [
      {
        title: 'Give the process a user name and a home',
        do: [
          { env: 'USER', to: 'serve' },
          { env: 'LOGNAME', to: 'serve' },
          { env: 'HOME', to: '/tmp' },
        ],
      },
      {
        title: 'Keep the compile cache where anyone may write',
        do: [{ env: 'TORCHINDUCTOR_CACHE_DIR', to: '/tmp/torchinductor' }],
      },
    ],
  },
  {
    id: 'slurm-time-limit',
    cause: 'slurm_time_limit',
    strength: 'exact',
    match: [
      /CANCELLED AT \S+ DUE TO TIME LIMIT/,
      /DUE TO TIME LIMIT \*\*\*/,
      /(?:hit|exceeded) (?:its )?(?:walltime|time limit)/i,
      /PBS: job killed: walltime/,
    ],
    fatal: true,
    meaning: 'The batch system ended the job because its time was over.',
    fixes: [
      {
        title: 'Ask for more time',
        do: [{ run: 'sbatch --time=… (or scontrol update JobId=… TimeLimit=…)' }],
      },
    ],
  },
  {
    id: 'scheduler-ended-job',
    cause: 'slurm_time_limit',
    strength: 'plain',
    match: [/CANCELLED AT \S+ DUE TO PREEMPTION/, /DUE TO NODE FAILURE/],
    fatal: true,
    meaning: 'The batch system took the node away.',
    fixes: [{ title: 'Submit the job again', do: [{ run: 'sbatch --requeue …' }] }],
  },
]
