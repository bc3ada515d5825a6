import { cleanLine } from './clean.ts'

interface Failure extends Error {
  code?: string
  responseText?: string
  response?: unknown
  serverResponseCode?: string
  authenticationFailed?: boolean
}

const SENTENCES: Record<string, string> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'the name could not be looked up',
  ETIMEDOUT: 'no answer in time',
  ETIMEOUT: 'no answer in time',
  CONNECT_TIMEOUT: 'no answer in time',
  GREETING_TIMEOUT: 'it does not greet as a mail server',
  ECONNRESET: 'the connection was lost',
  EConnectionClosed: 'the connection was lost',
  NoConnection: 'the connection was lost',
  ClosedAfterConnectTLS: 'it closed the connection while TLS was set up',
  ClosedAfterConnectText: 'it closed the connection at once',
  EHOSTUNREACH: 'there is no way to it',
  ENETUNREACH: 'there is no network',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed; give --ca-file if you trust it',
  SELF_SIGNED_CERT_IN_CHAIN:
    'its certificate comes from an unknown authority; give --ca-file if you trust it',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate cannot be verified',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
}

/** One sentence, without its full stop, for whatever a mail library throws. */
export const saidBy = (error: unknown): string => {
  const failure = error as Failure
  const answer = cleanLine(
    failure.responseText ?? (typeof failure.response === 'string' ? failure.response : ''),
    300,
  )
  if (failure.authenticationFailed)
    return `the login was refused${answer ? `: ${answer}` : ''}`.replace(/\.$/, '')
  const known = SENTENCES[failure.code ?? '']
  return (known ?? (answer || cleanLine(failure.message, 300) || 'something unknown went wrong')).replace(
    /\.$/,
    '',
  )
}

/** Whether the server itself said no, in words: trying the same again is of no use. */
export const saidNo = (error: unknown): boolean => {
  const { responseStatus } = error as { responseStatus?: string }
  return responseStatus === 'NO' || responseStatus === 'BAD'
}
