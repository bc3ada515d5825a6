import { execFile } from 'node:child_process'
import { statSync } from 'node:fs'
import { homedir, userInfo } from 'node:os'
import { join } from 'node:path'
import { readTarget, type Target } from '../contract/target.ts'
import { HostError, type HostErrorCode } from './host.ts'

/** Where a host is and how `ssh` itself would go there, as `ssh -G` resolves it. */
export interface SshSettings {
  /** What the user named: an alias of the ssh config, or a host name. */
  alias: string
  hostname: string
  port: number
  user: string
  /** The name its key is filed under in known_hosts, where that differs from the host name. */
  hostKeyAlias: string | null
  identityFiles: string[]
  identitiesOnly: boolean
  /** Path of the agent's socket, or null for none. */
  agent: string | null
  /** Host keys known to the user, then to the machine. */
  knownHostsFiles: string[]
  hashKnownHosts: boolean
  acceptNewKeys: boolean
  connectTimeoutMs: number
  jumps: SshSettings[]
  /** The socket of a connection the user's own ssh shares, where one is live. */
  controlSocket: string | null
  /** Everything `ssh -G` said, by lower-case keyword. */
  all: ReadonlyMap<string, readonly string[]>
}

/** A target as a person wrote it; what names no host is an error that says why. */
export function parseTarget(text: string, code: HostErrorCode = 'misnamed'): Target {
  const target = readTarget(text)
  if (typeof target === 'string') throw new HostError(code, `“${text}” names no host: ${target}.`)
  return target
}

export interface ResolveOptions {
  /** Read instead of the user's and the machine's ssh config. */
  configFile?: string | null
  agentSocket?: string | null
}

/** Asks `ssh -G`; it may run `Match exec` commands, so only for a host the user chose. */
export async function resolveSettings(
  target: Target,
  options: ResolveOptions,
  depth = 0,
): Promise<SshSettings> {
  const all = parseDump(await runDump(target, options.configFile ?? null))
  const one = (key: string): string | null => {
    const value = all.get(key)?.[0] ?? null
    return value === 'none' ? null : value
  }
  const hostname = one('hostname') ?? target.alias
  const user = one('user') ?? userInfo().username
  const port = one('port') ?? '22'
  const path = (text: string) => expandTokens(text, { alias: target.alias, hostname, port, user })
  const words = (key: string) => (one(key) ?? '').split(/\s+/).filter(Boolean).map(path)
  const strict = one('stricthostkeychecking') ?? 'ask'
  const timeout = Number(one('connecttimeout'))
  return {
    alias: target.alias,
    hostname,
    port: Number(port),
    user,
    hostKeyAlias: one('hostkeyalias'),
    identityFiles: (all.get('identityfile') ?? []).filter(f => f !== 'none').map(path),
    identitiesOnly: one('identitiesonly') === 'yes',
    agent: agentOf(all.get('identityagent')?.[0], options.agentSocket),
    knownHostsFiles: [...words('userknownhostsfile'), ...words('globalknownhostsfile')].filter(
      f => f !== '/dev/null',
    ),
    hashKnownHosts: one('hashknownhosts') === 'yes',
    acceptNewKeys: ['accept-new', 'no', 'off', 'false'].includes(strict),
    connectTimeoutMs: Number.isFinite(timeout) && timeout > 0 ? timeout * 1000 : 15_000,
    jumps: await resolveJumps(one('proxyjump'), options, depth),
    controlSocket: liveSocket(one('controlpath')),
    all,
  }
}

const liveSocket = (path: string | null): string | null =>
  path !== null && statSync(path, { throwIfNoEntry: false })?.isSocket() ? path : null

async function resolveJumps(
  list: string | null,
  options: ResolveOptions,
  depth: number,
): Promise<SshSettings[]> {
  if (!list) return []
  if (depth > 4) throw new HostError('unreachable', `ProxyJump ${list} goes round in a circle.`)
  const jumps: SshSettings[] = []
  for (const hop of list.split(',')) {
    const target = parseTarget(hop.replace(/^ssh:\/\//, '').replace(/\/$/, ''), 'unreachable')
    const settings = await resolveSettings(target, options, depth + 1)
    // Only the first hop is reached by its own way; the next ones are reached through the one before.
    jumps.push(...(jumps.length === 0 ? settings.jumps : []), { ...settings, jumps: [] })
  }
  return jumps
}

/** Arguments every call of `ssh` for this target starts with. */
export function sshTargetArgs(target: Target, configFile: string | null): string[] {
  return [
    ...(configFile ? ['-F', configFile] : []),
    ...(target.user ? ['-l', target.user] : []),
    ...(target.port ? ['-p', String(target.port)] : []),
  ]
}

function runDump(target: Target, configFile: string | null): Promise<string> {
  const args = [...sshTargetArgs(target, configFile), '-G', '--', target.alias]
  return new Promise((resolve, reject) => {
    execFile('ssh', args, { timeout: 10_000, maxBuffer: 1 << 20 }, (error, stdout, stderr) => {
      if (!error) return resolve(stdout)
      const missing = 'code' in error && (error as NodeJS.ErrnoException).code === 'ENOENT'
      const why = missing
        ? 'the program ssh is not installed on this machine'
        : stderr.trim() || error.message
      reject(new HostError('unreachable', `The ssh settings of ${target.alias} cannot be read: ${why}.`))
    })
  })
}

function parseDump(text: string): Map<string, string[]> {
  const all = new Map<string, string[]>()
  for (const line of text.split('\n')) {
    const space = line.indexOf(' ')
    if (space < 1) continue
    const key = line.slice(0, space).toLowerCase()
    all.set(key, [...(all.get(key) ?? []), line.slice(space + 1).trim()])
  }
  return all
}

function agentOf(configured: string | undefined, fallback: string | null | undefined): string | null {
  const ambient = fallback === undefined ? (process.env.SSH_AUTH_SOCK ?? null) : fallback
  if (configured === undefined || configured === 'SSH_AUTH_SOCK') return ambient || null
  if (configured === 'none') return null
  if (configured.startsWith('$')) return process.env[configured.slice(1)] || null
  return expandHome(configured)
}

const expandHome = (path: string): string =>
  path === '~' || path.startsWith('~/') ? join(homedir(), path.slice(1)) : path

/** `ssh -G` leaves the percent tokens of file names as they were written. */
function expandTokens(
  path: string,
  at: { alias: string; hostname: string; port: string; user: string },
): string {
  const tokens: Record<string, string> = {
    '%%': '%',
    '%d': homedir(),
    '%h': at.hostname,
    '%i': String(userInfo().uid),
    '%n': at.alias,
    '%p': at.port,
    '%r': at.user,
    '%u': userInfo().username,
  }
  return expandHome(path).replace(/%[%dhinpru]/g, token => tokens[token]!)
}

/** The name and port a host's key is filed under. */
export const keyPlace = (settings: SshSettings): [name: string, port: number] =>
  settings.hostKeyAlias ? [settings.hostKeyAlias, 22] : [settings.hostname, settings.port]
