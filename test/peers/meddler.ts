import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'

export interface Passing {
  method: string
  path: string
  headers: Record<string, string>
  body: string
}

export interface Meddler extends AsyncDisposable {
  readonly port: number
  /** What came through, in order: `PUT /ann/work/a.ics`. */
  readonly passed: string[]
  /** Looks at a request before the server does: changes it, answers in its place, or cuts the line. */
  before: (
    asked: Passing,
  ) => 'cut' | { status: number; text?: string; headers?: Record<string, string> } | undefined
  /** Looks at an answer before the client does: another text, or the line is cut. */
  after: (asked: Passing, text: string) => 'cut' | string | undefined
}

/** Stands between a client and a server on loopback, and does what networks and other servers do. */
export const startMeddler = async (target: number): Promise<Meddler> => {
  const passed: string[] = []
  const handle = async (near: IncomingMessage, answer: ServerResponse): Promise<void> => {
    let body = ''
    for await (const piece of near.setEncoding('utf8')) body += piece
    const headers = Object.fromEntries(
      Object.entries(near.headers).flatMap(([name, value]) =>
        typeof value === 'string' ? [[name, value]] : [],
      ),
    )
    const asked: Passing = { method: near.method!, path: near.url!, headers, body }
    passed.push(`${asked.method} ${asked.path}`)
    const early = meddler.before(asked)
    if (early === 'cut') return void near.socket.destroy()
    if (early) return void answer.writeHead(early.status, early.headers).end(early.text ?? '')
    const there = request({
      ...{ port: target, host: '127.0.0.1', method: asked.method, path: asked.path, agent: false },
      headers: { ...asked.headers, 'content-length': String(Buffer.byteLength(asked.body)) },
    })
    there.once('error', () => near.socket.destroy())
    there.once('response', async far => {
      let text = ''
      for await (const piece of far.setEncoding('utf8')) text += piece
      const said = meddler.after(asked, text)
      if (said === 'cut') return near.socket.destroy()
      const { 'content-length': _length, 'transfer-encoding': _encoding, ...kept } = far.headers
      answer.writeHead(far.statusCode!, kept).end(said ?? text)
    })
    there.end(asked.body)
  }
  const server = createServer((near, answer) => void handle(near, answer).catch(() => near.socket.destroy()))
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
  const meddler: Meddler = {
    port: (server.address() as { port: number }).port,
    passed,
    before: () => undefined,
    after: () => undefined,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise<void>(done => server.close(() => done()))
    },
  }
  return meddler
}
