import { Readable } from 'node:stream'
import type SMTPConnection from 'nodemailer/lib/smtp-connection'
import type { KeptAccount } from '../../store/mail.ts'
import { Problem } from '../contract/problem.ts'
import type { Proof } from '../secrets/secret.ts'
import { cleanLine } from './clean.ts'
import { tlsFor } from './link.ts'
import { loggedIn } from './login.ts'
import { saidBy } from './said.ts'

export interface Refused {
  address: string
  reason: string
}

/**
 * How one try went. `unknown`: the message was handed over and the answer never came.
 * `again`: nothing arrived, and trying later may help.
 */
export type Outcome =
  | { state: 'sent'; refused: Refused[]; said: string }
  | { state: 'failed'; again: boolean; reason: string; refused: Refused[] }
  | { state: 'unknown'; reason: string }

export interface Parcel {
  from: string
  to: string[]
  raw: Buffer
}

interface Failure extends Error {
  code?: string
  responseCode?: number
  response?: string
  rejectedErrors?: (Failure & { recipient?: string })[]
}

const CONNECT = 15_000
/** A server may take its time over a large message before it says yes. */
const SILENCE = 120_000

/** A connection that is logged in. TLS is verified, and where it was asked for it is not left out. */
export const connectSmtp = async (account: KeptAccount, proof: Proof | null): Promise<SMTPConnection> => {
  const { smtp } = account
  if (!smtp) throw Object.assign(new Error('this account has no server to send by'), { final: true })
  const { default: Connection } = await import('nodemailer/lib/smtp-connection')
  const connection = new Connection({
    host: smtp.host,
    port: smtp.port,
    secure: smtp.security === 'tls',
    requireTLS: smtp.security === 'starttls',
    ignoreTLS: smtp.security === 'none',
    connectionTimeout: CONNECT,
    greetingTimeout: CONNECT,
    socketTimeout: SILENCE,
    tls: tlsFor(account, smtp.host),
    allowInternalNetworkInterfaces: true,
  })
  const dead = new Promise<never>((_resolve, reject) => {
    connection.on('error', reject)
    connection.once('end', () =>
      reject(Object.assign(new Error('the connection was lost'), { code: 'ECONNRESET' })),
    )
  })
  // Whoever waits at that moment is told by the race; later there is nobody to tell.
  dead.catch(() => undefined)
  try {
    await Promise.race([
      dead,
      new Promise<void>((resolve, reject) =>
        connection.connect(error => (error ? reject(error) : resolve())),
      ),
    ])
    if (proof) await Promise.race([dead, login(connection, proof)])
    return connection
  } catch (error) {
    connection.close()
    throw error
  }
}

const login = async (connection: SMTPConnection, proof: Proof): Promise<void> => {
  const auth = 'pass' in proof ? proof : { user: proof.user, method: 'XOAUTH2', oauth2: await bearer(proof) }
  await new Promise<void>((resolve, reject) =>
    connection.login(auth, error => (error ? reject(error) : resolve())),
  )
}

const bearer = async (proof: { user: string; accessToken: string }) => {
  const { default: XOAuth2 } = await import('nodemailer/lib/xoauth2')
  return new XOAuth2({ user: proof.user, accessToken: proof.accessToken })
}

/** Hands one message over. `handing` is called, and has to have written it down, before the first byte of data leaves. */
export const deliver = async (
  account: KeptAccount,
  prove: () => Promise<Proof | null>,
  parcel: Parcel,
  handing: () => void,
): Promise<Outcome> => {
  let handed = false
  let connection: SMTPConnection | null = null
  try {
    connection = await loggedIn(account, prove, proof => connectSmtp(account, proof))
    const info = await send(connection, parcel, () => {
      handing()
      handed = true
    })
    connection.quit()
    return {
      state: 'sent',
      refused: (info.rejectedErrors ?? []).map(toRefused),
      said: cleanLine(info.response, 500),
    }
  } catch (error) {
    connection?.close()
    const failure = error as Failure
    const reason =
      error instanceof Problem ? saidBy(error) : `${account.smtp?.host ?? account.name}: ${saidBy(error)}`
    const code = failure.responseCode ?? 0
    if (handed && code === 0) return { state: 'unknown', reason }
    const refused = (failure.rejectedErrors ?? []).map(toRefused)
    // 4xx is "later"; 5xx and a refused login are "no"; no answer at all, before any data, is worth another try.
    const again = code === 0 ? !('final' in failure) : code < 500
    return { state: 'failed', again, reason, refused }
  }
}

const send = (connection: SMTPConnection, { from, to, raw }: Parcel, handing: () => void) =>
  new Promise<Awaited<Parameters<Parameters<SMTPConnection['send']>[2]>[1]> & object>((resolve, reject) => {
    let begun = false
    const message = new Readable({
      read() {
        if (begun) return
        begun = true
        try {
          handing()
        } catch (error) {
          this.destroy(error as Error)
          connection.close()
          return
        }
        this.push(raw)
        this.push(null)
      },
    })
    connection.once('error', reject)
    connection.once('end', () =>
      reject(Object.assign(new Error('the connection was lost'), { code: 'ECONNRESET' })),
    )
    connection.send({ from, to, size: raw.length }, message, (error, info) =>
      error ? reject(error) : resolve(info as never),
    )
  })

const toRefused = (error: Failure & { recipient?: string }): Refused => ({
  address: cleanLine(error.recipient, 400),
  reason: cleanLine(error.response ?? error.message, 500),
})
