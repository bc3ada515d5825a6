import { randomBytes } from 'node:crypto'
import type { Host } from '../hosts/host.ts'
import { parseGpus } from './parse.ts'
import type { GpuReading } from './reading.ts'
import { gpuScript } from './script.ts'

/** Looks at a host's GPUs, on the lane where slow questions wait for each other. */
export async function readGpus(
  host: Host,
  options: { signal?: AbortSignal; deadline?: number } = {},
): Promise<GpuReading> {
  const mark = `gpus-${randomBytes(9).toString('hex')}`
  const answer = await host.ask(gpuScript(mark), {
    lane: 'slow',
    deadline: options.deadline ?? 20_000,
    signal: options.signal,
  })
  return parseGpus(answer.stdout.toString('utf8'), mark, Date.now())
}
