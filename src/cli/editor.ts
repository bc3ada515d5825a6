import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Problem } from '../contract/problem.ts'

export interface Written {
  to: string
  cc?: string
  bcc?: string
  subject: string
  body: string
  in_reply_to?: string
  references?: string
}

/** A mail in the person's editor: header lines, a line of dashes, the text. Left as it was, it is not sent; where nothing comes of it, it stays in its file. */
export const edited = async <T>(letter: Written, send: (written: Written) => Promise<T>): Promise<T> => {
  const folder = await mkdtemp(join(tmpdir(), 'ithaca-mail-'))
  const file = join(folder, 'mail.txt')
  const before = `To: ${letter.to}\nCc: ${letter.cc ?? ''}\nBcc: ${letter.bcc ?? ''}\nSubject: ${letter.subject}\n---\n${letter.body}`
  const isWritten = async () => {
    const after = await readFile(file, 'utf8').catch(() => '')
    return after !== before && after.trim() !== ''
  }
  let isLeft = false
  try {
    await writeFile(file, before, { mode: 0o600 })
    await open(file)
    if (!(await isWritten())) throw new Problem('conflict', 'Nothing was written, so nothing is sent.')
    return await send({ ...letter, ...parsed(await readFile(file, 'utf8')) })
  } catch (error) {
    isLeft = await isWritten()
    throw isLeft ? naming(error as Error, file) : error
  } finally {
    if (!isLeft) await rm(folder, { recursive: true, force: true })
  }
}

const naming = (error: Error, file: string): Error => {
  const said = `${error.message.replace(/[^.!?]$/, '$&.')} What you wrote is in ${file}.`
  return error instanceof Problem ? new Problem(error.code, said, error.details) : new Error(said)
}

const open = (file: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const editor = process.env.VISUAL || process.env.EDITOR || 'vi'
    const child = spawn('/bin/sh', ['-c', `${editor} "$1"`, 'sh', file], { stdio: 'inherit' })
    child.once('error', reject)
    child.once('close', code =>
      code === 0
        ? resolve()
        : reject(new Problem('conflict', `${editor} ended with ${code}: nothing is sent.`)),
    )
  })

const parsed = (text: string): Pick<Written, 'to' | 'cc' | 'bcc' | 'subject' | 'body'> => {
  const lines = text.split('\n')
  const dashes = lines.findIndex(line => /^---\s*$/.test(line))
  if (dashes < 0)
    throw new Problem('invalid', 'The line --- between the headers and the text is missing: nothing is sent.')
  const field = (name: string): string =>
    lines
      .slice(0, dashes)
      .find(line => line.toLowerCase().startsWith(`${name}:`))
      ?.slice(name.length + 1)
      .trim() ?? ''
  return {
    ...{ to: field('to'), cc: field('cc'), bcc: field('bcc'), subject: field('subject') },
    body: lines.slice(dashes + 1).join('\n'),
  }
}
