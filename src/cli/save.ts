import { createWriteStream } from 'node:fs'
import { basename, extname, join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Client } from '../client/client.ts'
import { mail } from '../contract/mail.ts'
import { notFound, Problem } from '../contract/problem.ts'

/** Attachments as files, read as they come and never over something that is there. */
export const saveAll = async (
  client: Client,
  id: string,
  part: string | undefined,
  folder: string,
): Promise<{ part: string; file: string }[]> => {
  const { attachments } = await client.call(mail.read, { id })
  const wanted = attachments.filter(each => (part === undefined ? !each.inline : each.part === part))
  if (wanted.length === 0) throw notFound('attachment', part ?? id)
  const saved: { part: string; file: string }[] = []
  for (const each of wanted) {
    const response = await client.stream(mail.attachment, { id, part: each.part })
    saved.push({ part: each.part, file: await written(response, folder, basename(each.name)) })
  }
  return saved
}

const MOST_NAMES = 1000

const written = async (response: Response, folder: string, name: string): Promise<string> => {
  const kind = extname(name)
  for (let turn = 1; turn < MOST_NAMES; turn++) {
    const file = join(
      folder,
      turn === 1 ? name : `${name.slice(0, name.length - kind.length)} (${turn})${kind}`,
    )
    const out = createWriteStream(file, { flags: 'wx', mode: 0o600 })
    try {
      await new Promise((resolve, reject) => {
        out.once('open', resolve)
        out.once('error', reject)
      })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') continue
      throw new Problem('failed', `${file} cannot be written: ${(error as Error).message}`)
    }
    await pipeline(Readable.fromWeb(response.body as never), out)
    return file
  }
  throw new Problem('conflict', `There are too many files called ${name} in ${folder}.`)
}
