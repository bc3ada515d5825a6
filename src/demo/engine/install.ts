import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { FakeGpu } from './gpus.ts'
import { programNames } from './main.ts'

export interface FakeMachine {
  /** Put this first in PATH, or use `${bin}/vllm` as an absolute path. */
  bin: string
  /** Directory with `gpus.json` and the claims of living processes. */
  gpuState: string
}

export const demoGpus: readonly FakeGpu[] = [0, 1].map(index => ({
  index,
  uuid: `GPU-de30de30-0000-4000-8000-00000000000${index}`,
  name: 'NVIDIA RTX 6000 Ada Generation',
  busId: `00000000:0${index + 1}:00.0`,
  totalMiB: 49140,
  capability: '8.9',
  powerLimit: 300,
  baseMiB: 1,
}))

/**
 * Writes one small program per engine into `dir/bin`. Each becomes `node dir/bin/.engine/NAME …`, so that a process list
 * shows an interpreter, the engine's name and its real arguments, as it does for the real ones.
 */
export async function installFakeEngines(
  dir: string,
  options: { gpus?: readonly FakeGpu[]; only?: readonly string[] } = {},
): Promise<FakeMachine> {
  const bin = join(dir, 'bin')
  const inner = join(bin, '.engine')
  const gpuState = join(dir, 'gpus')
  await mkdir(inner, { recursive: true })
  await mkdir(gpuState, { recursive: true })
  await writeFile(join(gpuState, 'gpus.json'), JSON.stringify(options.gpus ?? demoGpus, null, 2))
  const program = programUrl()
  for (const name of options.only ?? programNames) {
    const stub = join(inner, name)
    await writeFile(
      stub,
      `process.env.FAKE_ENGINE_PROGRAM = ${JSON.stringify(program)}
process.env.FAKE_GPU_STATE ??= ${JSON.stringify(gpuState)}
import(process.env.FAKE_ENGINE_PROGRAM).then(program => program.run(${JSON.stringify(name)}, process.argv.slice(2)))
`,
    )
    const script = `#!/bin/sh\nexec ${quote(process.execPath)} --disable-warning=ExperimentalWarning ${quote(stub)} "$@"\n`
    await writeFile(join(bin, name), script, { mode: 0o755 })
  }
  return { bin, gpuState }
}

const quote = (word: string) => `'${word.replace(/'/g, `'\\''`)}'`

/** The engine as source when run from source, as its own file of the build otherwise. */
function programUrl(): string {
  const source = new URL('./main.ts', import.meta.url)
  return (existsSync(source) ? source : new URL('./fake-engine.mjs', import.meta.url)).href
}
