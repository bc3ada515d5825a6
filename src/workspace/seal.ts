import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { Problem } from '../contract/problem.ts'

/** Secrets at rest: sealed with a key that is kept outside the database. */
export interface Seal {
  seal(text: string): Buffer
  open(sealed: Buffer): string
}

export const openSeal = (file: string): Seal => {
  let key: Buffer | null = null
  const theKey = (): Buffer => {
    if (key) return key
    // `wx`: two processes that need the first key at once get the same one.
    if (!existsSync(file)) writeOnce(file, randomBytes(32))
    key = readFileSync(file)
    if (key.length !== 32)
      throw new Problem(
        'unavailable',
        `${file} is not a key of Ithaca; sealed secrets cannot be read without it.`,
      )
    return key
  }
  return {
    seal(text) {
      const iv = randomBytes(12)
      const cipher = createCipheriv('aes-256-gcm', theKey(), iv)
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
      return Buffer.concat([iv, cipher.getAuthTag(), body])
    },
    open(sealed) {
      const cipher = createDecipheriv('aes-256-gcm', theKey(), sealed.subarray(0, 12))
      cipher.setAuthTag(sealed.subarray(12, 28))
      try {
        return Buffer.concat([cipher.update(sealed.subarray(28)), cipher.final()]).toString('utf8')
      } catch {
        throw new Problem('unavailable', `A sealed secret does not open with ${file}; enter it again.`)
      }
    },
  }
}

const writeOnce = (file: string, key: Buffer): void => {
  try {
    writeFileSync(file, key, { mode: 0o600, flag: 'wx' })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}
