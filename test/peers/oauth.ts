import { createHmac, randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Tokens that a Dovecot judges by itself: signed with a key that lies in its folder. */
export interface Tokens {
  /** Lines for its configuration. */
  readonly config: string[]
  /** One for a user, good for so many seconds; for fewer than none, it has run out. */
  token(user: string, seconds: number): string
}

export const openTokens = (folder: string): Tokens => {
  const key = randomBytes(32)
  const place = join(folder, 'keys', 'default', 'HS256')
  mkdirSync(place, { recursive: true })
  writeFileSync(join(place, 'default'), key.toString('base64'))
  const settings = join(folder, 'oauth2.conf')
  writeFileSync(
    settings,
    `introspection_mode = local\nlocal_validation_key_dict = fs:posix:prefix=${folder}/keys/\nusername_attribute = sub\n`,
  )
  return {
    config: [
      // Whoever is refused is not made to wait for it.
      'auth_failure_delay = 0',
      'service anvil {\n  unix_listener anvil-auth-penalty {\n    mode = 0\n  }\n}',
      'auth_mechanisms = plain login xoauth2 oauthbearer',
      `passdb {\n  driver = oauth2\n  mechanisms = xoauth2 oauthbearer\n  args = ${settings}\n}`,
    ],
    token(user, seconds) {
      const now = Math.floor(Date.now() / 1000)
      const made = Math.min(now, now + seconds) - 60
      const parts = [
        { alg: 'HS256', typ: 'JWT' },
        { sub: user, iss: 'test', iat: made, nbf: made, exp: now + seconds },
      ].map(part => Buffer.from(JSON.stringify(part)).toString('base64url'))
      const signed = createHmac('sha256', key).update(parts.join('.')).digest('base64url')
      return `${parts.join('.')}.${signed}`
    },
  }
}
