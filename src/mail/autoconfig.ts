import type { Server } from '../contract/mail-accounts.ts'
import { decodeEntities } from './entities.ts'
import { attribute, tokens } from './html.ts'

/** Fetches one address of the web; given from outside, so that a test needs no network. */
export type Fetch = (url: string, init: { redirect: 'manual'; signal: AbortSignal }) => Promise<Response>

/** What a provider says of itself in the form that Thunderbird made common. */
export interface Said {
  imap?: Server
  smtp?: Server
  /** The name to log in with, where it is not the address. */
  user?: string
}

const DEADLINE = 4000
const LARGEST = 64 * 1024
const MOST_HOPS = 3

/** Asked only over https, for a short time and for few bytes; whatever goes wrong is as if nothing were there. */
export const autoconfigured = async (address: string, fetch: Fetch): Promise<Said> => {
  const domain = address.slice(address.indexOf('@') + 1)
  if (!/^(?=.{3,253}$)([a-z0-9-]+\.)+[a-z][a-z0-9-]*$/.test(domain)) return {}
  const signal = AbortSignal.timeout(DEADLINE)
  const found = await Promise.all(
    [
      `https://autoconfig.${domain}/mail/config-v1.1.xml?emailaddress=${encodeURIComponent(address)}`,
      `https://${domain}/.well-known/autoconfig/mail/config-v1.1.xml`,
    ].map(url =>
      read(url, fetch, signal)
        .then(text => configIn(text, address))
        .catch((): Said => ({})),
    ),
  )
  return found.find(each => each.imap || each.smtp) ?? {}
}

const read = async (url: string, fetch: Fetch, signal: AbortSignal, hops = 0): Promise<string> => {
  if (!url.startsWith('https://') || hops > MOST_HOPS) throw new Error('not followed')
  const response = await fetch(url, { redirect: 'manual', signal })
  const next = response.headers.get('location')
  if (response.status >= 300 && response.status < 400 && next) {
    await response.body?.cancel()
    return read(new URL(next, url).href, fetch, signal, hops + 1)
  }
  if (!response.ok || !response.body) throw new Error(`answered ${response.status}`)
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    size += chunk.length
    // Leaving the loop cancels the rest.
    if (size > LARGEST) throw new Error('too large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

const SECURITY: Record<string, Server['security']> = { SSL: 'tls', STARTTLS: 'starttls' }

/** The first of each kind that is encrypted; POP3 and plain connections are passed over. */
export const configIn = (xml: string, address: string): Said => {
  const said: Said = {}
  let server: { kind: 'imap' | 'smtp'; values: Record<string, string> } | null = null
  let open = ''
  for (const token of tokens(xml)) {
    if ('text' in token) {
      if (server && open !== '') server.values[open] ??= decodeEntities(token.text).trim().slice(0, 300)
    } else if (/^(incoming|outgoing)server$/.test(token.tag)) {
      if (token.closes) {
        if (server) take(said, server.kind, server.values, address)
        server = null
      } else {
        const type = attribute(token.attributes, 'type')
        server = type === 'imap' || type === 'smtp' ? { kind: type, values: {} } : null
      }
    } else open = token.closes ? '' : token.tag
  }
  return said
}

const take = (
  said: Said,
  kind: 'imap' | 'smtp',
  { hostname = '', port = '', sockettype = '', username }: Record<string, string>,
  address: string,
): void => {
  const security = SECURITY[sockettype.toUpperCase()]
  const host = filled(hostname, address).toLowerCase()
  const number = Number(port)
  const right = Number.isInteger(number) && number > 0 && number < 65_536 && /^[a-z0-9.-]{1,255}$/.test(host)
  if (said[kind] || !security || !right) return
  said[kind] = { host, port: number, security }
  if (kind === 'imap' && username) said.user = filled(username, address)
}

const filled = (text: string, address: string): string => {
  const [local = '', domain = ''] = address.split('@')
  return text
    .replaceAll('%EMAILADDRESS%', address)
    .replaceAll('%EMAILLOCALPART%', local)
    .replaceAll('%EMAILDOMAIN%', domain)
}
