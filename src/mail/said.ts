import { getSystemErrorName } from 'node:util'
import type { ImapFlow } from 'imapflow'
import { FAILURES } from '../net/failures.ts'
import { cleanLine } from './clean.ts'

interface Failure extends Error {
  code?: string
  /** What the system said, where a library put a code of its own over it. */
  errno?: number
  responseText?: string
  response?: unknown
  serverResponseCode?: string
  authenticationFailed?: boolean
}

/** What mail servers and their library say beside what any connection may. */
const SENTENCES: Record<string, string> = {
  ...FAILURES,
  CONNECT_TIMEOUT: 'no answer in time',
  GREETING_TIMEOUT: 'it does not greet as a mail server',
  EConnectionClosed: 'the connection was lost',
  NoConnection: 'the connection was lost',
  ECONNECTION: 'the connection was lost',
  ClosedAfterConnectTLS: 'it closed the connection while TLS was set up',
  ClosedAfterConnectText: 'it closed the connection at once',
}

/** One sentence, without its full stop, for whatever a mail library throws. */
export const saidBy = (error: unknown): string => {
  const failure = error as Failure
  const answer = cleanLine(
    failure.responseText ?? (typeof failure.response === 'string' ? failure.response : ''),
    300,
  )
  if (failure.authenticationFailed || failure.code === 'EAUTH')
    return `the login was refused${answer ? `: ${answer}` : ''}`.replace(/\.$/, '')
  const known = SENTENCES[failure.code ?? ''] ?? SENTENCES[systemName(failure)]
  return (known ?? (answer || cleanLine(failure.message, 300) || 'something unknown went wrong')).replace(
    /\.$/,
    '',
  )
}

const systemName = ({ errno }: Failure): string =>
  typeof errno === 'number' && errno < 0 ? getSystemErrorName(errno) : ''

/** Whether the server itself said no, in words: trying the same again is of no use. */
export const saidNo = (error: unknown): boolean => {
  const { responseStatus } = error as { responseStatus?: string }
  return responseStatus === 'NO' || responseStatus === 'BAD'
}

/** The library answers with nothing, and does not throw, where the server said no and where the connection was lost. */
export const agreed = <T>(client: ImapFlow, answer: T | false | undefined): T => {
  if (answer) return answer
  throw client.usable
    ? Object.assign(new Error('the server refused it'), { responseStatus: 'NO' })
    : Object.assign(new Error('the connection was lost'), { code: 'NoConnection' })
}
