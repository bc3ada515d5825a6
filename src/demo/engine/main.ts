import { hf } from './hub.ts'
import { llamaServer } from './llama.ts'
import { ollama } from './ollama.ts'
import { python } from './python.ts'
import { sglang } from './sglang.ts'
import { nvidiaSmi } from './smi.ts'
import { vllm } from './vllm.ts'
import { workerMain } from './worker.ts'

const programs: Record<string, (argv: string[]) => void | Promise<void>> = {
  vllm,
  sglang,
  ollama,
  'llama-server': llamaServer,
  'nvidia-smi': nvidiaSmi,
  hf,
  python3: python,
  python,
  worker: ([title = 'worker', kind = 'child']) => workerMain(title, kind),
}

export const programNames: readonly string[] = Object.keys(programs).filter(name => name !== 'worker')

/** Lives as the named program would. */
export async function run(name: string, argv: string[]): Promise<void> {
  const program = programs[name]
  if (!program) {
    process.stderr.write(`${name}: not a program this engine can pretend to be\n`)
    process.exit(127)
  }
  await program(argv)
}
