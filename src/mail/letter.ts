/** What a person wants to send. */
export interface Letter {
  to: string
  cc?: string
  bcc?: string
  subject: string
  body: string
  html?: string
  in_reply_to?: string
  references?: string
}

/** A letter as a person edits it: header lines, a line of dashes, the body. */
export const draftText = (letter: Letter): string => {
  const headers = [
    `To: ${letter.to}`,
    ...(letter.cc ? [`Cc: ${letter.cc}`] : []),
    ...(letter.bcc ? [`Bcc: ${letter.bcc}`] : []),
    `Subject: ${letter.subject}`,
    ...(letter.in_reply_to ? [`In-Reply-To: ${letter.in_reply_to}`] : []),
    ...(letter.references ? [`References: ${letter.references}`] : []),
  ]
  return `${headers.map(line => line.trimEnd()).join('\n')}\n---\n${letter.body.replace(/\n+$/, '')}\n`
}

const FIELDS: Record<string, keyof Letter> = {
  to: 'to',
  cc: 'cc',
  bcc: 'bcc',
  subject: 'subject',
  'in-reply-to': 'in_reply_to',
  references: 'references',
}

/** The same back again. A text without the line of dashes is all body. */
export const letterOf = (text: string): Letter => {
  const lines = text.replace(/\r\n?/g, '\n').split('\n')
  const dashes = lines.findIndex(line => /^---\s*$/.test(line))
  const letter: Letter = {
    to: '',
    subject: '',
    body: lines
      .slice(dashes + 1)
      .join('\n')
      .replace(/\n+$/, ''),
  }
  for (const line of lines.slice(0, Math.max(0, dashes))) {
    const found = /^([A-Za-z-]+):(.*)$/.exec(line)
    const field = found && FIELDS[found[1]!.toLowerCase()]
    if (field) letter[field] = found[2]!.trim()
  }
  return letter
}
