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

/** A letter while it is being written: from which account, and with which files of the writer's machine or `MAIL/PART`s. */
export interface Draft extends Letter {
  from?: string
  attach?: readonly string[]
}

/** Each of a line of people: a comma in a quoted name parts nobody. */
export const peopleIn = (line: string): string[] =>
  (line.match(/(?:"[^"]*"|[^,;"])+/g) ?? []).map(one => one.trim()).filter(one => one !== '')

/** Those of a line of people that can be nobody's address. */
export const strangers = (line: string): string[] =>
  peopleIn(line).filter(one => !(one.includes('<') ? /<[^<>\s@]+@[^<>\s@]+>/ : /[^<>\s@]@[^<>\s@]/).test(one))

/** A letter as a person edits it: header lines, a line of dashes, the body. */
export const draftText = (draft: Draft): string => {
  const headers: [string, string | undefined][] = [
    ['From', draft.from || undefined],
    ['To', draft.to],
    ['Cc', draft.cc || undefined],
    ['Bcc', draft.bcc || undefined],
    ['Subject', draft.subject],
    ...(draft.attach ?? []).map((file): [string, string] => ['Attach', file]),
    ['In-Reply-To', draft.in_reply_to || undefined],
    ['References', draft.references || undefined],
  ]
  const lines = headers
    .filter(([, value]) => value !== undefined)
    // A line break in a value would be another header, such as a Bcc nobody sees.
    .map(([name, value]) => `${name}: ${value!.replace(/\s*[\r\n\u2028\u2029]+\s*/g, ' ')}`.trimEnd())
  return `${[...lines, '---', draft.body].join('\n').replace(/\n+$/, '')}\n`
}

const FIELDS = {
  to: 'to',
  cc: 'cc',
  bcc: 'bcc',
  subject: 'subject',
  'in-reply-to': 'in_reply_to',
  references: 'references',
} as const

/** The same back again. A text without the line of dashes is all body. */
export const letterOf = (text: string): Letter => {
  const { from: _from, attach: _attach, ...letter } = draftOf(text)
  return letter
}

/** The same, with what only its writer's machine knows: the account and the files. */
export const draftOf = (text: string): Draft => {
  const lines = text.replace(/\r\n?/g, '\n').split('\n')
  const dashes = lines.findIndex(line => /^---\s*$/.test(line))
  const draft: Draft = {
    to: '',
    subject: '',
    body: lines
      .slice(dashes + 1)
      .join('\n')
      .replace(/\n+$/, ''),
  }
  const attach: string[] = []
  for (const line of lines.slice(0, Math.max(0, dashes))) {
    const found = /^([A-Za-z-]+):(.*)$/.exec(line)
    if (!found) continue
    const [name, value] = [found[1]!.toLowerCase(), found[2]!.trim()]
    if (name === 'from') draft.from = value
    else if (name === 'attach' && value !== '') attach.push(value)
    else if (Object.hasOwn(FIELDS, name)) draft[FIELDS[name as keyof typeof FIELDS]] = value
  }
  return attach.length > 0 ? { ...draft, attach } : draft
}
