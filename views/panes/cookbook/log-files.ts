import { existsSync } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { cookbook } from '../../../src/contract/cookbook.ts'
import type { Shell } from '../../shell/shell.ts'
import { bytes } from '../words.ts'

const piece = 1_048_576
/** A pager gets the end of a log longer than this. */
const pagedBytes = 16 * piece

/** The log as long as it is now into a file that is not there yet. */
export async function saveLog(shell: Shell, id: string, name: string): Promise<void> {
  await shell.act('The log was not saved', async () => {
    const path = resolve(name.replace(/^~(?=\/)/, process.env.HOME ?? '~'))
    if (existsSync(path)) throw new Error(`${path} is there already: choose another name.`)
    // Under its name there is never less than all of it, whatever ends this.
    const part = `${path}.part`
    try {
      const length = await copyTo(part, shell, id)
      await rename(part, path)
      shell.toast('good', `Saved ${bytes(length)} to ${path}.`)
    } catch (error) {
      await rm(part, { force: true })
      throw error
    }
  })
}

/** Piece by piece; answers how much it was. */
async function copyTo(path: string, shell: Shell, id: string): Promise<number> {
  const file = await open(path, 'w', 0o600)
  let offset = 0
  // What is written meanwhile is not waited for: a flood would have no end.
  let end: number | undefined
  try {
    while (end === undefined || offset < end) {
      const length = Math.min(piece, (end ?? piece) - offset)
      const { part, size } = await readPart(shell, id, offset, length)
      end ??= size
      if (part.length === 0 && offset < end) throw new Error('It got shorter meanwhile: save it again.')
      await file.writeFile(part)
      offset += part.length
    }
  } finally {
    await file.close()
  }
  return offset
}

export async function pagedLog(shell: Shell, id: string): Promise<void> {
  const { text, start, end } = await shell.toOpen(endOf(shell, id))
  await shell.page(text)
  if (start > 0)
    shell.toast('info', `The pager had the last ${bytes(end - start)} of ${bytes(end)}; W saves all of it.`)
}

async function endOf(shell: Shell, id: string) {
  const { part: first, start, size } = await readPart(shell, id, -pagedBytes, piece)
  const parts = [first]
  let end = start + first.length
  while (end < size) {
    const { part } = await readPart(shell, id, end, Math.min(piece, size - end))
    if (part.length === 0) break
    parts.push(part)
    end += part.length
  }
  return { text: Buffer.concat(parts).toString('utf8'), start, end }
}

async function readPart(shell: Shell, id: string, offset: number, length: number) {
  const response = await shell.client.stream(cookbook.log, { id, offset, length })
  const told = (name: string) => Number(response.headers.get(`ithaca-log-${name}`) ?? 0)
  const part = new Uint8Array(await response.arrayBuffer())
  return { part, start: told('start'), size: told('size') }
}
