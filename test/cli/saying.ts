import { PassThrough, Readable } from 'node:stream'
import { extend } from '../../src/cli/extend.ts'
import { type Around, runProgram } from '../../src/cli/program.ts'
import { groups } from '../../src/contract/all.ts'
import type { TestWorkspace } from '../peers/workspace.ts'

export interface Spoken {
  code: number
  out: string
  err: string
}

/** Command lines on a workspace, without a process: what they print, and with what they end. */
export const saying =
  (w: TestWorkspace) =>
  async (...argv: string[]): Promise<Spoken> => {
    const [stdout, stderr] = [new PassThrough(), new PassThrough()]
    const code = await runProgram({
      ...{ version: '0', argv, groups },
      extend: (program, around: Around) => extend({} as never)(program, around),
      open: async () => ({ client: w.client, url: '', close: async () => undefined }),
      ...{ stdout: stdout as never, stderr: stderr as never, stdin: Readable.from(['']) as never },
    })
    return { code, out: String(stdout.read() ?? ''), err: String(stderr.read() ?? '') }
  }
