import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { HostError } from './host.ts'
import { judgeHostKey, keyError } from './known-hosts.ts'
import { keyPlace, type SshSettings } from './settings.ts'

/** What `ssh` said when it gave up, as an error a person can act on. */
export async function readSshFailure(
  said: string,
  settings: SshSettings,
  args: string[],
  file: string,
): Promise<HostError> {
  const at = `${settings.hostname}:${settings.port}`
  const why = said.trim().split(/\r?\n/).filter(Boolean).slice(-2).join(' ')
  if (
    /REMOTE HOST IDENTIFICATION HAS CHANGED|Host key verification failed|No .* host key is known/.test(said)
  ) {
    const error = await keyFailure(settings, args, file)
    return (
      error ?? new HostError('host_key_unknown', `The key of ${at} could not be verified: ${why}`, { file })
    )
  }
  if (/Permission denied|Too many authentication failures|no more authentication methods/i.test(said))
    return new HostError(
      'auth',
      `${at} does not let ${settings.user} in: ${why} Try it once by hand: ssh ${settings.alias}`,
    )
  if (/forwarding|mux/i.test(said))
    return new HostError('no_channel', `ssh could not share its connection to ${at}: ${why}`)
  return new HostError('unreachable', `${at} cannot be reached: ${why || 'ssh ended without a word'}`)
}

/** Looks at the key a host offers, without logging in, and says what is wrong with it. */
async function keyFailure(settings: SshSettings, args: string[], file: string): Promise<HostError | null> {
  const folder = mkdtempSync(join(tmpdir(), 'ith-'))
  try {
    const seen = join(folder, 'seen')
    const look = [
      '-o',
      `UserKnownHostsFile=${seen}`,
      '-o',
      'GlobalKnownHostsFile=none',
      '-o',
      'StrictHostKeyChecking=accept-new',
    ]
    const quiet = ['-o', 'PreferredAuthentications=none', '-o', 'HashKnownHosts=no', '-o', 'ControlPath=none']
    // The first value given for an option is the one ssh uses.
    await new Promise<void>(resolve => {
      execFile(
        'ssh',
        [...look, ...quiet, ...args, 'true'],
        { timeout: settings.connectTimeoutMs + 5000 },
        () => resolve(),
      )
    })
    const fields = readFileSync(seen, 'utf8').trim().split(/\s+/)
    const blob = Buffer.from(fields[2] ?? '', 'base64')
    const [name, port] = keyPlace(settings)
    const files = [file, ...settings.knownHostsFiles].filter(Boolean)
    return keyError(judgeHostKey(files, name, port, blob), name, port, blob, file)
  } catch {
    // The file was not written: the host did not get as far as showing a key.
    return null
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
