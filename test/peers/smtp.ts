import { readFileSync } from 'node:fs'
import type { AddressInfo, Socket } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { SMTPServer } from 'smtp-server'

export interface Delivered {
  from: string
  to: string[]
  raw: string
}

/** What the server says at one point of a conversation: an answer's code and text, or nothing and a cut line. */
export type Says = { code: number; text: string } | 'cut' | undefined

export interface Smtp extends AsyncDisposable {
  readonly port: number
  readonly delivered: Delivered[]
  /** How often data was taken to its end, whatever was answered. */
  taken(): number
  /** What it says instead of yes; called for each mail. */
  answers: {
    login?: (user: string) => Says
    from?: () => Says
    to?: (address: string) => Says
    /** After the whole message has been read. */
    data?: (raw: string) => Says | Promise<Says>
  }
}

export interface SmtpOptions {
  login?: { user: string; pass: string }
  token?: string
  tls?: { folder: string; from: 'start' | 'starttls' }
}

/** A real SMTP server on loopback that can give every answer there is. */
export const startSmtp = async (options: SmtpOptions = {}): Promise<Smtp> => {
  const delivered: Delivered[] = []
  const sockets = new Set<Socket>()
  let taken = 0
  const { login, token, tls } = options
  const server: SMTPServer = new SMTPServer({
    ...(tls
      ? {
          key: readFileSync(`${tls.folder}/key.pem`),
          cert: readFileSync(`${tls.folder}/cert.pem`),
          secure: tls.from === 'start',
        }
      : {}),
    disabledCommands: [...(tls ? [] : ['STARTTLS']), ...(login || token ? [] : ['AUTH'])],
    authMethods: token ? ['XOAUTH2'] : ['PLAIN', 'LOGIN'],
    authOptional: !login && !token,
    allowInsecureAuth: true,
    size: 70 * 1024 * 1024,
    closeTimeout: 200,
    logger: false,
    onAuth(auth, _session, done) {
      const said = peer.answers.login?.(auth.username ?? '')
      if (said && said !== 'cut') {
        done(refusal(said))
        return
      }
      const right = token
        ? auth.accessToken === token
        : auth.username === login?.user && auth.password === login?.pass
      if (!right && token) return done(null, { data: { status: '401', schemes: 'bearer' } } as never)
      return right
        ? done(null, { user: auth.username })
        : done(refusal({ code: 535, text: 'wrong password' }))
    },
    onMailFrom(_address, session, done) {
      say(peer.answers.from?.(), session, done)
    },
    onRcptTo({ address }, session, done) {
      say(peer.answers.to?.(address), session, done)
    },
    onData(stream, session, done) {
      void buffer(stream).then(async bytes => {
        taken += 1
        const raw = bytes.toString('latin1')
        const said = await peer.answers.data?.(raw)
        if (said) return say(said, session, done)
        const { mailFrom, rcptTo } = session.envelope
        delivered.push({
          from: mailFrom ? mailFrom.address : '',
          to: rcptTo.map(each => each.address),
          raw,
        })
        done()
      })
    },
  })
  const say = (said: Says, session: { remotePort: number }, done: (error?: Error | null) => void): void => {
    if (said === undefined) done()
    else if (said !== 'cut') done(refusal(said))
    else for (const socket of sockets) if (socket.remotePort === session.remotePort) socket.destroy()
  }
  const peer: Smtp = {
    port: 0,
    delivered,
    taken: () => taken,
    answers: {},
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise<void>(resolve => server.close(() => resolve()))
    },
  }
  server.on('error', () => undefined)
  server.server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return Object.assign(peer, { port: (server.server.address() as AddressInfo).port })
}

const refusal = ({ code, text }: { code: number; text: string }): Error =>
  Object.assign(new Error(text), { responseCode: code })
