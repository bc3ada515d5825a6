import { existsSync, readFileSync } from 'node:fs'
import type { SshSettings } from './settings.ts'

/** How a host is reached, and why that way. */
export interface TransportChoice {
  kind: 'ssh2' | 'ssh'
  why: string
}

/** The built-in client where it can do all that is asked, the system's `ssh` otherwise. */
export function chooseTransport(settings: SshSettings): TransportChoice {
  for (const hop of [settings, ...settings.jumps]) {
    const reason = needsSystemSsh(hop)
    const where = hop === settings ? '' : ` on the way through ${hop.alias}`
    if (reason) return { kind: 'ssh', why: `${reason}${where}` }
  }
  return { kind: 'ssh2', why: 'keys and agent are enough' }
}

function needsSystemSsh(settings: SshSettings): string | null {
  const set = (key: string) => {
    const value = settings.all.get(key)?.[0]
    return value !== undefined && value !== 'none' && value !== 'no' ? value : null
  }
  if (set('proxycommand')) return 'ProxyCommand is set'
  if (set('pkcs11provider')) return 'a PKCS#11 token holds the key'
  if (set('knownhostscommand')) return 'KnownHostsCommand is set'
  if (set('hostbasedauthentication')) return 'host-based authentication is set'
  if (settings.controlSocket) return 'a live ControlPath connection exists'
  const certificate =
    settings.all.get('certificatefile')?.find(f => f !== 'none') ??
    settings.identityFiles.map(f => `${f}-cert.pub`).find(f => existsSync(f))
  if (certificate) return 'a certificate is used'
  const securityKey = settings.identityFiles.find(f => existsSync(f) && isSecurityKey(f))
  if (securityKey) return 'a security key is used'
  if (set('gssapiauthentication') && hasKerberosTicket()) return 'a Kerberos ticket is there for GSSAPI'
  return null
}

// Debian turns GSSAPIAuthentication on for everyone: only a ticket shows that somebody means it.
function hasKerberosTicket(): boolean {
  const named = process.env.KRB5CCNAME
  if (named && !named.startsWith('FILE:') && !named.startsWith('/')) return true
  return existsSync(named?.replace(/^FILE:/, '') || `/tmp/krb5cc_${process.getuid?.() ?? 0}`)
}

/** The public half stands unencrypted in a private key file of OpenSSH's own format. */
function isSecurityKey(path: string): boolean {
  const text = readFileSync(path, 'latin1')
  const body = /-----BEGIN OPENSSH PRIVATE KEY-----([A-Za-z0-9+/=\s]+)-----END/.exec(text)?.[1]
  return (
    body !== undefined &&
    /sk-(ssh-ed25519|ecdsa-sha2-nistp256)@openssh\.com/.test(Buffer.from(body, 'base64').toString('latin1'))
  )
}
