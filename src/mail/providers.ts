import type { Server } from '../contract/mail-accounts.ts'

export interface Servers {
  imap: Server
  smtp: Server
  /** What a person has to know before a password works. */
  hint?: string
}

const tls = (host: string, port = 993): Server => ({ host, port, security: 'tls' })
const starttls = (host: string, port = 587): Server => ({ host, port, security: 'starttls' })

const APP = 'needs an app password, or OAuth2: the password of the account itself is refused'

/** Where the common ones are, so that an address is enough. */
const TABLE: [domains: string, servers: Servers][] = [
  ['gmail.com googlemail.com', { imap: tls('imap.gmail.com'), smtp: tls('smtp.gmail.com', 465), hint: APP }],
  [
    'outlook.com hotmail.com live.com msn.com',
    {
      imap: tls('outlook.office365.com'),
      smtp: starttls('smtp-mail.outlook.com'),
      hint: 'takes OAuth2 only: give --oauth-command',
    },
  ],
  [
    'icloud.com me.com mac.com',
    { imap: tls('imap.mail.me.com'), smtp: starttls('smtp.mail.me.com'), hint: APP },
  ],
  [
    'yahoo.com ymail.com yahoo.de yahoo.fr yahoo.co.uk',
    { imap: tls('imap.mail.yahoo.com'), smtp: tls('smtp.mail.yahoo.com', 465), hint: APP },
  ],
  ['aol.com', { imap: tls('imap.aol.com'), smtp: tls('smtp.aol.com', 465), hint: APP }],
  [
    'fastmail.com fastmail.fm',
    { imap: tls('imap.fastmail.com'), smtp: tls('smtp.fastmail.com', 465), hint: APP },
  ],
  [
    'gmx.de gmx.net gmx.at gmx.ch',
    {
      imap: tls('imap.gmx.net'),
      smtp: tls('mail.gmx.net', 465),
      hint: 'IMAP has to be switched on in its settings first',
    },
  ],
  [
    'gmx.com',
    {
      imap: tls('imap.gmx.com'),
      smtp: tls('mail.gmx.com', 465),
      hint: 'IMAP has to be switched on in its settings first',
    },
  ],
  [
    'web.de',
    {
      imap: tls('imap.web.de'),
      smtp: starttls('smtp.web.de'),
      hint: 'IMAP has to be switched on in its settings first',
    },
  ],
  ['t-online.de', { imap: tls('secureimap.t-online.de'), smtp: tls('securesmtp.t-online.de', 465) }],
  ['mailbox.org', { imap: tls('imap.mailbox.org'), smtp: tls('smtp.mailbox.org', 465) }],
  ['posteo.de posteo.net', { imap: tls('posteo.de'), smtp: tls('posteo.de', 465) }],
  ['zoho.com', { imap: tls('imap.zoho.com'), smtp: tls('smtp.zoho.com', 465) }],
  ['yandex.com yandex.ru', { imap: tls('imap.yandex.com'), smtp: tls('smtp.yandex.com', 465), hint: APP }],
  ['runbox.com', { imap: tls('mail.runbox.com'), smtp: tls('mail.runbox.com', 465) }],
  ['mailfence.com', { imap: tls('imap.mailfence.com'), smtp: tls('smtp.mailfence.com', 465) }],
  ['disroot.org', { imap: tls('disroot.org'), smtp: tls('disroot.org', 465) }],
  ['riseup.net', { imap: tls('mail.riseup.net'), smtp: tls('mail.riseup.net', 465) }],
  ['free.fr', { imap: tls('imap.free.fr'), smtp: tls('smtp.free.fr', 465) }],
  ['orange.fr', { imap: tls('imap.orange.fr'), smtp: tls('smtp.orange.fr', 465) }],
  ['163.com', { imap: tls('imap.163.com'), smtp: tls('smtp.163.com', 465), hint: APP }],
  ['qq.com', { imap: tls('imap.qq.com'), smtp: tls('smtp.qq.com', 465), hint: APP }],
  [
    'proton.me protonmail.com pm.me',
    {
      imap: starttls('127.0.0.1', 1143),
      smtp: starttls('127.0.0.1', 1025),
      hint: 'needs Proton Mail Bridge on this machine, its password, and its certificate as --ca-file',
    },
  ],
]

const KNOWN = new Map(
  TABLE.flatMap(([domains, servers]) => domains.split(' ').map(domain => [domain, servers])),
)

export const knownProvider = (domain: string): Servers | undefined => KNOWN.get(domain)

export type LookUp = (
  name: string,
) => Promise<{ name: string; port: number; priority: number; weight: number }[]>

/** What the domain itself says in its SRV records. A name that says no is one that offers nothing. */
export const announced = async (domain: string, lookUp: LookUp): Promise<Partial<Servers>> => {
  const best = async (service: string): Promise<{ host: string; port: number } | undefined> => {
    const found = await lookUp(`${service}.${domain}`).catch(() => [])
    const [first] = found.sort((one, other) => one.priority - other.priority || other.weight - one.weight)
    return first && first.name !== '' && first.name !== '.'
      ? { host: first.name, port: first.port }
      : undefined
  }
  const [imaps, imap, submissions, submission] = await Promise.all(
    ['_imaps._tcp', '_imap._tcp', '_submissions._tcp', '_submission._tcp'].map(best),
  )
  const read = imaps ? tls(imaps.host, imaps.port) : imap && starttls(imap.host, imap.port)
  const send = submissions
    ? tls(submissions.host, submissions.port)
    : submission && starttls(submission.host, submission.port)
  return { ...(read ? { imap: read } : {}), ...(send ? { smtp: send } : {}) }
}
