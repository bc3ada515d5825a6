import { createHash } from 'node:crypto'
import { createServer } from 'node:net'

/** Ports from here on, far from those that real engines like. */
const FIRST_PORT = 18101
const DEMOS = 200
const EACH = 10

/**
 * Where each demo looks for its ports: in a row of its own, since those of another one that is still loading look free
 * and are not.
 */
export const firstPort = (home: string): number =>
  FIRST_PORT + EACH * (createHash('sha256').update(home).digest().readUInt16BE() % DEMOS)

const isFree = (port: number): Promise<boolean> =>
  new Promise(resolve => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, () => server.close(() => resolve(true)))
  })

/** As many ports as asked for that nobody listens on now. */
export const demoPorts = async (home: string, count: number): Promise<number[]> => {
  const found: number[] = []
  const first = firstPort(home)
  for (let port = first; found.length < count && port < first + 500; port++)
    if (await isFree(port)) found.push(port)
  return found
}
