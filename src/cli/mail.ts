import { text as readAll } from 'node:stream/consumers'
import type { Command } from 'commander'
import { saveAll, uploadFile } from '../client/attachments.ts'
import type { Client } from '../client/client.ts'
import { mail } from '../contract/mail.ts'
import { mailAccounts } from '../contract/mail-accounts.ts'
import type { MailText, Sending } from '../contract/mail-words.ts'
import type { Route } from '../contract/route.ts'
import { addVerb } from './derive.ts'
import { edited, type Written } from './editor.ts'
import { EXIT } from './exit.ts'
import { invitationLines } from './invitation.ts'
import type { Around } from './program.ts'
import { clean } from './table.ts'
import { told } from './told.ts'
import { group } from './workspace.ts'

/** Mail where one call of the API is not all of it: accounts, reading, saving, writing. */
export const addMail = (program: Command, around: Around): void => {
  const noun = group(program, 'mail')
  addAccounts(noun.command('accounts').description('Mailboxes, and servers to send by'), around)
  noun
    .command('read <id>')
    .description('Shows one mail; it stays unread unless --mark is given')
    .option('--mark', 'marks it as read')
    .action(async (id: string, options: { mark?: boolean }) => {
      const client = await around.client()
      const found = await client.call(mail.read, { id, mark: options.mark ?? false })
      around.print(around.json() ? JSON.stringify(found, null, 2) : asText(found))
    })
  noun
    .command('save <id> [part]')
    .description('Saves one attachment, or all of them')
    .option('--to <folder>', 'where to; nothing there is overwritten', '.')
    .action(async (id: string, part: string | undefined, options: { to: string }) => {
      const saved = await saveAll(await around.client(), id, part, options.to)
      around.print(around.json() ? JSON.stringify(saved) : saved.map(each => each.file).join('\n'))
    })
  writing(
    noun
      .command('send')
      .description('Writes and sends a mail; the text from --body, standard input or $EDITOR'),
    around,
    async () => ({}),
  )
  writing(
    noun.command('reply <id>').option('--all', 'to everybody').description('Answers a mail'),
    around,
    (client, id, { all }) => client.call(mail.answer, { id, mode: all ? 'reply_all' : 'reply' }),
  )
  writing(
    noun.command('forward <id>').description('Sends a mail on, with what hangs on it'),
    around,
    (client, id) => client.call(mail.answer, { id, mode: 'forward' }),
  )
}

const addAccounts = (command: Command, around: Around): void => {
  const spoken: [string, Route][] = [
    [
      'list',
      {
        ...mailAccounts.list,
        cli: { columns: ['id', 'name', 'address', 'state', 'default', 'reason'], rows: 'items' },
      },
    ],
    ['add', { ...mailAccounts.add, cli: { words: ['address'], stdin: 'password' } }],
    ['edit', { ...mailAccounts.edit, cli: { words: ['id'], stdin: 'password' } }],
    ['discover', { ...mailAccounts.discover, cli: { words: ['address'] } }],
    ['rm', { ...mailAccounts.remove, cli: { words: ['id'] } }],
  ]
  for (const [verb, route] of spoken) addVerb(command.command(verb), route, around)
  command
    .command('test <id>')
    .description(mailAccounts.test.summary)
    .action(async (id: string) => {
      const client = await around.client()
      const { ok, steps } = await client.call(mailAccounts.test, { id })
      around.print(around.json() ? JSON.stringify({ ok, steps }, null, 2) : steps.map(told).join('\n'))
      if (!ok) process.exitCode = EXIT.failed
    })
}

const asText = (found: MailText): string => {
  const lines = [
    ['From', found.from_name ? `${found.from_name} <${found.from_address}>` : found.from_address],
    ['To', found.to],
    ['Cc', found.cc],
    ['Date', found.date],
    ['Subject', found.subject],
    ['Folder', `${found.folder}${found.tags.length > 0 ? `  ${found.tags.join(' ')}` : ''}`],
  ].filter(([, value]) => value !== '')
  const files = found.attachments.map(each => `[${each.part}] ${each.name}  ${each.type}  ${each.size} bytes`)
  return [
    ...lines.map(([name, value]) => `${name}: ${clean(value!)}`),
    ...found.warnings.map(warning => `! ${clean(warning)}`),
    ...(found.invitation ? ['', ...invitationLines(found.invitation, found.id)] : []),
    '',
    clean(found.body, true),
    ...(found.truncated ? ['', '… the rest was not fetched.'] : []),
    ...(files.length > 0 ? ['', 'Attachments (ithaca mail save):', ...files.map(file => clean(file))] : []),
  ].join('\n')
}

interface Flags {
  to?: string
  cc?: string
  bcc?: string
  subject?: string
  body?: string
  attach: string[]
  account?: string
  document?: string
  draft?: boolean
  wait: boolean
  all?: boolean
}

type Begin = (client: Client, id: string, flags: Flags) => Promise<Partial<Begun>>
interface Begun {
  account: string
  to: string
  cc: string
  subject: string
  body: string
  in_reply_to: string
  references: string
  source: string
  attachments: string[]
  text: string
}

const writing = (command: Command, around: Around, begin: Begin): void => {
  command
    .option('--to <people>', 'addresses, with commas between them')
    .option('--cc <people>')
    .option('--bcc <people>')
    .option('--subject <text>')
    .option('--body <text>', 'the text; - reads standard input')
    .option(
      '--attach <file>',
      'a file to send along (may be given several times)',
      (file: string, before: string[]) => [...before, file],
      [] as string[],
    )
    .option('--account <name>', 'the account to send by')
    .option('--document <id>', 'a draft document to send')
    .option('--draft', 'puts it into the Drafts folder instead of sending it')
    .option('--no-wait', 'does not wait for the server')
    .action(async (...given: unknown[]) => {
      const flags = command.opts() as Flags
      const client = await around.client()
      const {
        text: _text,
        source,
        attachments: taken = [],
        ...begun
      } = await begin(client, String(given[0] ?? ''), flags)
      await lettered(around, flags, begun, async letter => {
        const attachments = [
          ...taken,
          ...(await Promise.all(flags.attach.map(file => uploadFile(client, file)))),
        ]
        const message = {
          ...letter,
          account: flags.account ?? begun.account,
          document: flags.document,
          attachments,
        }
        if (flags.draft) {
          const { folder } = await client.call(mail.draft, message)
          around.print(around.json() ? JSON.stringify({ folder }) : `It lies in ${clean(folder)}.`)
          return
        }
        const sending = await client.call(mail.send, { ...message, source, wait: flags.wait })
        around.print(around.json() ? JSON.stringify(sending, null, 2) : outcome(sending))
        if (sending.state === 'failed' || sending.state === 'unknown') process.exitCode = EXIT.failed
      })
    })
}

/** What is given and what is written, for whoever sends it. */
const lettered = async (
  around: Around,
  flags: Flags,
  begun: Partial<Begun>,
  send: (letter: Written) => Promise<void>,
): Promise<void> => {
  const { to, cc, bcc, subject } = flags
  const given = {
    ...{ to: to ?? begun.to ?? '', cc: cc ?? begun.cc, bcc, subject: subject ?? begun.subject ?? '' },
    ...{ in_reply_to: begun.in_reply_to, references: begun.references },
  }
  const quoted = begun.body ?? ''
  if (flags.body !== undefined && flags.body !== '-')
    return send({ ...given, body: `${flags.body}${quoted}` })
  if (flags.document !== undefined) return send({ ...given, body: '' })
  if (flags.body === '-' || !around.stdin.isTTY)
    return send({ ...given, body: `${await readAll(around.stdin)}${quoted}` })
  return edited({ ...given, body: quoted }, send)
}

const outcome = (sending: Sending): string => {
  const people = sending.to.map(address => clean(address)).join(', ')
  if (sending.state === 'sent')
    return `Sent to ${people}.${sending.reason === null ? '' : ` ${clean(sending.reason)}`}`
  const why = sending.reason === null ? '' : `: ${clean(sending.reason)}`
  if (sending.state === 'failed') return `Not sent${why}. It is kept: ithaca mail retry ${sending.id}`
  if (sending.state === 'unknown')
    return `It may have been sent${why}. It is held, and not sent again by itself: ithaca mail outbox`
  return `It waits to be sent${why}: ithaca mail outbox`
}
