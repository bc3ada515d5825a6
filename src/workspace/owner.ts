import { chmodSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import Database from 'better-sqlite3'
import * as z from 'zod'
import { explained, storeProblem } from '../../store/database.ts'
import { Problem } from '../contract/problem.ts'
import { makeDirectory, type Paths } from './paths.ts'

/** Written once the owner listens; whoever comes later finds it there. */
export const Instance = z.object({
  id: z.string(),
  pid: z.number().int(),
  started_at: z.number(),
  url: z.string(),
  /** Lets the same user act as the operator. The file is 0600. */
  key: z.string(),
  mode: z.enum(['inside', 'daemon']),
  version: z.string(),
})
export type Instance = z.output<typeof Instance>

export interface Ownership {
  announce(instance: Instance): void
  release(): void
}

/**
 * Owning is holding an exclusive transaction on a database of its own: the kernel frees it however the owner dies.
 * A second handle in the process that holds it would drop it (POSIX locks), so it is remembered here.
 */
const held = new Set<string>()

export const takeOwnership = (paths: Paths): Ownership | null => {
  if (held.has(paths.ownerLock)) return null
  makeDirectory(paths.data)
  const db = explained(paths.ownerLock, () => new Database(paths.ownerLock))
  try {
    chmodSync(paths.ownerLock, 0o600)
    db.pragma('busy_timeout = 0')
    db.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    db.close()
    const { code } = error as { code?: string }
    if (code?.startsWith('SQLITE_BUSY')) return null
    if (code === 'EPERM' || code === 'EROFS')
      throw new Problem('unavailable', `${paths.ownerLock} cannot be written: it is not yours, or read-only.`)
    throw storeProblem(paths.ownerLock, error)
  }
  held.add(paths.ownerLock)
  rmSync(paths.instance, { force: true })
  return {
    announce(instance) {
      const draft = `${paths.instance}.${process.pid}`
      writeFileSync(draft, `${JSON.stringify(instance, null, 2)}\n`, { mode: 0o600 })
      renameSync(draft, paths.instance)
    },
    release() {
      rmSync(paths.instance, { force: true })
      held.delete(paths.ownerLock)
      db.close()
    },
  }
}

export const readInstance = (paths: Paths): Instance | null => {
  if (!existsSync(paths.instance)) return null
  try {
    return Instance.parse(JSON.parse(readFileSync(paths.instance, 'utf8')))
  } catch {
    // Not ours, or gone between the two calls: the same as no owner that can be reached.
    return null
  }
}
