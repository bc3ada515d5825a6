import { documents } from '../../../src/contract/documents.ts'
import type { Action } from '../../actions/registry.ts'
import type { Shell } from '../../shell/shell.ts'
import type { History } from './history.ts'
import { diffRows } from './text.ts'

/** What can be done in the history of a document. */
export function versionActions(shell: Shell, history: () => History | null): Action<Shell, never>[] {
  const where = ['documents.versions']
  const none = () => (history()?.selected ? undefined : 'select a version first')
  const base = { where, danger: 'none' as const, disabled: none }
  const version = () => history()!.selected!.version
  const newest = () => history()!.list.items[0]?.version
  return [
    {
      ...base,
      id: 'documents.version-open',
      title: 'read',
      help: 'Gives the keys to the difference or the text.',
      run() {
        shell.side = 'detail'
      },
    },
    {
      ...base,
      id: 'documents.version-base',
      title: 'compare with this',
      help: 'Compares the others with this version; once more, each with the one before it.',
      run() {
        const one = history()!
        one.base = one.base === version() ? null : version()
      },
    },
    {
      ...base,
      id: 'documents.version-text',
      title: 'text or changes',
      help: 'Shows the whole text of the version, or what it changed.',
      run() {
        const one = history()!
        one.whole = !one.whole
      },
    },
    {
      ...base,
      id: 'documents.version-restore',
      title: 'bring back',
      help: 'Makes its text the newest version; nothing is lost.',
      writes: true,
      disabled: () => none() ?? (version() === newest() ? 'it is the newest' : undefined),
      async run() {
        const { entry, list } = history()!
        const was = version()
        const document = await shell.client.call(documents.restore, { id: entry.id, version: was })
        list.select(String(document.version))
        shell.toast('good', `Version ${was} is back as version ${document.version}. u takes it back.`)
      },
    },
    {
      ...base,
      id: 'documents.version-copy',
      title: 'copy',
      help: 'Copies the text of the version to the clipboard.',
      async run() {
        const { entry } = history()!
        const { content } = await shell.client.call(documents.get, { id: entry.id, version: version() })
        shell.copy(content, `version ${version()}`)
      },
    },
  ]
}

/** The difference between two versions; by default what the newest changed. */
export async function showDiff(
  shell: Shell,
  id: string,
  which: { from?: number; to?: number } = {},
): Promise<void> {
  await shell.act('difference', async () => {
    const { from, to, added, removed, text } = await shell.toOpen(
      shell.client.call(documents.diff, { id, ...which }),
    )
    const rows = (width: number) => (text === '' ? ['Nothing changed.'] : diffRows(text, width))
    shell.show(`Version ${from} to ${to}: +${added} -${removed}`, rows)
  })
}
