/** A mail as a text to be read and changed before anybody sends it. */
export interface Draft {
  to: string
  cc?: string
  bcc?: string
  subject: string
  body: string
  in_reply_to?: string
  references?: string
}

export const draftText = (draft: Draft): string => {
  const headers = [
    ['To', draft.to],
    ['Cc', draft.cc || undefined],
    ['Bcc', draft.bcc || undefined],
    ['Subject', draft.subject],
    ['In-Reply-To', draft.in_reply_to || undefined],
    ['References', draft.references || undefined],
  ]
  const lines = headers
    .filter(([, value]) => value !== undefined)
    // A line break in a value would be another header, such as a Bcc nobody sees.
    .map(([name, value]) => `${name}: ${value!.replace(/\s*[\r\n\u2028\u2029]+\s*/g, ' ')}`.trimEnd())
  return `${[...lines, '---', draft.body].join('\n').replace(/\n+$/, '')}\n`
}

/** The mail that a draft answers, from the header lines a client put into it. */
export const sourceOf = (content: string) => ({
  source_email_uid: header(content, 'X-Source-UID'),
  source_email_folder: header(content, 'X-Source-Folder'),
})

const header = (content: string, name: string): string | null => {
  const head = content.slice(0, 20_000).split(/^---\s*$/m)[0] ?? ''
  const value = head.match(new RegExp(`^${name}:[ \\t]*(.*)$`, 'im'))?.[1]?.trim()
  return value ? value.slice(0, 200) : null
}
