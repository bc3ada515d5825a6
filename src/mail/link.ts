import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import type { ImapFlow, ImapFlowOptions } from 'imapflow'
import type { KeptAccount } from '../../store/mail.ts'
import { Problem } from '../contract/problem.ts'
import type { Proof } from '../secrets/secret.ts'
import { saidBy } from './said.ts'

/** How soon the connection waits for news again after a command. */
const IDLE_AFTER = 250
const CONNECT = 15_000

/** One connection to a mailbox, logged in. TLS is verified, and where it was asked for it is not left out. */
export const connectImap = async (account: KeptAccount, proof: Proof | null): Promise<ImapFlow> => {
  const { imap } = account
  if (!imap) throw new Problem('conflict', `${account.name} only sends: it has no mailbox.`)
  const { ImapFlow } = await import('imapflow')
  const options: ImapFlowOptions = {
    host: imap.host,
    port: imap.port,
    secure: imap.security === 'tls',
    ...(imap.security === 'tls' ? {} : { doSTARTTLS: imap.security === 'starttls' }),
    auth: proof ?? { user: account.user, pass: '' },
    tls: tlsFor(account, imap.host),
    clientInfo: { name: 'Ithaca' },
    logger: false,
    autoIdleDelay: IDLE_AFTER,
    connectionTimeout: CONNECT,
    greetingTimeout: CONNECT,
    maxLineLength: 32 * 1024 * 1024,
    maxLiteralSize: 128 * 1024 * 1024,
    maxResponseSize: 160 * 1024 * 1024,
  }
  const client = new ImapFlow(options)
  // Without a listener a lost connection would end the process; whoever waits is told by `close`.
  client.on('error', () => undefined)
  try {
    await client.connect()
  } catch (error) {
    client.close()
    throw new Problem('upstream', `${imap.host}:${imap.port}: ${saidBy(error)}.`, {
      refused: (error as { authenticationFailed?: boolean }).authenticationFailed === true,
    })
  }
  return client
}

export const tlsFor = (account: KeptAccount, host: string) => ({
  rejectUnauthorized: true,
  minVersion: 'TLSv1.2' as const,
  ...(isIP(host) ? {} : { servername: host }),
  ...(account.ca_file ? { ca: certificates(account.ca_file) } : {}),
})

const certificates = (file: string): Buffer => {
  try {
    return readFileSync(file)
  } catch (error) {
    throw new Problem('conflict', `The certificates in ${file} cannot be read: ${(error as Error).message}.`)
  }
}
