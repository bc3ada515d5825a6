import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import type { Config } from './config.ts'
import type { Paths } from './paths.ts'

export const FIRST_PORT = 7000
export const LAST_PORT = 7100

/** The port of the first start, or the last one that was asked for, kept for all later ones because agents carry it. */
export const chosenPort = (paths: Paths): number | undefined => {
  const file = join(paths.data, 'port')
  const port = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0
  // What a full disk or an editor made of it is no port; then one is chosen anew.
  return Number.isInteger(port) && port > 0 && port < 65_536 ? port : undefined
}

export const choosePort = (paths: Paths, port: number): void => {
  const file = join(paths.data, 'port')
  writeFileSync(`${file}.new`, `${port}\n`, { mode: 0o600 })
  renameSync(`${file}.new`, file)
}

/** Where agents will find the API once it is up. Who is told it will carry it, so it is chosen by then. */
export const futureUrl = async (paths: Paths, config: Config): Promise<string> => {
  let port = config.api.port ?? chosenPort(paths)
  if (port === undefined) {
    port = FIRST_PORT
    while (port < LAST_PORT && !(await isFree(port, config.api.host))) port += 1
    choosePort(paths, port)
  }
  return `http://127.0.0.1:${port}`
}

const isFree = (port: number, host: string): Promise<boolean> =>
  new Promise(resolve => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, host, () => server.close(() => resolve(true)))
  })
