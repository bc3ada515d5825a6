import type { Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Http2Bindings, HttpBindings } from '@hono/node-server'
import type { Api } from '../api/context.ts'
import { Problem } from '../contract/problem.ts'
import { choosePort, chosenPort, FIRST_PORT, LAST_PORT } from '../workspace/address.ts'
import type { Config } from '../workspace/config.ts'
import type { Paths } from '../workspace/paths.ts'
import { answerUpgrades } from './upgrade.ts'

export interface Listener {
  readonly url: string
  /** Stops accepting, lets what is in flight finish for a while, then cuts. */
  close(patience?: number): Promise<void>
}

/** Agents carry the address, so a port is chosen once, written down, and from then on insisted on. */
export const listen = async (
  api: Api,
  wanted: { paths: Paths; config: Config; port?: number; host?: string },
): Promise<Listener> => {
  const { createAdaptorServer } = await import('@hono/node-server')
  const server = createAdaptorServer({
    fetch: (request: Request, env: HttpBindings | Http2Bindings) =>
      api.fetch(request, { remote: env.incoming.socket.remoteAddress ?? 'unknown', outgoing: env.outgoing }),
    serverOptions: {
      keepAliveTimeout: 30_000,
      requestTimeout: 60_000,
      headersTimeout: 20_000,
      maxHeaderSize: 32_768,
    },
  }) as Server
  const endless = watchConnections(server)
  answerUpgrades(server, api, () => wanted.config.api.max_body)
  const host = wanted.host ?? wanted.config.api.host
  const kept = wanted.port ?? wanted.config.api.port ?? chosenPort(wanted.paths)
  let port = kept ?? FIRST_PORT
  while (!(await tryPort(server, port, host))) {
    if (kept !== undefined || port >= LAST_PORT)
      throw new Problem(
        'conflict',
        `Port ${port} on ${host} is taken by another program. Free it, or choose another with --port or 'ithaca config set api.port N'; agents that carry the old address need the new one.`,
      )
    port += 1
  }
  const bound = (server.address() as { port: number }).port
  if (kept === undefined || wanted.port === bound) choosePort(wanted.paths, bound)
  const name = host.includes(':') ? `[${host}]` : host
  return {
    url: `http://${name === '0.0.0.0' || name === '[::]' ? '127.0.0.1' : name}:${bound}`,
    close: (patience = 5000) =>
      new Promise(resolve => {
        const cut = setTimeout(() => server.closeAllConnections(), patience)
        server.close(() => {
          clearTimeout(cut)
          resolve()
        })
        for (const socket of endless()) socket.destroy()
      }),
  }
}

/** The connections that nothing will ever finish on: unused ones, idle ones, and streams of events. */
const watchConnections = (server: Server): (() => Socket[]) => {
  const answering = new Map<Socket, ServerResponse | null>()
  server.on('connection', socket => {
    answering.set(socket, null)
    socket.once('close', () => answering.delete(socket))
  })
  server.on('request', ({ socket }, response) => {
    answering.set(socket, response)
    response.once('close', () => {
      if (answering.get(socket) === response) answering.set(socket, null)
    })
  })
  return () =>
    [...answering].filter(([, response]) => !response || isStream(response)).map(([socket]) => socket)
}

const isStream = (response: ServerResponse): boolean =>
  response.headersSent && String(response.getHeader('content-type')).startsWith('text/event-stream')

const tryPort = (server: Server, port: number, host: string): Promise<boolean> =>
  new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException): void => {
      server.off('listening', listening)
      if (error.code === 'EADDRINUSE') resolve(false)
      else if (error.code === 'EACCES')
        reject(
          new Problem('denied', `Port ${port} needs more rights than this user has; choose one above 1023.`),
        )
      else if (error.code === 'EADDRNOTAVAIL')
        reject(new Problem('invalid', `This machine has no address ${host}.`))
      else reject(error)
    }
    const listening = (): void => {
      server.off('error', failed)
      resolve(true)
    }
    server.once('error', failed)
    server.once('listening', listening)
    server.listen(port, host)
  })
