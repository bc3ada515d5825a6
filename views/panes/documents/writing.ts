import { documents } from '../../../src/contract/documents.ts'
import type { Shell } from '../../shell/shell.ts'
import { editText } from '../editing.ts'
import { showDiff } from './versions.ts'

const extensions: Record<string, string> = {
  markdown: 'md',
  python: 'py',
  javascript: 'js',
  typescript: 'ts',
  email: 'eml',
}

/** The text through $EDITOR; what is saved becomes a new version. */
export async function editDocument(shell: Shell, id: string): Promise<void> {
  const { client } = shell
  const { title, language, version: opened } = await shell.toOpen(client.call(documents.get, { id }))
  await editText(shell, {
    key: `document ${id}`,
    extension: extensions[language] ?? 'txt',
    async read() {
      const { content, version } = await client.call(documents.get, { id })
      return { text: content, mark: version }
    },
    async write(content, version) {
      const at = version === null ? {} : { version: version as number }
      const saved = await client.call(documents.edit, { id, content, ...at })
      shell.toast('good', `Saved '${saved.title}' as version ${saved.version}. u takes it back.`)
    },
    async aside(content) {
      const beside = await client.call(documents.add, {
        title: `${title} (yours)`.slice(0, 1000),
        language,
        content,
      })
      shell.toast('warn', `What you wrote is in '${beside.title}'.`)
    },
    theirs: mark => showDiff(shell, id, { from: (mark as number | null) ?? opened }),
  })
}

/** Another document: its text first, in $EDITOR, so that leaving it without a word leaves nothing behind. */
export async function writeDocument(
  shell: Shell,
  title: string,
  made: (id: string) => Promise<void>,
): Promise<void> {
  let id: string | null = null
  await editText(shell, {
    key: 'new document',
    extension: 'md',
    read: async () => ({ text: '', mark: null }),
    async write(content) {
      id = (await shell.client.call(documents.add, { title, language: 'markdown', content })).id
    },
  })
  if (id === null) return shell.toast('info', 'Nothing was written: there is no new document.')
  await made(id)
  shell.toast('good', `Wrote '${title}'. u takes it back.`)
}

/** A mail as a document: nothing is sent. */
export function draftMail(shell: Shell, made: (id: string) => void): void {
  shell.form({
    title: 'Mail draft',
    verb: 'Write',
    values: { to: '', cc: '', subject: '' },
    fields: [
      { id: 'to', label: 'to', kind: 'text', placeholder: 'ann@example.com' },
      { id: 'cc', label: 'cc', kind: 'text' },
      { id: 'subject', label: 'subject', kind: 'text' },
    ],
    async submit({ to = '', cc = '', subject = '' }) {
      const draft = await shell.client.call(documents.draft, { to, subject, ...(cc === '' ? {} : { cc }) })
      made(draft.id)
      shell.toast('good', `Drafted '${draft.title}'. E writes it, S sends it; nothing is sent before.`)
    },
  })
}

/** Goes to the letter in the mail pane, where its people and files are seen, and begins there what was asked for. */
export async function asLetter(shell: Shell, id: string, action: string): Promise<void> {
  shell.go('mail')
  await shell.pane.reveal?.(`letter ${id}`)
  const begun = shell.actions.get(action)
  if (begun) await shell.router.run(begun)
}
