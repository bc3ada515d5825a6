import { mail } from '../../../src/contract/mail.ts'
import type { Shell } from '../../shell/shell.ts'
import { sanitiseText } from '../../terminal/sanitise.ts'

/** What hangs on a mail that is here is named by that mail. */
export const isPart = (file: string) => /^[0-9a-f-]+-\d+\/[\d.]+$/.test(file)

/** A file that hangs on a mail that is here: what it is called there, and in which. */
export interface Part {
  name: string
  subject: string
}
export type Parts = ReadonlyMap<string, Part>

/** Those of a letter, as far as their mails are still here. */
export async function partsOf(shell: Shell, attach: readonly string[] = []): Promise<Parts> {
  const parts = attach.filter(isPart)
  const ids = [...new Set(parts.map(part => part.split('/')[0]!))]
  const mails = await Promise.all(ids.map(id => shell.client.call(mail.read, { id }).catch(() => null)))
  const found = mails.flatMap(one =>
    (one?.attachments ?? []).map(
      ({ part, name }) => [`${one!.id}/${part}`, { name, subject: one!.subject }] as const,
    ),
  )
  return new Map(found.filter(([part, { name }]) => parts.includes(part) && name !== ''))
}

/** What a file is called; one that hangs on a mail that is here, as it is called there. */
export function partWords(file: string, parts: Parts): string {
  const part = parts.get(file)
  return part ? `${part.name}, of '${part.subject}'` : file
}

/** The files of a letter in one line of a form, those of mails by their names, and back. */
export function attachLine(attach: readonly string[], parts: Parts) {
  const shown = new Map<string, string>()
  const files = new Map<string, string>()
  for (const file of attach) {
    if (shown.has(file)) continue
    const words = freeOf(wordsOf(file, parts), files)
    shown.set(file, words)
    files.set(words, file)
  }
  return {
    text: [...shown.values()].join(', '),
    read: (text: string): string[] =>
      text.split(',').flatMap(word => files.get(word.trim()) ?? (word.trim() || [])),
  }
}

/** Of several that are called the same, each has a name of its own. */
function freeOf(words: string, files: ReadonlyMap<string, string>): string {
  const name = words.replace(/^\[(.*)\]$/, '$1')
  let free = words
  for (let n = 2; files.has(free); n++) free = `[${name} ${n}]`
  return free
}

function wordsOf(file: string, parts: Parts): string {
  const part = parts.get(file)
  return sanitiseText(part ? `[${part.name.replaceAll(/[,[\]]/g, ' ').trim()}]` : file)
}
