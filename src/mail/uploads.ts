import { randomBytes } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import type { Author, Changes } from '../../store/changes.ts'
import type { OutboxStore } from '../../store/outbox.ts'
import { notFound, Problem } from '../contract/problem.ts'
import { cleanFilename } from './clean.ts'
import type { Enclosed } from './mime.ts'
import type { Reading } from './reading.ts'

/** Files that wait to be sent along with a mail. */
export interface Uploads {
  /** Keeps a file, or with a token adds bytes to one. */
  take(
    author: Author,
    file: { filename: string; content_type?: string; content: string; token?: string },
  ): { token: string; filename: string; size: number }
  /** What the tokens stand for: uploads, and parts of mails that are here. */
  enclosed(author: Author, tokens: readonly string[]): Promise<Enclosed[]>
}

const LARGEST = 40 * 1024 * 1024

export const openUploads = (deps: {
  store: OutboxStore
  changes: Changes
  now: () => number
  reading: Pick<Reading, 'attachment'>
}): Uploads => {
  const { store, changes, now, reading } = deps
  return {
    take(author, { filename, content_type, content, token }) {
      if (!/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(content)) throw new Problem('invalid', 'content is not base64.')
      const before = token === undefined ? undefined : store.upload(token)
      if (token !== undefined && before?.actor !== author.actor) throw notFound('upload', token)
      const bytes = Buffer.concat([...(before ? [before.content] : []), Buffer.from(content, 'base64')])
      if (bytes.length > LARGEST)
        throw new Problem('too_large', `An attachment has at most ${LARGEST / 1024 / 1024} MiB.`)
      const upload = before
        ? { ...before, content: bytes }
        : {
            id: randomBytes(16).toString('base64url'),
            name: cleanFilename(filename),
            type: /^[\w.+-]+\/[\w.+-]+$/.test(content_type ?? '')
              ? content_type!
              : 'application/octet-stream',
            content: bytes,
            actor: author.actor,
            created_at: now(),
          }
      changes.write(author, () => store.putUpload(upload))
      return { token: upload.id, filename: upload.name, size: bytes.length }
    },

    async enclosed(author, tokens) {
      const files: Enclosed[] = []
      for (const token of tokens) {
        const slash = token.indexOf('/')
        if (slash > 0) {
          const found = await reading.attachment(token.slice(0, slash), token.slice(slash + 1))
          const { name, type } = found.attachment
          files.push({ name, type, content: await buffer(found.content) })
          continue
        }
        const upload = store.upload(token)
        if (!upload || (upload.actor !== author.actor && author.actor !== 'operator'))
          throw new Problem(
            'invalid',
            `There is no upload '${token.slice(0, 60)}': the mail was not written.`,
            { token },
          )
        files.push(upload)
      }
      return files
    },
  }
}
