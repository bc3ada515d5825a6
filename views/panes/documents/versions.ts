import { documents, type Entry } from '../../../src/contract/documents.ts'
import type { Shell } from '../../shell/shell.ts'
import { sanitiseText } from '../../terminal/sanitise.ts'
import { diffRows, documentRows } from './text.ts'

/** Every version there was, to look at, compare and bring back. */
export async function history(shell: Shell, entry: Entry): Promise<void> {
  const { items } = await shell.client.call(documents.versions, { id: entry.id, limit: 500 })
  const { id } = entry
  shell.menu(
    `Versions of ${sanitiseText(entry.title)}`,
    items.map(({ version, by, note, size, created_at }) => ({
      id: String(version),
      title: `version ${version}`,
      note: sanitiseText(
        `${new Date(created_at).toISOString().slice(0, 16).replace('T', ' ')} ${by} ${size} ${note}`,
      ),
      run: () =>
        shell.menu(`Version ${version}`, [
          { id: 'text', title: 'read it', run: () => showText(shell, id, version) },
          {
            id: 'made',
            title: 'what it changed',
            ...(version === 1 ? { disabled: 'it is the first' } : {}),
            run: () => showDiff(shell, id, { from: version - 1, to: version }),
          },
          {
            id: 'since',
            title: 'what changed since',
            ...(version === entry.version ? { disabled: 'it is the newest' } : {}),
            run: () => showDiff(shell, id, { from: version, to: entry.version }),
          },
          {
            id: 'restore',
            title: 'bring it back',
            note: 'as the newest version; nothing is lost',
            ...(version === entry.version ? { disabled: 'it is the newest' } : {}),
            ...(shell.readOnly ? { disabled: 'this screen only reads' } : {}),
            run: () => restore(shell, id, version),
          },
        ]),
    })),
  )
}

/** The difference between two versions; by default what the newest changed. */
export async function showDiff(
  shell: Shell,
  id: string,
  which: { from?: number; to?: number } = {},
): Promise<void> {
  await shell.act('difference', async () => {
    const { from, to, added, removed, text } = await shell.client.call(documents.diff, { id, ...which })
    const rows = text === '' ? ['Nothing changed.'] : diffRows(text)
    shell.show(`Version ${from} to ${to}: +${added} -${removed}`, () => rows)
  })
}

async function showText(shell: Shell, id: string, version: number): Promise<void> {
  await shell.act('version', async () => {
    const document = await shell.client.call(documents.get, { id, version })
    shell.show(`Version ${version}`, width => documentRows(document, width, shell.glyphs))
  })
}

async function restore(shell: Shell, id: string, version: number): Promise<void> {
  await shell.act('bring back', async () => {
    const document = await shell.client.call(documents.restore, { id, version })
    shell.toast('good', `Version ${version} is back as version ${document.version}. u takes it back.`)
  })
}
