import { mail } from '../../../src/contract/mail.ts'
import type { Mail, MailText } from '../../../src/contract/mail-words.ts'
import type { Shell } from '../../shell/shell.ts'
import { sanitiseBlock, sanitiseText } from '../../terminal/sanitise.ts'
import { cut, proseRows, wrapText } from '../../widgets/text.ts'
import { toned } from '../../widgets/theme.ts'
import { factRows } from '../facts.ts'
import { bytes, day } from '../words.ts'
import { invitationRows } from './invitation.ts'
import { shortLinks } from './links.ts'

/** As much of a text as is laid out at once. */
const most = 200_000
/** A selection that moves on sooner is not read. */
const rests = 120

/** The text of the mail that is selected: read when it is looked at, laid out once for each width. */
export class Reading {
  text: MailText | null = null
  readonly #shell: Shell
  #asking: string | null = null
  #error: string | null = null
  #thread = 1
  #laid: { of: MailText; thread: number; width: number; rows: string[] } | null = null
  #timer: NodeJS.Timeout | undefined

  constructor(shell: Shell) {
    this.#shell = shell
  }

  /** Its text, where it is here already. */
  of(one: Mail | undefined): MailText | undefined {
    return this.text !== null && this.text.id === one?.id ? this.text : undefined
  }

  /** `account`: whose it is, where there are several. */
  rows(one: Mail | undefined, width: number, compact: boolean, account: string | null = null): string[] {
    if (!one) return []
    this.#ask(one.id)
    const text = this.of(one)
    if (!text) {
      const said = this.#error === null ? toned('reading', 'quiet') : toned(sanitiseText(this.#error), 'bad')
      return [...headRows(one, width, compact, account), '', ...wrapText(said, width)]
    }
    if (this.#laid?.of !== text || this.#laid.width !== width || this.#laid.thread !== this.#thread) {
      const rows = [
        ...invitationRows(text, width),
        ...attachmentRows(text, width),
        '',
        ...bodyRows(text, width, this.#shell.glyphs.more),
      ]
      this.#laid = { of: text, thread: this.#thread, width, rows }
    }
    const turns = this.#thread > 1 ? [toned(`${this.#thread} mails in this conversation: t`, 'quiet')] : []
    return [...headRows({ ...text, ...one }, width, compact, account), ...turns, ...this.#laid.rows]
  }

  /** Asks again for what could not be read. */
  again(): void {
    if (this.#error !== null) this.#asking = null
  }

  /** What it said of the calendar is not so any more. */
  forget(): void {
    this.text = null
    this.#asking = null
  }

  stop(): void {
    clearTimeout(this.#timer)
    if (this.text?.id !== this.#asking) this.#asking = null
  }

  /** Now, where a person waits for it. */
  async now(id: string): Promise<MailText> {
    if (this.text?.id !== id) {
      clearTimeout(this.#timer)
      this.#asking = id
      this.text = await this.#shell.client.call(mail.read, { id })
    }
    return this.text!
  }

  #ask(id: string): void {
    if (this.#asking === id) return
    this.#asking = id
    this.#error = null
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.#read(id), this.text === null ? 0 : rests)
  }

  async #read(id: string): Promise<void> {
    try {
      const { client } = this.#shell
      const [text, thread] = await Promise.all([
        client.call(mail.read, { id }),
        client.call(mail.thread, { id }).then(({ items }) => items.length),
      ])
      if (this.#asking !== id) return
      this.text = text
      this.#thread = thread
    } catch (error) {
      if (this.#asking !== id) return
      this.#error = (error as Error).message
    }
    this.#shell.signal.soon()
  }
}

type Head = Mail & { bcc?: string; reply_to?: string; warnings?: readonly string[] }

function headRows(one: Head, width: number, compact: boolean, account: string | null): string[] {
  const from = one.from_name ? `${one.from_name} <${one.from_address}>` : one.from_address
  const date = day(new Date(one.date).getTime())
  const subject = wrapText(sanitiseText(one.subject) || '(no subject)', width)
  const placed = account === null ? one.folder : `${one.folder} of ${account}`
  const careful = (one.warnings ?? []).map(warning => ['! careful', warning] as const)
  if (compact)
    return [
      toned(subject[0]!, 'strong'),
      toned(cut(sanitiseText(`${from}  ${date}`), width), 'quiet'),
      ...factRows(careful, width),
    ]
  return [
    ...subject.map(row => toned(row, 'strong')),
    ...factRows(
      [
        ['from', from],
        ['to', one.to],
        ['cc', one.cc],
        ['bcc', one.bcc ?? ''],
        ['reply to', one.reply_to && !from.includes(one.reply_to) ? one.reply_to : ''],
        ['date', date],
        ['in', [placed, ...one.tags.map(tag => `#${tag}`)].join('  ')],
        ...careful,
      ],
      width,
    ),
  ]
}

function attachmentRows({ attachments }: MailText, width: number): string[] {
  return attachments.flatMap(({ name, type, size, inline }) =>
    wrapText(
      sanitiseText(`+ ${name}  ${type}  ${bytes(size)}${inline ? '  inside the text' : ''}`),
      width,
    ).map(row => toned(row, 'accent')),
  )
}

function bodyRows({ body, truncated, body_from }: MailText, width: number, more: string): string[] {
  if (body_from === 'nothing') return [toned('It has no text.', 'quiet')]
  const rows = sanitiseBlock(body.slice(0, most)).flatMap(line =>
    proseRows(shortLinks(line, more), width).map(row => (line.startsWith('>') ? toned(row, 'quiet') : row)),
  )
  if (body.length > most) rows.push('', toned('This is its beginning. P opens the whole.', 'quiet'))
  if (truncated) rows.push('', toned('The rest was not fetched.', 'quiet'))
  return rows
}
