import type { Cause, Context, Diagnosis, Fix, NoCause } from './types.ts'

interface End {
  cause: Cause
  meaning: string
  fix: Fix
}

const byHand = (id: string, title: string, command: string): Fix => ({
  id,
  title,
  operations: [{ op: 'run', command }],
})

const update = byHand('exit-update', 'Update the engine', 'update the engine to its newest release')

/** What the way a process ended says when its log is silent. */
const ends: Readonly<Record<string, End>> = {
  SIGKILL: {
    cause: 'host_oom_killed',
    meaning: 'It was killed without a word, which is nearly always the kernel, out of main memory.',
    fix: byHand('exit-oom', 'Ask the kernel', "dmesg -T | grep -i -E 'killed process|out of memory' | tail"),
  },
  SIGSEGV: { cause: 'segfault', meaning: 'It crashed in native code (segmentation fault).', fix: update },
  SIGBUS: {
    cause: 'bus_error_mmap',
    meaning: 'A mapped file could not be read, or /dev/shm is full (bus error).',
    fix: byHand('exit-bus', 'Look at the disk and at /dev/shm', 'df -h /dev/shm .'),
  },
  SIGILL: {
    cause: 'illegal_instruction',
    meaning: 'The build uses CPU instructions this machine does not have.',
    fix: update,
  },
  SIGABRT: { cause: 'native_abort', meaning: 'It gave up in native code.', fix: update },
  127: {
    cause: 'binary_not_found',
    meaning: 'The program was not found on the host.',
    fix: byHand('exit-path', 'See what is on the PATH', 'command -v vllm llama-server ollama; echo $PATH'),
  },
  126: {
    cause: 'permission_denied',
    meaning: 'The program was found but may not be executed.',
    fix: byHand('exit-mode', 'Make it executable', 'ls -l the program, then chmod +x it'),
  },
}

const numbers: Readonly<Record<number, string>> = {
  4: 'SIGILL',
  6: 'SIGABRT',
  7: 'SIGBUS',
  9: 'SIGKILL',
  11: 'SIGSEGV',
}

/** Null where the end says nothing either, or somebody asked for it. */
export function exitVerdict(found: NoCause, context: Context): Diagnosis | null {
  if (context.stopRequested || found.rootLine !== null || found.verdict === 'stopped') return null
  const code = context.exitCode ?? null
  const signal = context.signal ?? (code === null ? null : numbers[code < 0 ? -code : code - 128])
  const end = ends[signal ?? ''] ?? (code === null ? undefined : ends[code])
  if (end === undefined) return null
  const how = context.signal || signal ? `Ended by ${signal}` : `Ended with exit code ${code}`
  return {
    cause: end.cause,
    confidence: 0.5,
    rule: `exit-${(signal ?? code)?.toString().toLowerCase()}`,
    engine: found.engine,
    rootLine: '',
    byteOffset: found.scannedBytes,
    lineNumber: null,
    excerpt: found.excerpt,
    explanation: `${how}, and the log is silent. ${end.meaning}`,
    values: {},
    fixes: [end.fix],
    scannedBytes: found.scannedBytes,
    why: found.why,
  }
}
