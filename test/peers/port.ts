import { createServer } from 'node:net'

/** Below what the kernel gives to connections: a port that was free a moment ago is not taken by one in between. */
const FROM = 21_000
const COUNT = 11_000

const given = new Set<number>()

/** A port on loopback that nobody listens on, and that this process does not name twice. */
export const freePort = async (): Promise<number> => {
  for (let tries = 0; tries < 200; tries += 1) {
    const port = FROM + Math.floor(Math.random() * COUNT)
    if (given.has(port) || !(await free(port))) continue
    given.add(port)
    return port
  }
  throw new Error(`no free port from ${FROM} to ${FROM + COUNT - 1}`)
}

const free = (port: number): Promise<boolean> =>
  new Promise(resolve => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
