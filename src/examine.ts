import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import type { Examined } from './cli/diagnose.ts'
import { Problem } from './contract/problem.ts'
import { diagnose } from './cookbook/diagnosis/diagnose.ts'
import { formatReasons, formatVerdict } from './cookbook/diagnosis/format.ts'

/** The diagnosis of any log, without a workspace. */
export const examine = async (log: string | NodeJS.ReadableStream, columns: number): Promise<Examined> => {
  if (typeof log === 'string') await readable(log)
  const bytes = typeof log === 'string' ? createReadStream(log, { highWaterMark: 1 << 20 }) : log
  const verdict = await diagnose(bytes as AsyncIterable<Uint8Array>)
  return { verdict, lines: formatVerdict(verdict, columns), reasons: formatReasons(verdict) }
}

const readable = async (path: string): Promise<void> => {
  try {
    const file = await open(path)
    const stat = await file.stat()
    await file.close()
    if (stat.isDirectory()) throw new Problem('invalid', `${path} is a directory, not a log.`)
  } catch (error) {
    if (error instanceof Problem) throw error
    const { code, message } = error as NodeJS.ErrnoException
    throw code === 'ENOENT'
      ? new Problem('not_found', `There is no file ${path}.`)
      : new Problem('failed', `${path} cannot be read: ${message}`)
  }
}
