import { readFile } from 'node:fs/promises'
import type { AuthenticationType, AuthHandlerMiddleware, BaseAgent, ParsedKey } from 'ssh2'
import type { SshSettings } from './settings.ts'

type Ssh2 = typeof import('ssh2')

/** Asks a person for the passphrase of a key file; null means: go on without it. */
export type AskPassphrase = (keyFile: string) => Promise<string | null>

export type PassphraseSource = Pick<Passphrases, 'find'>

/** Passphrases that opened their key, so that a lost connection is made again without asking a person again. */
export class Passphrases {
  readonly #ask: AskPassphrase
  readonly #known = new Map<string, string>()

  constructor(ask: AskPassphrase) {
    this.#ask = ask
  }

  /** A passphrase that opens the key, or what to say about there being none. */
  async find(
    keyFile: string,
    opens: (passphrase: string) => boolean,
  ): Promise<{ passphrase: string } | { note: string }> {
    const known = this.#known.get(keyFile)
    if (known !== undefined && opens(known)) return { passphrase: known }
    const passphrase = await this.#ask(keyFile)
    if (passphrase === null)
      return { note: `${keyFile} is encrypted and no passphrase was given (ssh-add it)` }
    if (!opens(passphrase)) return { note: `the passphrase for ${keyFile} is wrong` }
    this.#known.set(keyFile, passphrase)
    return { passphrase }
  }
}

interface KeyFile {
  path: string
  text: Buffer
  encrypted: boolean
}

/** What a login attempt tried and why it went no further, for a message a person can act on. */
export class LoginReport {
  readonly notes: string[] = []
  methodsLeft: string[] = []

  advice(settings: SshSettings): string {
    const tried = this.notes.length > 0 ? ` ${this.notes.join('; ')}.` : ' There was no key to offer.'
    const wants = this.methodsLeft.filter(method => method !== 'publickey' && method !== 'none')
    const other =
      wants.length > 0
        ? ` The machine also accepts ${wants.join(', ')}, which Ithaca does not type for you.`
        : ''
    return `${tried}${other} Add a public key to ~/.ssh/authorized_keys of ${settings.user}, or load one with ssh-add.`
  }
}

/**
 * Offers keys in the order of OpenSSH: those of the agent that are configured, the agent's others unless
 * IdentitiesOnly, then key files; encrypted ones last, because they need a person.
 */
export async function loginSequence(
  ssh2: Ssh2,
  settings: SshSettings,
  passphrases: PassphraseSource | null,
  report: LoginReport,
): Promise<AuthHandlerMiddleware> {
  const { files, configured } = await readKeyFiles(ssh2, settings.identityFiles, report)
  const agent = settings.agent
    ? agentOf(ssh2, settings.agent, settings.identitiesOnly ? configured : null, configured, report)
    : null
  const attempts = attemptsOf(ssh2, settings.user, agent, files, passphrases, report)
  return (methodsLeft, _partial, next) => {
    if (methodsLeft) report.methodsLeft = methodsLeft
    void attempts.next().then(
      // ssh2 reads false as the end of all attempts, though its types do not say so.
      ({ value }) => next(value ?? (false as unknown as AuthenticationType)),
      error => {
        report.notes.push(String(error))
        next(false as unknown as AuthenticationType)
      },
    )
  }
}

async function* attemptsOf(
  ssh2: Ssh2,
  username: string,
  agent: BaseAgent | null,
  files: KeyFile[],
  passphrases: PassphraseSource | null,
  report: LoginReport,
) {
  yield { type: 'none' as const, username }
  if (agent) yield { type: 'agent' as const, username, agent }
  for (const file of files.filter(f => !f.encrypted)) {
    report.notes.push(`${file.path} was offered`)
    yield { type: 'publickey' as const, username, key: file.text }
  }
  for (const file of files.filter(f => f.encrypted)) {
    const opens = (passphrase: string) => !(ssh2.utils.parseKey(file.text, passphrase) instanceof Error)
    const found = (await passphrases?.find(file.path, opens)) ?? {
      note: `${file.path} is encrypted and nobody can be asked for its passphrase (ssh-add it)`,
    }
    if ('note' in found) {
      report.notes.push(found.note)
      continue
    }
    const { passphrase } = found
    report.notes.push(`${file.path} was offered`)
    yield { type: 'publickey' as const, username, key: file.text, passphrase }
  }
}

async function readKeyFiles(
  ssh2: Ssh2,
  paths: readonly string[],
  report: LoginReport,
): Promise<{ files: KeyFile[]; configured: string[] }> {
  const files: KeyFile[] = []
  const configured: string[] = []
  for (const path of paths) {
    const text = await readIfThere(path, report)
    const publicHalf = await readIfThere(`${path}.pub`, report)
    const key = text && ssh2.utils.parseKey(text)
    const known = key && !(key instanceof Error) ? key : publicHalf && ssh2.utils.parseKey(publicHalf)
    // A public half alone names a key of the agent.
    if (known && !(known instanceof Error)) configured.push(known.getPublicSSH().toString('base64'))
    if (!text || !key || (!(key instanceof Error) && !key.isPrivateKey())) continue
    const encrypted = key instanceof Error && /passphrase/i.test(key.message)
    if (key instanceof Error && !encrypted)
      report.notes.push(`${path} is not a key this program can use: ${key.message}`)
    else files.push({ path, text, encrypted })
  }
  return { files, configured }
}

async function readIfThere(path: string, report: LoginReport): Promise<Buffer | null> {
  return readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') report.notes.push(`${path} cannot be read: ${error.message}`)
    return null
  })
}

/** The user's agent, its keys put in order and, where `only` is given, limited to those. */
function agentOf(
  ssh2: Ssh2,
  socket: string,
  only: string[] | null,
  first: string[],
  report: LoginReport,
): BaseAgent {
  const agent = ssh2.createAgent(socket)
  const identities = agent.getIdentities.bind(agent)
  agent.getIdentities = done =>
    identities((error, keys) => {
      if (error) {
        report.notes.push(`the agent at ${socket} does not answer (a stale socket?)`)
        return done(null, [])
      }
      const parsed = (keys ?? []) as ParsedKey[]
      const rank = (key: ParsedKey) => {
        const at = first.indexOf(key.getPublicSSH().toString('base64'))
        return at < 0 ? first.length : at
      }
      const offered = parsed.filter(key => only === null || rank(key) < first.length)
      report.notes.push(`the agent offered ${offered.length} of its ${parsed.length} keys`)
      done(
        null,
        offered.sort((a, b) => rank(a) - rank(b)),
      )
    })
  return agent as BaseAgent
}
