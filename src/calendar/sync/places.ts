import { Problem } from '../../contract/problem.ts'

/** Where calendars of the common providers are, and what a person has to know before a password works. */
const TABLE: [domains: string, url: string, hint?: string][] = [
  [
    'gmail.com googlemail.com',
    'https://apidata.googleusercontent.com/caldav/v2/',
    'takes OAuth2 only: give --oauth-command',
  ],
  ['icloud.com me.com mac.com', 'https://caldav.icloud.com/', 'needs an app password'],
  ['fastmail.com fastmail.fm', 'https://caldav.fastmail.com/', 'needs an app password'],
  ['yahoo.com ymail.com', 'https://caldav.calendar.yahoo.com/', 'needs an app password'],
  ['aol.com', 'https://caldav.calendar.aol.com/', 'needs an app password'],
  ['gmx.de gmx.net gmx.at gmx.ch', 'https://caldav.gmx.net/'],
  ['gmx.com', 'https://caldav.gmx.com/'],
  ['web.de', 'https://caldav.web.de/'],
  ['mailbox.org', 'https://dav.mailbox.org/'],
  ['posteo.de posteo.net', 'https://posteo.de:8443/'],
  ['zoho.com', 'https://calendar.zoho.com/', 'needs an app password'],
  ['yandex.com yandex.ru', 'https://caldav.yandex.ru/', 'needs an app password'],
  ['disroot.org', 'https://cloud.disroot.org/remote.php/dav/'],
  ['runbox.com', 'https://dav.runbox.com/'],
  ['mailfence.com', 'https://mailfence.com/'],
]
const KNOWN = new Map(
  TABLE.flatMap(([domains, url, hint]) => domains.split(' ').map(domain => [domain, { url, hint }])),
)

/** What DNS is asked; injected, because tests have none. */
export interface Names {
  srv(name: string): Promise<{ name: string; port: number; priority: number; weight: number }[]>
  txt(name: string): Promise<string[][]>
}

export interface Start {
  address: string | null
  url: string
  /** What a person is told when the login is refused. */
  hint?: string
}

/** Where to begin looking, from whatever was given: an address, a server's name, or a URL. */
export const startFrom = async (given: string, names: Names): Promise<Start> => {
  const text = given.trim()
  if (/^https?:\/\//i.test(text)) return { address: null, url: urlOf(text) }
  const address = /^[^\s@<>,;:"/]+@([^\s@<>,;:"/]+)$/.exec(text)
  const domain = (address ? address[1]! : text).toLowerCase()
  if (!/^[a-z0-9.-]+(:\d+)?$/.test(domain) || (!address && text.includes('@')))
    throw new Problem('invalid', `'${text.slice(0, 100)}' is no address, server or URL.`)
  const known = KNOWN.get(domain)
  const url = known?.url ?? (await announced(domain, names)) ?? `https://${domain}/`
  return { address: address ? text.toLowerCase() : null, url, ...(known?.hint ? { hint: known.hint } : {}) }
}

export const hintFor = (address: string | null): string | undefined =>
  address === null ? undefined : KNOWN.get(address.slice(address.indexOf('@') + 1))?.hint

/** What the domain itself says. A name that says no is one that offers nothing. */
const announced = async (domain: string, names: Names): Promise<string | undefined> => {
  const service = `_caldavs._tcp.${domain}`
  const [found, texts] = await Promise.all([
    names.srv(service).catch(() => []),
    names.txt(service).catch(() => []),
  ])
  const [best] = found.sort((one, other) => one.priority - other.priority || other.weight - one.weight)
  if (!best || best.name === '' || best.name === '.') return undefined
  const path =
    texts
      .flat()
      .find(text => text.startsWith('path='))
      ?.slice('path='.length) ?? '/'
  return urlOf(`https://${best.name}:${best.port}${path.startsWith('/') ? path : '/'}`)
}

const urlOf = (text: string): string => {
  let url: URL
  try {
    url = new URL(text)
  } catch {
    throw new Problem('invalid', `'${text.slice(0, 100)}' is no URL.`)
  }
  if (url.username !== '' || url.password !== '')
    throw new Problem('invalid', 'A password does not belong into a URL: give --user and --password.')
  return url.href
}
