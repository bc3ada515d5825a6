import { documents } from '../../../src/contract/documents.ts'
import { Problem } from '../../../src/contract/problem.ts'
import type { Shell } from '../../shell/shell.ts'
import { sanitiseText } from '../../terminal/sanitise.ts'

const extensions: Record<string, string> = {
  markdown: 'md',
  python: 'py',
  javascript: 'js',
  typescript: 'ts',
  email: 'eml',
}

/** The text through $EDITOR. What was written is never lost: where somebody else wrote meanwhile, the person says which goes on top. */
export async function editText(shell: Shell, id: string): Promise<void> {
  const { content, version, title, language } = await shell.client.call(documents.get, { id })
  const text = await shell.edit(content, extensions[language] ?? 'txt')
  if (text === null) return
  try {
    const saved = await shell.client.call(documents.edit, { id, content: text, version })
    shell.toast('good', `Saved '${saved.title}' as version ${saved.version}. u takes it back.`)
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'conflict') {
      await keepAside(shell, title, language, text)
      throw error
    }
    // Keys wait for what the last one did, so the answer cannot be waited for here.
    void shell.act('write', () => settle(shell, { id, title, language, content: text }))
  }
}

interface Written {
  id: string
  title: string
  language: string
  content: string
}

async function settle(shell: Shell, { id, title, language, content }: Written): Promise<void> {
  const over = await shell.confirm({
    title: 'Somebody changed it while you wrote',
    facts: [
      sanitiseText(title),
      'Yes puts yours on top as a new version.',
      'No keeps yours as a document of its own.',
    ],
    verb: 'On top',
  })
  if (over) await shell.client.call(documents.edit, { id, content })
  else await keepAside(shell, title, language, content)
}

async function keepAside(shell: Shell, title: string, language: string, content: string): Promise<void> {
  const kept = await shell.client.call(documents.add, {
    title: `${title} (yours)`.slice(0, 1000),
    language,
    content,
  })
  shell.toast('warn', `What you wrote is in '${kept.title}'.`)
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
      shell.toast('good', `Drafted '${draft.title}'. E writes it; nothing is sent.`)
    },
  })
}
