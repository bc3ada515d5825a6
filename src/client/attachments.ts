import { createWriteStream, existsSync, statSync } from 'node:fs'
import { access, constants, mkdir, readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { basename, dirname, extname, join, resolve } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { fileTrouble } from '../contract/file-trouble.ts'
import { mail } from '../contract/mail.ts'
import { notFound, Problem } from '../contract/problem.ts'
import type { Client } from './client.ts'

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
      throw new Problem('failed', `${file} cannot be written: ${fileTrouble(error)}.`)
    }
    await pipeline(Readable.fromWeb(response.body as never), out)
    return file
  }
  throw new Problem('conflict', `There are too many files called ${name} in ${folder}.`)
}

/** In pieces, because a request is not as large as a file may be. */
const PIECE = 3_000_000

/** The token of a file of this machine, to be sent along with a mail. */
export const uploadFile = async (client: Client, file: string): Promise<string> => {
  const bytes = await readFile(file).catch((error: Error) => {
    throw new Problem('not_found', `${file} cannot be read: ${fileTrouble(error)}.`)
  })
  let token: string | undefined
  for (let at = 0; at === 0 || at < bytes.length; at += PIECE) {
    const content = bytes.subarray(at, at + PIECE).toString('base64')
    const made = await client.call(mail.upload, {
      filename: basename(file),
      content,
      ...(token ? { token } : {}),
    })
    token = made.token
  }
  return token!
}

/** Why a file cannot be sent along; null where it can. */
export const attachTrouble = async (file: string): Promise<string | null> => {
  const path = expandHome(file)
  try {
    await access(path, constants.R_OK)
    return statSync(path).isDirectory() ? `${file} is a folder: name its files.` : null
  } catch (error) {
    return `${file} cannot be read: ${fileTrouble(error)}.`
  }
}

/** A path as people write it. */
export const expandHome = (path: string): string =>
  resolve(path === '~' || path.startsWith('~/') ? join(homedir(), path.slice(1)) : path)

/** One attachment into a folder, or under a name that is chosen. */
export const saveOne = async (
  client: Client,
  id: string,
  attachment: { part: string; name: string },
  to: string,
): Promise<string> => {
  const path = expandHome(to)
  const isFolder = to.endsWith('/') || (existsSync(path) && statSync(path).isDirectory())
  const [folder, name] = isFolder ? [path, basename(attachment.name)] : [dirname(path), basename(path)]
  // A folder that was named as one is made; a file in one that is not there is a slip of the fingers.
  if (to.endsWith('/'))
    await mkdir(folder, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
      throw new Problem('failed', `${folder} cannot be made: ${fileTrouble(error)}.`)
    })
  const response = await client.stream(mail.attachment, { id, part: attachment.part })
  return written(response, folder, name)
}
