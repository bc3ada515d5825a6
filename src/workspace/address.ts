import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from './config.ts'
import type { Paths } from './paths.ts'

export const FIRST_PORT = 7000

/** The port of the first start, kept for all later ones because agents carry it. */
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

/** Where agents will find the API once it is up. */
export const futureUrl = (paths: Paths, config: Config): string =>
  `http://127.0.0.1:${config.api.port ?? chosenPort(paths) ?? FIRST_PORT}`
