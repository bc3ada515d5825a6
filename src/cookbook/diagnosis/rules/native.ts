import type { FixTemplate, Rule } from '../types.ts'

const upgrades: readonly FixTemplate[] = [
  {
    title: 'Update the engine',
    do: [{ run: 'update the engine to its newest release' }],
    engines: ['llama.cpp', 'ollama'],
  },
  {
    title: 'Upgrade the engine',
    do: [{ pip: ['--upgrade', '{package}'] }],
    engines: ['vllm', 'sglang', 'tgi', 'mlx', 'other'],
  },
]

export const native: readonly Rule[] = [
  {
    id: 'segfault',
    cause: 'segfault',
    strength: 'plain',
    match: [
      /[Ss]egmentation [Ff]ault/,
      /\bSIGSEGV\b/,
      /signal: segmentation fault/,
      /Segfault encountered/,
      /(?:exited with |exit )(?:exit )?(?:code|status):? (?:139|-11)\b|exitcode: -11\b/,
      /died with <Signals\.SIGSEGV/,
      /signaled to shutdown with signal 11\b/,
      /segfault at [0-9a-f]+ ip/,
      /0xC0000005|access violation/i,
      /EXC_BAD_ACCESS/,
    ],
    meaning: 'The program crashed in its native code (segmentation fault).',
    fixes: [
      {
        title: 'Update the engine',
        do: [{ run: 'update the engine to its newest release' }],
        engines: ['llama.cpp', 'ollama'],
      },
      {
        title: 'Upgrade the engine',
        do: [{ pip: ['--upgrade', '{package}'] }],
        engines: ['vllm', 'sglang', 'tgi', 'mlx', 'other'],
      },
      { title: 'Do without CUDA graphs', do: [{ on: 'eager' }], engines: ['vllm', 'sglang'] },
    ],
  },
  {
    id: 'illegal-instruction',
    cause: 'illegal_instruction',
    strength: 'exact',
    match: [
      /[Ii]llegal [Ii]nstruction/,
      /\bSIGILL\b/,
      /signaled to shutdown with signal 4\b/,
      /(?:exited with |exit )(?:exit )?(?:code|status):? (?:132|-4)\b/,
      /0xC000001D/i,
      /(?:CPU|processor) (?:does not|doesn't) support (?:AVX\w*|SSE\w*|FMA|F16C|AMX)/i,
      /requires? (?:a CPU with )?(?:AVX\w*|AMX)\b.*(?:not|but|support)/,
      /trap invalid opcode/,
    ],
    unless: /CUDA error|on the device/,
    meaning: 'The build uses CPU instructions (such as AVX) this machine does not have.',
    fixes: [
      {
        title: 'Build it for this machine',
        do: [{ run: 'cmake -B build -DGGML_NATIVE=ON && cmake --build build --config Release' }],
        engines: ['llama.cpp', 'ollama', 'other'],
      },
      {
        title: 'Take a build without AVX-512',
        do: [{ run: 'use the generic build or container image for older processors' }],
      },
    ],
  },
  {
    id: 'bus-error',
    cause: 'bus_error_mmap',
    strength: 'exact',
    match: [
      /\bBus error\b/,
      /\bSIGBUS\b/,
      /signaled to shutdown with signal 7\b/,
      /signal: bus error/,
      /(?:exited with |exit )(?:exit )?(?:code|status):? (?:135|-7)\b|exitcode: -7\b/,
      /died with <Signals\.SIGBUS/,
    ],
    unless: /DataLoader worker|insufficient shared memory/,
    meaning:
      'A mapped file could not be read: its disk or network folder failed, it changed or was cut short while in use, or /dev/shm is full.',
    fixes: [
      { title: 'Read the file instead of mapping it', do: [{ flag: '--no-mmap' }], engines: ['llama.cpp'] },
      {
        title: 'Read the weights without mapping',
        do: [{ flag: '--weight-loader-disable-mmap' }],
        engines: ['sglang'],
      },
      {
        title: 'Read the weights in one go',
        do: [{ flag: '--safetensors-load-strategy', to: 'eager' }],
        engines: ['vllm'],
      },
      {
        title: 'Start the container with more shared memory',
        do: [{ run: 'docker run --ipc=host … (or --shm-size=16g)' }],
      },
      {
        title: 'Copy the model to a local disk',
        do: [{ run: 'copy the model to a local disk and check it is complete' }],
      },
    ],
  },
  {
    id: 'native-assertion',
    cause: 'native_abort',
    strength: 'plain',
    match: [
      /GGML_ASSERT\((?<detail>.*)\) failed/,
      /GGML_ASSERT: (?<detail>.*)/,
      /ggml_abort|GGML_ABORT/,
      /what\(\):\s+(?<detail>.*)/,
      /libc\+\+abi: terminating due to uncaught exception of type (?<detail>.*)/,
      /Assertion `(?<detail>.*)' failed/,
      /(?:double free or corruption|malloc\(\): |free\(\): invalid|corrupted size vs|stack smashing detected|munmap_chunk\(\))/,
      /Fatal Python error: (?!Segmentation)(?<detail>.*)/,
      /(?:panicked at|panic: |fatal error: unexpected signal)/,
    ],
    unless: /what\(\):\s+\[?(?:CUDA|PG |Rank )/,
    meaning: 'The program gave up in its native code[{detailPart}].',
    fixes: upgrades,
  },
  {
    id: 'native-abort',
    cause: 'native_abort',
    strength: 'echo',
    match: [
      /terminate called (?:after throwing|without an active exception)/,
      /signaled to shutdown with signal 6\b/,
      /0xC0000409/i,
      /\bSIGABRT\b|signal: aborted|Aborted \(core dumped\)/,
      /(?:exited with |exit )(?:exit )?(?:code|status):? (?:134|-6)\b/,
    ],
    meaning: 'The program gave up in its native code.',
    fixes: upgrades,
  },
]
