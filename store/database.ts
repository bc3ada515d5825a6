import { closeSync, existsSync, openSync, readSync } from 'node:fs'
import Database from 'better-sqlite3'
import { Problem } from '../src/contract/problem.ts'
import { type LogKeeper, openLogKeeper } from './log-keeper.ts'
import { migrations } from './migrations/index.ts'

/** One SQLite file, opened once, with its prepared statements kept. */
export interface Store {
  readonly file: string
  readonly db: Database.Database
  readonly log: Pick<LogKeeper, 'wrote'>
  /** A prepared statement, made on first use. */
  sql<Row = unknown>(text: string): Database.Statement<unknown[], Row>
  backup(file: string): Promise<void>
  close(): void
}

/** How what was written openly before is sealed. */
export interface Sealing {
  seal(text: string): Buffer
}

export const NEWEST = migrations.length

const NO_SEAL: Sealing = {
  seal() {
    throw new Problem(
      'unavailable',
      'What an earlier Ithaca wrote openly is to be sealed, and no seal is here.',
    )
  },
}

export const openStore = (file: string, sealing: Sealing = NO_SEAL): Store => {
  const found = versionInHeader(file)
  if (found > NEWEST)
    throw new Problem(
      'unavailable',
      `${file} was written by a newer Ithaca (its version is ${found}, this one knows ${NEWEST}). Update Ithaca; the file was not touched.`,
    )
  const db = explained(file, () => prepare(file, sealing))
  const log = openLogKeeper(file, db)
  const statements = new Map<string, Database.Statement<unknown[], never>>()
  return {
    file,
    db,
    log,
    sql<Row>(text: string) {
      let statement = statements.get(text)
      if (!statement) {
        statement = db.prepare<unknown[], never>(text)
        statements.set(text, statement)
      }
      return statement as unknown as Database.Statement<unknown[], Row>
    },
    async backup(target) {
      await db.backup(target)
    },
    close() {
      log.close()
      db.close()
    },
  }
}

/** SQLite keeps user_version in bytes 60 to 63, readable without opening (and so without touching) the file. */
const versionInHeader = (file: string): number => {
  if (file === ':memory:' || !existsSync(file)) return 0
  const handle = openSync(file, 'r')
  try {
    const header = Buffer.alloc(100)
    const read = readSync(handle, header, 0, 100, 0)
    if (read === 0) return 0
    if (read < 100 || header.toString('latin1', 0, 15) !== 'SQLite format 3')
      throw new Problem(
        'unavailable',
        `${file} is not a database of Ithaca, or is damaged. It was not touched.`,
      )
    return header.readUInt32BE(60)
  } finally {
    closeSync(handle)
  }
}

const prepare = (file: string, sealing: Sealing): Database.Database => {
  const db = new Database(file)
  try {
    db.pragma('journal_mode = WAL')
    db.pragma('synchronous = FULL')
    // Usually `log-keeper.ts` has moved nearly all of it by then, beside whoever writes.
    db.pragma('wal_autocheckpoint = 16000')
    db.pragma('foreign_keys = ON')
    db.pragma('busy_timeout = 2000')
    migrate(db, sealing)
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

const migrate = (db: Database.Database, sealing: Sealing): void => {
  const from = db.pragma('user_version', { simple: true }) as number
  if (from === NEWEST) return
  // All of them or none, and one sync of the disk.
  db.transaction(() => {
    for (const migration of migrations.slice(from))
      if (typeof migration === 'string') db.exec(migration)
      else migration(db, sealing)
    db.pragma(`user_version = ${NEWEST}`)
  }).immediate()
  // The header of the file must never lie about the version its WAL holds.
  db.pragma('wal_checkpoint(TRUNCATE)')
}

const SENTENCES: Record<string, string> = {
  SQLITE_NOTADB: 'is not a database of Ithaca, or is damaged. It was not touched',
  SQLITE_CORRUPT: 'is damaged. Restore a backup, or move it away to start empty',
  SQLITE_FULL: 'cannot be written: the disk is full',
  SQLITE_READONLY: 'cannot be written: it, or its directory, is read-only',
  SQLITE_CANTOPEN: 'cannot be opened: its directory is missing or may not be entered',
  SQLITE_IOERR: 'cannot be read or written: the disk reports an error',
  SQLITE_BUSY: 'is in use by another program',
}

/** Says in one sentence what SQLite says in a code. */
export const explained = <T>(file: string, work: () => T): T => {
  try {
    return work()
  } catch (error) {
    throw storeProblem(file, error)
  }
}

export const storeProblem = (file: string, error: unknown): unknown => {
  const code = (error as { code?: string }).code ?? ''
  // A trigger of ours refuses in words meant for the person.
  if (code === 'SQLITE_CONSTRAINT_TRIGGER') return new Problem('conflict', (error as Error).message)
  if (code === 'SQLITE_CONSTRAINT_UNIQUE')
    return new Problem('conflict', 'Another one like it was made since, and there can only be one.')
  const known = Object.entries(SENTENCES).find(([name]) => code.startsWith(name))
  return known ? new Problem('unavailable', `${file} ${known[1]}.`, { sqlite: code }) : error
}
