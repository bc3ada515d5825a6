import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { appendFileSync, chmodSync, closeSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { HostError } from './host.ts'

/** One line of a known_hosts file. */
interface KnownKey {
  marker: 'revoked' | 'cert-authority' | null
  hosts: string
  type: string
  blob: Buffer
  file: string
  line: number
}

export type Verdict =
  | { state: 'known' }
  | { state: 'unknown' }
  | { state: 'changed'; expected: { type: string; fingerprint: string; file: string; line: number }[] }
  | { state: 'revoked'; file: string; line: number }

/** `SHA256:…`, as `ssh-keygen -l` writes it. */
export const fingerprint = (blob: Uint8Array): string =>
  `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`

/** The algorithm a key blob names for itself. */
export function keyType(blob: Buffer): string {
  const length = blob.length >= 4 ? blob.readUInt32BE(0) : 0
  return length > 0 && length <= blob.length - 4 ? blob.toString('latin1', 4, 4 + length) : 'unknown'
}

/** The name a host's key is filed under. */
export const keyName = (host: string, port: number): string =>
  port === 22 ? host.toLowerCase() : `[${host.toLowerCase()}]:${port}`

function readKnownHosts(files: readonly string[]): KnownKey[] {
  return files
    .filter(file => existsSync(file))
    .flatMap(file =>
      readFileSync(file, 'utf8')
        .split('\n')
        .flatMap((text, index) => parseLine(text, file, index + 1) ?? []),
    )
}

function parseLine(text: string, file: string, line: number): KnownKey | null {
  const fields = text.trim().split(/\s+/)
  const marker = fields[0]?.startsWith('@') ? fields.shift()!.slice(1) : null
  const [hosts, type, base64] = fields
  if (!hosts || !type || !base64 || hosts.startsWith('#')) return null
  if (marker !== null && marker !== 'revoked' && marker !== 'cert-authority') return null
  return { marker, hosts, type, blob: Buffer.from(base64, 'base64'), file, line }
}

function namesHost(hosts: string, name: string): boolean {
  if (hosts.startsWith('|1|')) {
    const [, , salt = '', hash = ''] = hosts.split('|')
    const expected = Buffer.from(hash, 'base64')
    const found = createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest()
    return expected.length === found.length && timingSafeEqual(expected, found)
  }
  let named = false
  for (const pattern of hosts.toLowerCase().split(',')) {
    const negated = pattern.startsWith('!')
    if (!matchesPattern(negated ? pattern.slice(1) : pattern, name)) continue
    if (negated) return false
    named = true
  }
  return named
}

function matchesPattern(pattern: string, name: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  return new RegExp(`^${source}$`).test(name)
}

/** What the files say about the key a host offers. Certificate authorities are for certificates, not for keys. */
export function judgeHostKey(files: readonly string[], host: string, port: number, blob: Buffer): Verdict {
  const all = readKnownHosts(files)
  const revoked = all.find(k => k.marker === 'revoked' && k.blob.equals(blob) && namedAtAll(k, host, port))
  if (revoked) return { state: 'revoked', file: revoked.file, line: revoked.line }
  const mine = all.filter(k => k.marker === null && namesHost(k.hosts, keyName(host, port)))
  if (mine.some(k => k.blob.equals(blob))) return { state: 'known' }
  // As ssh does: a key filed without the port will do, but a different one filed there proves nothing.
  const plain = all.filter(k => k.marker === null && namesHost(k.hosts, host.toLowerCase()))
  if (plain.some(k => k.blob.equals(blob))) return { state: 'known' }
  if (mine.length === 0) return { state: 'unknown' }
  const expected = mine.map(k => ({
    type: k.type,
    fingerprint: fingerprint(k.blob),
    file: k.file,
    line: k.line,
  }))
  return { state: 'changed', expected }
}

const namedAtAll = (key: KnownKey, host: string, port: number): boolean =>
  namesHost(key.hosts, keyName(host, port)) || namesHost(key.hosts, host.toLowerCase())

/** Types of the keys already filed for a host, so that it is asked for one of those. */
export function knownTypes(files: readonly string[], host: string, port: number): string[] {
  const mine = readKnownHosts(files).filter(k => k.marker === null && namedAtAll(k, host, port))
  return [...new Set(mine.map(k => k.type))]
}

/** The line that makes a key known. */
export function keyLine(host: string, port: number, blob: Buffer): string {
  return `${keyName(host, port)} ${keyType(blob)} ${blob.toString('base64')}`
}

/** What to tell a person about a key that cannot simply be trusted. */
export function keyError(
  verdict: Verdict,
  host: string,
  port: number,
  blob: Buffer,
  file: string,
): HostError | null {
  const offered = { host, port, type: keyType(blob), fingerprint: fingerprint(blob) }
  const name = keyName(host, port)
  switch (verdict.state) {
    case 'known':
      return null
    case 'unknown':
      return new HostError(
        'host_key_unknown',
        `The key of ${name} is not known yet: ${offered.type} ${offered.fingerprint}. Compare it with the machine's own (ssh-keygen -lf /etc/ssh/ssh_host_*_key.pub), then trust it.`,
        { ...offered, line: keyLine(host, port, blob), file },
      )
    case 'changed':
      return new HostError(
        'host_key_changed',
        `The key of ${name} has changed: it was ${verdict.expected[0]!.fingerprint} and is now ${offered.fingerprint}. Somebody may stand in between. If the machine was really reinstalled, remove line ${verdict.expected[0]!.line} of ${verdict.expected[0]!.file}.`,
        { ...offered, expected: verdict.expected },
      )
    case 'revoked':
      return new HostError(
        'host_key_changed',
        `The key of ${name}, ${offered.fingerprint}, was revoked in ${verdict.file} line ${verdict.line}. It is not used.`,
        { ...offered, revoked: true, expected: [] },
      )
  }
}

/**
 * Files a key under its host name. A line that is there already is not added again; `hashed` hides the name, as
 * HashKnownHosts asks.
 */
export function trustHostKey(file: string, line: string, hashed = false): void {
  const key = parseLine(line, file, 0)
  if (!key || key.marker !== null || key.hosts.startsWith('|') || /[\r\n]/.test(line))
    throw new TypeError('This is not a line of a known_hosts file.')
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  const there = readKnownHosts([file]).some(
    k => k.marker === null && k.blob.equals(key.blob) && namesHost(k.hosts, key.hosts.toLowerCase()),
  )
  if (there) return
  const salt = randomBytes(20)
  const hash = createHmac('sha1', salt).update(key.hosts.toLowerCase()).digest('base64')
  const name = hashed ? `|1|${salt.toString('base64')}|${hash}` : key.hosts
  const before = existsSync(file) ? readFileSync(file, 'utf8') : ''
  const created = !existsSync(file)
  closeSync(openSync(file, 'a', 0o600))
  if (created) chmodSync(file, 0o600)
  const gap = before === '' || before.endsWith('\n') ? '' : '\n'
  appendFileSync(file, `${gap}${name} ${key.type} ${key.blob.toString('base64')}\n`)
}
