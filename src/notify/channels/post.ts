import { type ClientRequest, request as plain } from 'node:http'
import { request as secure } from 'node:https'
import { isIP } from 'node:net'
import { targetOf } from '../../net/target.ts'
import type { Sent } from '../channel.ts'

const TIMEOUT = 10_000

export interface Post {
  url: string
  headers: Record<string, string>
  body: string
  blockPrivate: boolean
  signal: AbortSignal
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
