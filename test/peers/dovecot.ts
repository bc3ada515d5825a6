import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { connect } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { freePort } from './port.ts'

const DOVECOT = '/usr/sbin/dovecot'

/** Why no IMAP server can be started here, or null. */
export const dovecotMissing = (): string | null =>
  existsSync(DOVECOT) ? null : `${DOVECOT} is not installed`

export interface Dovecot extends AsyncDisposable {
  readonly port: number
  /** TLS from the first byte; only where it was asked for. */
  readonly tlsPort: number
  readonly folder: string
  /** The certificate, for whoever trusts it. */
  readonly certificate: string
  /** Where the mail of a user lies, as Maildir. */
  maildir(user: string): string
  log(): string
  /** Ends it as its administrator would. */
  kill(): Promise<void>
  /** Every process of it is gone at once, as when the machine dies. */
  vanish(): Promise<void>
  start(): Promise<void>
}

export interface DovecotOptions {
  users?: Record<string, string>
  tls?: boolean
  /** Lines for its configuration; what they name lies in its folder. */
  config?: (folder: string) => string[]
}

/** A real IMAP server on loopback, run by an ordinary account; where root runs the tests, by `nobody`. */
export const startDovecot = async (options: DovecotOptions = {}): Promise<Dovecot> => {
  const folder = mkdtempSync(join(tmpdir(), 'ithaca-imap-'))
  const [port, tlsPort] = [await freePort(), await freePort()]
  const root = process.getuid?.() === 0
  const account = root ? { uid: 65_534, gid: 65_534, user: 'nobody', group: 'nogroup' } : self()
  const certificate = join(folder, 'cert.pem')
  if (options.tls) makeCertificate(folder)
  for (const name of ['run', 'state', 'home']) mkdirSync(join(folder, name))
  const users = Object.entries(options.users ?? { ann: 'secret' })
  writeFileSync(
    join(folder, 'users'),
    users.map(([name, password]) => `${name}:{PLAIN}${password}\n`).join(''),
  )
  writeFileSync(join(folder, 'dovecot.conf'), configuration(folder, port, tlsPort, account, options))
  chmodSync(folder, 0o755)
  if (root) execFileSync('chown', ['-R', `${account.uid}:${account.gid}`, folder])
  let child: ChildProcess | null = null

  const peer: Dovecot = {
    ...{ port, tlsPort, folder, certificate },
    maildir(user) {
      const path = join(folder, 'home', user, 'Maildir')
      for (const each of ['', 'Maildir', 'Maildir/cur', 'Maildir/new', 'Maildir/tmp']) {
        const made = join(folder, 'home', user, each)
        mkdirSync(made, { recursive: true })
        if (root) chownSync(made, account.uid, account.gid)
      }
      return path
    },
    log: () => (existsSync(join(folder, 'log')) ? readFileSync(join(folder, 'log'), 'utf8') : ''),
    async start() {
      child = spawn(DOVECOT, ['-F', '-c', join(folder, 'dovecot.conf')], {
        stdio: 'ignore',
        // A group of its own, so that all of it can vanish together.
        detached: true,
        ...(root ? { uid: account.uid, gid: account.gid } : {}),
      })
      await answers(port, () => child?.exitCode ?? null, peer.log)
    },
    async kill() {
      const ending = child
      child = null
      if (!ending || ending.exitCode !== null) return
      const gone = new Promise(resolve => ending.once('exit', resolve))
      ending.kill('SIGTERM')
      await gone
      await groupGone(ending.pid!)
    },
    async vanish() {
      const ending = child
      child = null
      if (!ending?.pid || ending.exitCode !== null) return
      const gone = new Promise(resolve => ending.once('exit', resolve))
      process.kill(-ending.pid, 'SIGKILL')
      await gone
    },
    async [Symbol.asyncDispose]() {
      // Ended in good order it takes seconds to let go of whoever is connected.
      await peer.vanish()
      rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 })
    },
  }
  await peer.start()
  return peer
}

const self = () => {
  const { uid, gid, username } = userInfo()
  return { uid, gid, user: username, group: execFileSync('id', ['-gn'], { encoding: 'utf8' }).trim() }
}

const makeCertificate = (folder: string): void => {
  execFileSync(
    'openssl',
    [
      ...[
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
        '-days',
        '2',
      ],
      ...['-keyout', join(folder, 'key.pem'), '-out', join(folder, 'cert.pem'), '-subj', '/CN=localhost'],
      ...['-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'],
    ],
    { stdio: 'ignore' },
  )
}

const configuration = (
  folder: string,
  port: number,
  tlsPort: number,
  { user, group }: { user: string; group: string },
  { tls, config }: DovecotOptions,
): string => `
base_dir = ${folder}/run
state_dir = ${folder}/state
log_path = ${folder}/log
protocols = imap
listen = 127.0.0.1
${tls ? `ssl = yes\nssl_cert = <${folder}/cert.pem\nssl_key = <${folder}/key.pem` : 'ssl = no'}
disable_plaintext_auth = ${tls ? 'yes' : 'no'}
default_login_user = ${user}
default_internal_user = ${user}
default_internal_group = ${group}
mail_location = maildir:~/Maildir
first_valid_uid = 1
mailbox_list_index = no
mailbox_idle_check_interval = 1 s
passdb {
  driver = passwd-file
  args = scheme=PLAIN username_format=%u ${folder}/users
}
userdb {
  driver = static
  args = uid=${user} gid=${group} home=${folder}/home/%u
}
service anvil {
  chroot =
}
service imap-login {
  chroot =
  inet_listener imap {
    port = ${port}
  }
  inet_listener imaps {
    port = ${tls ? tlsPort : 0}
  }
}
namespace inbox {
  inbox = yes
  separator = /
${['Drafts', 'Sent', 'Trash', 'Junk', 'Archive'].map(name => `  mailbox ${name} {\n    special_use = \\${name}\n    auto = create\n  }`).join('\n')}
}
${config?.(folder).join('\n') ?? ''}
`

/** The first process may be gone before it has told all of its own: those go on serving whoever is connected. */
const groupGone = async (group: number): Promise<void> => {
  const patient = Date.now() + 5000
  try {
    for (;;) {
      process.kill(-group, Date.now() < patient ? 'SIGTERM' : 'SIGKILL')
      await new Promise(resolve => setTimeout(resolve, 20))
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/** Until it greets. */
const answers = async (port: number, ended: () => number | null, log: () => string): Promise<void> => {
  const deadline = Date.now() + 15_000
  for (;;) {
    const greeted = await new Promise<boolean>(resolve => {
      const socket = connect(port, '127.0.0.1')
      socket.once('data', () => {
        resolve(true)
        socket.destroy()
      })
      socket.once('error', () => resolve(false))
      socket.once('close', () => resolve(false))
    })
    if (greeted) return
    if (ended() !== null || Date.now() > deadline) throw new Error(`dovecot does not answer:\n${log()}`)
    await new Promise(resolve => setTimeout(resolve, 30))
  }
}
