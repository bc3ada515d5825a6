import { mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { Problem } from '../contract/problem.ts'

/** Where everything of one workspace lies. `ITHACA_HOME` overrides all of XDG at once. */
export interface Paths {
  /** Config file and what the user edits. */
  config: string
  data: string
  state: string
  cache: string
  runtime: string
  configFile: string
  database: string
  ownerLock: string
  instance: string
  sealKey: string
  /** The local tmux server is ours alone, and another one for every workspace. */
  tmuxSocket: string
  log: string
}

export const findPaths = (env: NodeJS.ProcessEnv = process.env): Paths => {
  const home = env.ITHACA_HOME ? resolve(env.ITHACA_HOME) : undefined
  const user = env.HOME || homedir()
  const xdg = (name: string, fallback: string): string => {
    const given = env[name]
    return join(given?.startsWith('/') ? given : join(user, fallback), 'ithaca')
  }
  const config = home ? join(home, 'config') : xdg('XDG_CONFIG_HOME', '.config')
  const data = home ? join(home, 'data') : xdg('XDG_DATA_HOME', '.local/share')
  const state = home ? join(home, 'state') : xdg('XDG_STATE_HOME', '.local/state')
  const cache = home ? join(home, 'cache') : xdg('XDG_CACHE_HOME', '.cache')
  const runtime = home ? join(home, 'run') : env.XDG_RUNTIME_DIR ? join(env.XDG_RUNTIME_DIR, 'ithaca') : state
  return {
    config,
    data,
    state,
    cache,
    runtime,
    configFile: join(config, 'config.toml'),
    database: join(data, 'ithaca.db'),
    ownerLock: join(data, 'owner.db'),
    instance: join(data, 'instance.json'),
    sealKey: join(data, 'seal.key'),
    tmuxSocket: join(state, 'tmux.sock'),
    log: join(state, 'ithaca.log'),
  }
}

export const makeDirectory = (directory: string): void => {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const why =
      code === 'EACCES' || code === 'EROFS' || code === 'EPERM'
        ? 'it is read-only'
        : code === 'ENOSPC'
          ? 'the disk is full'
          : code === 'ENOTDIR' || code === 'EEXIST'
            ? 'there is a file in its way'
            : message
    throw new Problem('unavailable', `${directory} cannot be made: ${why}.`)
  }
}
