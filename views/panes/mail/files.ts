import { saveOne } from '../../../src/client/attachments.ts'
import type { Attachment, MailText } from '../../../src/contract/mail-words.ts'
import type { Shell } from '../../shell/shell.ts'
import { sanitiseText } from '../../terminal/sanitise.ts'
import { bytes } from '../words.ts'

/** What runs when it is opened is never opened from a mail. */
const runs =
  /\.(exe|com|bat|cmd|scr|pif|msi|lnk|vbs?|js|jar|ps1|desktop|sh|bash|command|app|appimage|run|py|pl|hta|reg)$/i

/** One of them, or all: into a folder or a file that the person names. */
export function saveAttachment(shell: Shell, text: MailText): void {
  chosen(shell, text, 'Save', true, (some: readonly Attachment[]) =>
    shell.ask({
      label: some.length === 1 ? 'save to: ' : 'save all into: ',
      value: some.length === 1 ? `~/${sanitiseText(some[0]!.name)}` : '~/',
      enter: to => void save(shell, text, some, some.length === 1 ? to : `${to.replace(/\/+$/, '')}/`),
    }),
  )
}

async function save(shell: Shell, { id }: MailText, some: readonly Attachment[], to: string): Promise<void> {
  if (to.trim() === '') return
  await shell.act('save', async () => {
    const files: string[] = []
    for (const one of some) files.push(await saveOne(shell.client, id, one, to.trim()))
    shell.toast(
      'good',
      files.length === 1 ? `Saved ${files[0]}.` : `Saved ${files.length} files into ${to.trim()}`,
    )
  })
}

/** With the program of the person's desktop; where there is none it is saved. */
export function openAttachment(shell: Shell, text: MailText): void {
  chosen(shell, text, 'Open', false, ([one]) => {
    const { opener } = shell.host
    if (!opener?.command) {
      shell.toast(
        'info',
        'Nothing here opens files (no desktop, no screen.open in the config): it can be saved.',
      )
      saveAttachment(shell, { ...text, attachments: [one!] })
      return
    }
    if (runs.test(one!.name)) {
      shell.toast('warn', `open: ${one!.name} would run as a program; s saves it.`)
      return
    }
    const facts = [
      one!.name,
      `${one!.type}  ${bytes(one!.size)}`,
      `with ${opener.command}`,
      `from ${text.from_address}`,
    ]
    void shell
      .confirm({ title: 'Open this file', facts: facts.map(sanitiseText), verb: 'Open' })
      .then(async yes => {
        if (!yes) return
        await shell.act('open', async () => {
          const file = await opener.open(folder => saveOne(shell.client, text.id, one!, `${folder}/`))
          shell.toast('good', `Opened ${file}; it is there until this screen closes.`)
        })
      })
  })
}

function chosen(
  shell: Shell,
  { attachments }: MailText,
  verb: string,
  all: boolean,
  then: (some: readonly Attachment[]) => void,
): void {
  if (attachments.length === 0) shell.toast('warn', `${verb.toLowerCase()}: nothing hangs on this mail.`)
  else if (attachments.length === 1) then(attachments)
  else
    shell.menu(`${verb} which`, [
      ...(all ? [{ id: 'all', title: 'all of them', run: () => then(attachments) }] : []),
      ...attachments.map(one => ({
        id: one.part,
        title: sanitiseText(one.name),
        note: `${sanitiseText(one.type)}  ${bytes(one.size)}`,
        run: () => then([one]),
      })),
    ])
}
