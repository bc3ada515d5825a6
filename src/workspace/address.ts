import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from './config.ts'
import type { Paths } from './paths.ts'

export const FIRST_PORT = 7000

/** The port of the first start, kept for all later ones because agents carry it. */
export const chosenPort = (paths: Paths): number | undefined => {
  const file = join(paths.data, 'port')
  return existsSync(file) ? Number(readFileSync(file, 'utf8')) : undefined
}

export const choosePort = (paths: Paths, port: number): void =>
  writeFileSync(join(paths.data, 'port'), `${port}\n`, { mode: 0o600 })

/** Where agents will find the API once it is up. */
export const futureUrl = (paths: Paths, config: Config): string =>
  `http://127.0.0.1:${config.api.port ?? chosenPort(paths) ?? FIRST_PORT}`
