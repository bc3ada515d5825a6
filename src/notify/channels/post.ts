import { lookup } from 'node:dns/promises'
import { type ClientRequest, request as plain } from 'node:http'
import { request as secure } from 'node:https'
import { BlockList, isIP } from 'node:net'
import type { Sent } from '../channel.ts'

const TIMEOUT = 10_000

/** Where cloud machines keep their keys, and what only a link knows: never a place to send reminders to. */
const never = new BlockList()
never.addSubnet('169.254.0.0', 16, 'ipv4')
never.addSubnet('0.0.0.0', 8, 'ipv4')
never.addSubnet('fe80::', 10, 'ipv6')
never.addAddress('fd00:ec2::254', 'ipv6')
never.addAddress('100.100.100.200', 'ipv4')
never.addSubnet('::ffff:169.254.0.0', 112, 'ipv6')
// The same addresses, as a translating network spells them.
never.addSubnet('64:ff9b::a9fe:0', 112, 'ipv6')

const privately = new BlockList()
for (const [net, prefix] of [
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['127.0.0.0', 8],
] as const)
  privately.addSubnet(net, prefix, 'ipv4')
privately.addSubnet('fc00::', 7, 'ipv6')
privately.addAddress('::1', 'ipv6')

export interface Post {
  url: string
  headers: Record<string, string>
  body: string
  blockPrivate: boolean
  signal: AbortSignal
}

/** The address a name stands for, if it may be sent to. Checked on what is then connected to, so a second look-up cannot differ. */
const targetOf = async (
  url: URL,
  blockPrivate: boolean,
): Promise<{ address: string } | { refused: string }> => {
  const name = url.hostname.replace(/^\[|\]$/g, '')
  const found = isIP(name) ? [{ address: name }] : await lookup(name, { all: true })
  for (const { address } of found) {
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
    if (never.check(address, family)) return { refused: `${name} is a link-local or metadata address` }
    if (blockPrivate && privately.check(address, family)) return { refused: `${name} is a private address` }
  }
  return found[0] ? { address: found[0].address } : { refused: `${name} has no address` }
}

/** One POST. Redirects are not followed; what was sent without an answer is `unknown`, not failed. */
export const post = async (asked: Post): Promise<Sent> => {
  const url = new URL(asked.url)
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    return { ok: false, sure: true, final: true, reason: `${url.protocol} is not http or https` }
  let target: Awaited<ReturnType<typeof targetOf>>
  try {
    target = await targetOf(url, asked.blockPrivate)
  } catch (error) {
    return { ok: false, sure: true, reason: `${url.hostname}: ${(error as Error).message}` }
  }
  if ('refused' in target)
    return { ok: false, sure: true, final: true, reason: `Refused: ${target.refused}.` }
  return exchange(url, target.address, asked)
}

const exchange = (url: URL, address: string, asked: Post): Promise<Sent> =>
  new Promise(resolve => {
    let sent = false
    const send = url.protocol === 'https:' ? secure : plain
    const request: ClientRequest = send(
      {
        host: address,
        servername: isIP(url.hostname) ? undefined : url.hostname,
        port: url.port || undefined,
        path: url.pathname + url.search,
        method: 'POST',
        headers: { host: url.host, 'content-length': Buffer.byteLength(asked.body), ...asked.headers },
        timeout: TIMEOUT,
        signal: asked.signal,
        agent: false,
      },
      response => {
        const { statusCode: status = 0 } = response
        response.resume()
        response.once('error', () => undefined)
        if (status >= 200 && status < 300) resolve({ ok: true })
        else {
          const final = status >= 300 && status < 500 && status !== 408 && status !== 429
          resolve({ ok: false, sure: true, final, reason: `${url.host} answered ${status}` })
        }
      },
    )
    request.once('finish', () => {
      sent = true
    })
    request.once('timeout', () => request.destroy(new Error(`no answer within ${TIMEOUT / 1000} s`)))
    request.once('error', error =>
      resolve({ ok: false, sure: !sent, reason: `${url.host}: ${error.message}` }),
    )
    request.end(asked.body)
  })
