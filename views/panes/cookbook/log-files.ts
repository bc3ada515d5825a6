import { open, rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { cookbook } from '../../../src/contract/cookbook.ts'
import type { Shell } from '../../shell/shell.ts'
import { bytes } from '../words.ts'

const piece = 1_048_576
/** A pager gets the end of a log longer than this. */
const pagedBytes = 16 * piece

/** The whole log into a file that is not there yet, piece by piece. */
export async function saveLog(shell: Shell, id: string, name: string): Promise<void> {
  await shell.act('The log was not saved', async () => {
    const path = resolve(name.replace(/^~(?=\/)/, process.env.HOME ?? '~'))
    const file = await open(path, 'wx', 0o600)
    let offset = 0
    try {
      for (;;) {
        const response = await shell.client.stream(cookbook.log, { id, offset, length: piece })
        const part = new Uint8Array(await response.arrayBuffer())
        if (part.length === 0) break
        await file.write(part)
        offset += part.length
      }
    } catch (error) {
      await rm(path)
      throw error
    } finally {
      await file.close()
    }
    shell.toast('good', `Saved ${bytes(offset)} to ${path}.`)
  })
}

export async function pagedLog(shell: Shell, id: string): Promise<void> {
  await shell.page(await shell.toOpen(endOf(shell, id)))
}

async function endOf(shell: Shell, id: string): Promise<string> {
  const parts: Uint8Array[] = []
  let size = 0
  let offset = -pagedBytes
  while (size < pagedBytes) {
    const response = await shell.client.stream(cookbook.log, { id, offset, length: piece })
    const start = Number(response.headers.get('ithaca-log-start') ?? 0)
    const part = new Uint8Array(await response.arrayBuffer())
    if (part.length === 0) break
    parts.push(part)
    size += part.length
    offset = start + part.length
  }
  return Buffer.concat(parts).toString('utf8')
}
