import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import type { Store } from '../../store/database.ts'
import { Problem } from '../contract/problem.ts'
import type { Paths } from './paths.ts'

export interface Backup {
  file: string
  bytes: number
  /** The copy of the key that opens its sealed secrets. */
  key: string | null
  /** The key that they need, where it was not copied. */
  needs_key: string | null
}

/** A copy of the database, and of the key of its secrets only for who asks for both. */
export const backUp = async (
  { store, paths }: { store: Store; paths: Paths },
  file: string,
  withKey: boolean,
): Promise<Backup> => {
  if (!isAbsolute(file)) throw new Problem('invalid', `'${file}' is not an absolute path.`)
  // There is a key once something was sealed with it.
  const sealed = existsSync(paths.sealKey)
  const key = sealed && withKey ? `${file}.key` : null
  const made: string[] = []
  try {
    for (const name of key ? [file, key] : [file]) {
      makeEmpty(name)
      made.push(name)
    }
    await store.backup(file)
    if (key) writeFileSync(key, readFileSync(paths.sealKey))
  } catch (error) {
    for (const name of made) rmSync(name, { force: true })
    if (error instanceof Problem) throw error
    throw new Problem('failed', `${file} could not be written: ${(error as Error).message}.`)
  }
  return { file, bytes: statSync(file).size, key, needs_key: sealed && !withKey ? paths.sealKey : null }
}

/** Its owner's alone from the first byte on, and never in the place of something. */
const makeEmpty = (file: string): void => {
  try {
    writeFileSync(file, '', { flag: 'wx', mode: 0o600 })
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw code === 'EEXIST'
      ? new Problem('conflict', `${file} exists; a backup never overwrites.`)
      : new Problem('failed', `${file} could not be written: ${message.replace(/, open .*$/, '')}.`)
  }
}
