import { mail } from '../../../src/contract/mail.ts'
import { type Account, type Discovered, mailAccounts } from '../../../src/contract/mail-accounts.ts'
import type { Action } from '../../actions/registry.ts'
import type { Judgement, Values } from '../../shell/overlays/form.tsx'
import type { Shell } from '../../shell/shell.ts'
import { sanitiseText } from '../../terminal/sanitise.ts'
import type { FormField } from '../../widgets/form-state.ts'
import { toned } from '../../widgets/theme.ts'
import { changed } from '../changed.ts'
import { showSteps } from '../steps.ts'
import type { MailBook } from './book.ts'
import { stateWords } from './rows.ts'

/** Mail accounts: added, tested, changed and removed. */
export function accountActions(shell: Shell, book: MailBook): Action<Shell, never>[] {
  return [
    {
      id: 'mail.accounts',
      title: 'accounts',
      help: 'Adds a mail account; tests, changes, removes one.',
      where: ['mail'],
      danger: 'none',
      run() {
        shell.menu('Mail accounts', [
          ...book.known.map(account => ({
            id: account.id,
            title: sanitiseText(account.name),
            note: stateWords(account),
            run: () => accountMenu(shell, book, account),
          })),
          {
            id: 'add',
            title: 'add an account ...',
            ...(shell.readOnly ? { disabled: 'this screen only reads' } : {}),
            run: () => addForm(shell, book),
          },
        ])
      },
    },
  ]
}

function accountMenu(shell: Shell, book: MailBook, account: Account): void {
  const { id } = account
  const only = shell.readOnly ? { disabled: 'this screen only reads' } : {}
  const edit = (what: string, change: object) =>
    shell.act(what, async () => {
      await shell.client.call(mailAccounts.edit, { id, ...change })
      await book.accounts.refresh()
    })
  shell.menu(sanitiseText(account.name), [
    { id: 'test', title: 'test it', note: 'step by step, what works', run: () => test(shell, account) },
    {
      id: 'sync',
      title: 'ask the server now',
      run: async () =>
        void (await shell.act('check', async () => {
          const { fresh } = await shell.client.call(mail.sync, { account: id })
          shell.toast('info', fresh === 0 ? 'Nothing new.' : `${fresh} new.`)
        })),
    },
    { id: 'edit', title: 'change it ..', ...only, run: () => editForm(shell, book, account) },
    {
      id: 'default',
      title: 'send from it by default',
      ...(account.default ? { disabled: 'it is the default' } : only),
      run: async () => void (await edit('default', { default: true })),
    },
    { id: 'remove', title: 'remove it ..', ...only, run: () => remove(shell, book, account) },
  ])
}

const test = (shell: Shell, { id, name }: Account): Promise<void> =>
  showSteps(shell, `Testing ${sanitiseText(name)}`, async () => {
    const { steps } = await shell.client.call(mailAccounts.test, { id })
    return steps
  })

function remove(shell: Shell, book: MailBook, { id, name, address }: Account): void {
  void shell
    .confirm({
      title: 'Remove this mail account',
      facts: [
        sanitiseText(name),
        sanitiseText(address),
        'What is cached here goes; nothing changes on the server.',
      ],
      verb: 'Remove',
    })
    .then(async yes => {
      if (!yes) return
      await shell.act('remove', async () => {
        await shell.client.call(mailAccounts.remove, { id })
        if (book.account === id) book.account = null
        shell.toast('good', `Removed ${name}.`)
        book.refresh()
      })
    })
}

const logins = [
  { value: 'password', label: 'a password, sealed here' },
  { value: 'password_command', label: 'a command that prints the password' },
  { value: 'oauth_command', label: 'a command that prints an OAuth2 token' },
  { value: 'none', label: 'no login' },
]

const securities = ['tls', 'starttls', 'none'].map(value => ({ value, label: value }))

const serverFields = (kind: 'imap' | 'smtp'): FormField[] => [
  { id: `${kind}_host`, label: `${kind} host`, kind: 'text', placeholder: `${kind}.example.org` },
  { id: `${kind}_port`, label: `${kind} port`, kind: 'text', placeholder: kind === 'imap' ? '993' : '465' },
  { id: `${kind}_security`, label: `${kind} security`, kind: 'choice', choices: securities },
]

const secretField = (how: string): FormField[] =>
  how === 'none'
    ? []
    : how === 'password'
      ? [{ id: 'secret', label: 'password', kind: 'text', mask: '*' }]
      : [{ id: 'secret', label: 'command', kind: 'text', placeholder: 'pass show mail' }]

/** The address first; then only what nobody can know from it. */
export function addForm(shell: Shell, book: MailBook): void {
  let found: Discovered | null = null
  let asked = ''
  const address = (values: Values) => (values.address ?? '').trim().toLowerCase()
  const isWhole = (text: string) => /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text)
  const look = async (values: Values): Promise<Discovered | null> => {
    const wanted = address(values)
    if (!isWhole(wanted)) return null
    if (found?.address !== wanted) found = await shell.client.call(mailAccounts.discover, { address: wanted })
    return found
  }
  const known = (values: Values) => (found?.address === address(values) ? found : null)
  shell.form({
    title: 'Add a mail account',
    verb: 'Add',
    values: {
      address: '',
      from_name: '',
      how: 'password',
      secret: '',
      mailbox: 'yes',
      imap_security: 'tls',
      smtp_security: 'tls',
    },
    fields(values) {
      const of = known(values)
      const by = values.by_hand === 'yes'
      return [
        { id: 'address', label: 'address', kind: 'text', placeholder: 'me@example.org' },
        { id: 'from_name', label: 'your name', kind: 'text', placeholder: 'as others see it' },
        ...(of?.imap && of.smtp ? [{ id: 'by_hand', label: 'other servers', kind: 'toggle' as const }] : []),
        ...(of && !of.imap ? [{ id: 'mailbox', label: 'mailbox', kind: 'toggle' as const }] : []),
        ...(of && (by || (!of.imap && values.mailbox !== 'no')) ? serverFields('imap') : []),
        ...(of && (by || !of.smtp) ? serverFields('smtp') : []),
        ...(of && (by || !of.imap || !of.smtp)
          ? [{ id: 'user', label: 'login', kind: 'text' as const, placeholder: of.user ?? of.address }]
          : []),
        { id: 'how', label: 'login with', kind: 'choice', choices: logins },
        ...secretField(values.how ?? 'password'),
      ]
    },
    async judge(values): Promise<Judgement> {
      const wanted = address(values)
      if (wanted === asked && known(values)) return { rows: said(known(values)!) }
      asked = wanted
      const of = await look(values)
      return of === null
        ? { rows: [toned('An address is enough for the common providers.', 'quiet')] }
        : { rows: said(of) }
    },
    async submit(values) {
      const of = await look(values)
      if (of === null) throw new Error('Give a whole address: me@example.org.')
      const wrong = wanting(of, values)
      if (wrong !== null) throw new Error(wrong)
      const servers = [...(values.mailbox === 'no' ? [] : ['imap']), 'smtp'] as ('imap' | 'smtp')[]
      const added = await shell.client.call(mailAccounts.add, {
        address: of.address,
        ...(values.from_name?.trim() ? { from_name: values.from_name.trim() } : {}),
        ...(values.user?.trim() ? { user: values.user.trim() } : {}),
        ...(values.mailbox === 'no' && !of.imap ? { send_only: true } : {}),
        ...Object.assign({}, ...servers.map(kind => serverOf(kind, values))),
        ...secretOf(values),
      })
      book.account = added.imap ? added.id : book.account
      book.folder = 'INBOX'
      await book.accounts.refresh()
      book.home = { kind: 'folder' }
      book.ask(book.home)
      setImmediate(() => void test(shell, added))
    },
  })
}

/** What has to be given before anything is saved, in the words of the form. */
function wanting({ imap, smtp }: Discovered, values: Values): string | null {
  const has = (id: string) => (values[id] ?? '').trim() !== ''
  const mailbox = values.mailbox !== 'no'
  if (mailbox && !imap && !has('imap_host')) return 'Name the imap host, or say that there is no mailbox.'
  if (!mailbox && !smtp && !has('smtp_host')) return 'Name the smtp host: without a mailbox it only sends.'
  return portTrouble(values) ?? secretTrouble(values)
}

function portTrouble(values: Values): string | null {
  for (const kind of ['imap', 'smtp']) {
    const port = (values[`${kind}_port`] ?? '').trim()
    if (port !== '' && !(/^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535))
      return `${kind} port: '${port}' is not a number from 1 to 65535.`
  }
  return null
}

function secretTrouble({ how = 'none', secret = '' }: Values): string | null {
  if (how === 'none' || how === 'kept' || secret !== '') return null
  return how === 'password' ? "Give the password, or choose 'no login'." : 'Give the command.'
}

function said({ imap, smtp, hint, from }: Discovered): string[] {
  const place = (server: { host: string; port: number; security: string } | null) =>
    server ? `${server.host}:${server.port} ${server.security}` : 'not known'
  const sources = {
    table: 'known',
    srv: 'from its SRV records',
    autoconfig: 'from what its provider says on the web',
  }
  if (from === null) return [toned('Nothing is known of its servers: name them.', 'warn')]
  return [
    sanitiseText(`reads from ${place(imap)}, sends by ${place(smtp)} (${sources[from]})`),
    ...(hint ? [toned(sanitiseText(`This provider ${hint}.`), 'warn')] : []),
  ]
}

function serverOf(kind: 'imap' | 'smtp', values: Values) {
  const host = values[`${kind}_host`]?.trim()
  const port = values[`${kind}_port`]?.trim()
  if (!host) return {}
  return {
    [`${kind}_host`]: host,
    [`${kind}_security`]: values[`${kind}_security`] ?? 'tls',
    ...(port ? { [`${kind}_port`]: Number(port) } : {}),
  }
}

function secretOf({ how = 'none', secret = '' }: Values) {
  return how === 'none' || secret === '' ? {} : { [how]: secret }
}

function editForm(shell: Shell, book: MailBook, account: Account): void {
  const { id, imap, smtp } = account
  const before: Record<string, string> = {
    name: sanitiseText(account.name),
    address: sanitiseText(account.address),
    from_name: sanitiseText(account.from_name ?? ''),
    user: sanitiseText(account.user),
    imap_host: imap?.host ?? '',
    imap_port: String(imap?.port ?? ''),
    imap_security: imap?.security ?? 'tls',
    smtp_host: smtp?.host ?? '',
    smtp_port: String(smtp?.port ?? ''),
    smtp_security: smtp?.security ?? 'tls',
    authserv_id: sanitiseText(account.authserv_id ?? ''),
    how: 'kept',
    secret: '',
    ...Object.fromEntries(Object.entries(account.folders).map(([role, path]) => [role, sanitiseText(path)])),
  }
  const folders = ['sent', 'drafts', 'trash', 'junk', 'archive'] as const
  const clearable = new Set<string>(['imap_host', 'smtp_host', 'authserv_id', ...folders])
  shell.form({
    title: `Account ${before.name}`,
    verb: 'Save',
    values: before,
    fields: ({ how = 'kept' }) => [
      { id: 'name', label: 'name', kind: 'text' },
      { id: 'address', label: 'address', kind: 'text' },
      { id: 'from_name', label: 'your name', kind: 'text' },
      { id: 'user', label: 'login', kind: 'text' },
      {
        id: 'how',
        label: 'login with',
        kind: 'choice',
        choices: [{ value: 'kept', label: 'as before' }, ...logins.slice(0, 3)],
      },
      ...(how === 'kept' ? [] : secretField(how)),
      ...serverFields('imap'),
      ...serverFields('smtp'),
      ...folders.map(
        (role): FormField => ({ id: role, label: role, kind: 'text', placeholder: 'as the server says' }),
      ),
      { id: 'authserv_id', label: 'authserv id', kind: 'text', placeholder: 'learned from your mail' },
    ],
    async submit(values) {
      const wrong = portTrouble(values) ?? secretTrouble(values)
      if (wrong !== null) throw new Error(wrong)
      const { how = 'kept', secret = '', imap_port, smtp_port, from_name, ...texts } = changed(before, values)
      const cleared = Object.fromEntries(
        Object.entries(texts).map(([field, value]) => [
          field,
          value === '' && clearable.has(field) ? null : value,
        ]),
      )
      await shell.client.call(mailAccounts.edit, {
        id,
        ...cleared,
        ...(from_name === undefined ? {} : { from_name: from_name === '' ? null : from_name }),
        ...(imap_port ? { imap_port: Number(imap_port) } : {}),
        ...(smtp_port ? { smtp_port: Number(smtp_port) } : {}),
        ...secretOf({ how: how === 'kept' ? 'none' : how, secret }),
      })
      await book.accounts.refresh()
      shell.toast('good', `Changed ${before.name}.`)
    },
  })
}
