import type { Target } from '../contract/target.ts'
import { chooseTransport, type TransportChoice } from './choice.ts'
import { Commands } from './commands.ts'
import { type Host, HostError, type Transport } from './host.ts'
import { type AskPassphrase, Passphrases } from './keys.ts'
import { trustHostKey } from './known-hosts.ts'
import { openLocal } from './local.ts'
import { Machine } from './machine.ts'
import { quoteAll } from './quote.ts'
import { parseTarget, resolveSettings, type SshSettings } from './settings.ts'
import { openSsh2 } from './ssh2.ts'
import { openSystemSsh, sshLine } from './system-ssh.ts'

/** What is saved about a host, as far as reaching it is concerned. */
export interface HostRecord {
  id: string
  name: string
  /** An alias of the ssh config, `host` or `user@host`. Empty, `local` and `localhost` mean this machine. */
  target: string
  port?: number | null
  /** Overrides the choice between the built-in client and the system's `ssh`. */
  transport?: 'ssh2' | 'ssh' | null
}

export interface HostsOptions {
  /** Read instead of `~/.ssh/config` and the machine's own. */
  sshConfig?: string | null
  /** Where trusted keys are filed; by default the first known_hosts file of the host's own settings. */
  knownHosts?: string | null
  /** The agent's socket; by default `SSH_AUTH_SOCK`. Null for none. */
  agentSocket?: string | null
  askPassphrase?: AskPassphrase | null
}

export const LOCAL_ID = 'local'
const SETTINGS_AGE_MS = 60_000

export const isLocalName = (name: string) => ['', 'local', 'localhost'].includes(name.trim().toLowerCase())

/** Every machine there is: this one, and those that were saved. */
export class Hosts {
  readonly local: Host
  readonly #options: HostsOptions
  readonly #passphrases: Passphrases | null
  readonly #machines = new Map<string, Machine>()
  readonly #records = new Map<string, HostRecord>()
  /** What ran on each: also before it was given another name or another way. */
  readonly #commands = new Map<string, Commands>()
  readonly #settings = new Map<string, { at: number; settings: Promise<SshSettings> }>()

  constructor(options: HostsOptions = {}) {
    this.#options = options
    this.#passphrases = options.askPassphrase ? new Passphrases(options.askPassphrase) : null
    const local = new Machine(LOCAL_ID, LOCAL_ID, async () => openLocal())
    this.local = local
    this.#machines.set(LOCAL_ID, local)
  }

  /** Takes the saved hosts as they are now; a host whose way has changed is connected anew. */
  setRecords(records: readonly HostRecord[]): void {
    const wanted = new Map(records.filter(r => !isLocalName(r.target)).map(r => [r.id, r]))
    for (const [id, record] of this.#records) {
      const now = wanted.get(id)
      if (!now) this.#commands.delete(id)
      if (now && sameWay(now, record)) continue
      this.#machines.get(id)?.close()
      this.#machines.delete(id)
      this.#records.delete(id)
    }
    for (const [id, record] of wanted) this.#records.set(id, record)
  }

  get records(): readonly HostRecord[] {
    return [...this.#records.values()]
  }

  /** By id, by name, or by `user@host`; null where nothing was saved under it. */
  find(reference: string): Host | null {
    if (isLocalName(reference)) return this.local
    const record = this.#recordOf(reference)
    return record ? this.#machineOf(record) : null
  }

  /** As `find`, and by the user and address that a saved alias stands for. */
  async resolve(reference: string): Promise<Host | null> {
    const found = this.find(reference)
    if (found) return found
    for (const record of this.records) {
      const settings = await this.settings(record).catch(() => null)
      if (!settings) continue
      const { user, alias, hostname, port } = settings
      const names = [`${user}@${alias}`, `${user}@${hostname}`, `${user}@${hostname}:${port}`]
      if (names.includes(reference.trim())) return this.#machineOf(record)
    }
    return null
  }

  /** As `find`, but what is missing is an error that says so. */
  get(reference: string): Host {
    const host = this.find(reference)
    if (host) return host
    const names = ['local', ...this.records.map(r => r.name)].join(', ')
    throw new HostError('unreachable', `There is no host “${reference}”. Saved are: ${names}.`, { reference })
  }

  all(): Host[] {
    return [this.local, ...this.records.map(record => this.#machineOf(record))]
  }

  /** How a host is reached, and why that way. */
  async way(reference: string): Promise<TransportChoice | { kind: 'local'; why: string }> {
    if (isLocalName(reference)) return { kind: 'local', why: 'it is this machine' }
    const record = this.#recordOf(reference) ?? { id: reference, name: reference, target: reference }
    if (record.transport) return { kind: record.transport, why: 'it was set so for this host' }
    return chooseTransport(await this.settings(record))
  }

  /** What `ssh -G` says about a host, asked again after a minute. */
  async settings(record: HostRecord): Promise<SshSettings> {
    const key = `${record.target}\0${record.port ?? ''}`
    const cached = this.#settings.get(key)
    if (cached && Date.now() - cached.at < SETTINGS_AGE_MS) return cached.settings
    const settings = resolveSettings(targetOf(record), {
      configFile: this.#options.sshConfig,
      agentSocket: this.#options.agentSocket,
    })
    this.#settings.set(key, { at: Date.now(), settings })
    settings.catch(() => this.#settings.delete(key))
    return settings
  }

  /** Files a host key a person has compared, where it will be looked for, and connects anew. */
  async trust(reference: string, line: string): Promise<void> {
    const record = this.#recordOf(reference)
    if (!record)
      throw new HostError(
        'unreachable',
        `There is no saved host “${reference}”. All of them: ithaca hosts list.`,
        { reference },
      )
    const machine = this.#machineOf(record)
    if (machine.refusal === null) await machine.ask(':').catch(() => undefined)
    const refusal = machine.refusal
    if (refusal?.code !== 'host_key_unknown') {
      if (refusal) throw refusal
      return
    }
    // What is trusted is what the machine offers now, not whatever a caller may name.
    if (refusal.details.line !== line)
      throw new HostError(
        'host_key_changed',
        `${record.name} now offers ${refusal.details.fingerprint}, which is not the key that was compared.`,
        refusal.details,
      )
    trustHostKey(String(refusal.details.file), line, (await this.settings(record)).hashKnownHosts)
    machine.retry()
  }

  close(): void {
    for (const machine of this.#machines.values()) machine.close()
    this.#machines.clear()
  }

  #recordOf(reference: string): HostRecord | undefined {
    const saved = this.records
    const wanted = reference.trim()
    return (
      this.#records.get(wanted) ??
      saved.find(r => r.name === wanted) ??
      saved.find(r => r.target === wanted || r.target.replace(/:\d+$/, '') === wanted)
    )
  }

  #machineOf(record: HostRecord): Machine {
    const known = this.#machines.get(record.id)
    if (known) return known
    const commands = this.#commands.get(record.id) ?? new Commands()
    this.#commands.set(record.id, commands)
    const connect = (signal: AbortSignal) => this.#connect(record, signal)
    const machine = new Machine(record.id, record.name, connect, commands)
    this.#machines.set(record.id, machine)
    return machine
  }

  async #connect(record: HostRecord, signal: AbortSignal): Promise<Transport> {
    const settings = await this.settings(record)
    const kind = record.transport ?? chooseTransport(settings).kind
    const { knownHosts: knownHostsFile, sshConfig } = this.#options
    const { commands } = this.#machineOf(record)
    if (kind === 'ssh2')
      return commands.keep('connect', builtInLine(settings), () =>
        openSsh2(settings, { knownHostsFile, passphrases: this.#passphrases, signal }),
      )
    const options = { target: targetOf(record), configFile: sshConfig ?? null, knownHostsFile, signal }
    return commands.keep('connect', sshLine(settings, options), () => openSystemSsh(settings, options))
  }
}

/** The built-in client runs no command: this is what would do the same. */
function builtInLine({ user, hostname, port, jumps }: SshSettings): string {
  const way = jumps.map(hop => `${hop.user}@${hop.hostname}:${hop.port}`).join(',')
  return quoteAll([
    'ssh',
    ...(way === '' ? [] : ['-J', way]),
    '-p',
    String(port),
    '--',
    `${user}@${hostname}`,
  ])
}

const sameWay = (a: HostRecord, b: HostRecord): boolean =>
  a.target === b.target &&
  (a.port ?? null) === (b.port ?? null) &&
  (a.transport ?? null) === (b.transport ?? null) &&
  a.name === b.name

function targetOf(record: HostRecord): Target {
  const target = parseTarget(record.target)
  return { ...target, port: record.port ?? target.port }
}
