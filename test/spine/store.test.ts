import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { findPaths, type Paths } from '../../src/workspace/paths.ts'
import { openSeal } from '../../src/workspace/seal.ts'
import { openChanges } from '../../store/changes.ts'
import { NEWEST, openStore } from '../../store/database.ts'
import { migrations } from '../../store/migrations/index.ts'
import { diskCanFail, smallDisk } from '../peers/small-disk.ts'

let home: string
let paths: Paths
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'ithaca-store-'))
  paths = findPaths({ ITHACA_HOME: home })
  mkdirSync(paths.data, { recursive: true })
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

/** A file as an earlier program left it. */
const fileOf = (version: number, file = paths.database): void => {
  const db = new Database(file)
  db.pragma('journal_mode = WAL')
  for (const migration of migrations.slice(0, version))
    if (typeof migration === 'string') db.exec(migration)
    else migration(db, { seal: Buffer.from })
  db.pragma(`user_version = ${version}`)
  if (version >= 1)
    db.exec(`INSERT INTO todos (id, title, content, type, items, source, created_at, updated_at)
             VALUES ('old', 'kept through everything', '', 'note', '[]', 'test', 1, 1)`)
  db.close()
}

const shape = (db: Database.Database): unknown[] =>
  db.prepare('SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name').all()

const versionInFile = (file: string): number => readFileSync(file).readUInt32BE(60)

/** The program in a process of its own. */
const ithaca = (args: string[], shell?: string) => {
  const script = join(import.meta.dirname, '../peers/door.ts')
  const words = [process.execPath, '--disable-warning=ExperimentalWarning', script, ...args]
  const [command, given] = shell
    ? ['sh', ['-c', `${shell}; exec "$@"`, 'sh', ...words]]
    : [words[0]!, words.slice(1)]
  return spawnSync(command, given, {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, HOME: home, ITHACA_HOME: home, TZ: 'UTC' },
    timeout: 20_000,
  })
}

/** One sentence and no more: not a stack, not a code of SQLite's. */
const refusedInOneSentence = (ran: ReturnType<typeof ithaca>, sentence: RegExp): void => {
  expect(ran.stderr.trim().split('\n')).toHaveLength(1)
  expect(ran.stderr).toMatch(sentence)
  expect(ran.stderr).not.toMatch(/SQLITE|Error:|\bat \//)
  expect(ran.status).toBeGreaterThan(0)
}

describe('migrations', () => {
  test.each(Array.from({ length: NEWEST + 1 }, (_, version) => version))('from version %i', version => {
    const fresh = join(home, 'fresh.db')
    openStore(fresh).close()
    if (version > 0) fileOf(version)
    const store = openStore(paths.database)
    try {
      expect(versionInFile(paths.database), 'the header never lies').toBe(NEWEST)
      const beside = new Database(fresh, { readonly: true })
      expect(shape(store.db)).toEqual(shape(beside))
      beside.close()
      const found = store.db
        .prepare(
          `SELECT title FROM todos WHERE n IN (SELECT rowid FROM todos_text WHERE todos_text MATCH 'kept')`,
        )
        .pluck()
        .all()
      expect(found).toEqual(version > 0 ? ['kept through everything'] : [])
      expect(store.db.pragma('integrity_check', { simple: true })).toBe('ok')
      expect(store.db.pragma('foreign_key_check')).toEqual([])
    } finally {
      store.close()
    }
    openStore(paths.database).close()
  })

  test('what was done and launched before is the token’s that had the name then', () => {
    fileOf(13)
    const db = new Database(paths.database)
    const token = (id: string, from: number, to: number | null): void =>
      void db
        .prepare(
          `INSERT INTO tokens (id, name, prefix, digest, operator, scopes, revoked_at, created_at)
           VALUES (?, 'bot', 'ith_', ?, 0, '{}', ?, ?)`,
        )
        .run(id, Buffer.from(id), to, from)
    token('first', 10, 20)
    token('second', 30, null)
    const image = (before: unknown): string =>
      JSON.stringify([{ table: 'todos', id: 'x', before, after: {} }])
    const did = (actor: string, at: number, images: string | null): void =>
      void db
        .prepare(
          `INSERT INTO audit (at, actor, action, noun, object, summary, images) VALUES (?, ?, 'a', 'todo', 'x', 's', ?)`,
        )
        .run(at, actor, images)
    did('bot', 15, image(null))
    did('bot', 25, null)
    did('bot', 35, image({ id: 'x' }))
    did('operator', 35, '{"back":{}}')
    db.exec('UPDATE audit SET undone_by = 9 WHERE seq = 1')
    const serve = db.prepare(
      `INSERT INTO serves (id, host, kind, name, shown, gpus, lineage, attempt, difference, actor, origin, launched_at, warnings)
       VALUES (?, '', 'serve', 'm', '', '[]', 'l', 1, '[]', 'bot', 'launched', ?, '[]')`,
    )
    serve.run('old', 15)
    serve.run('new', 35)
    db.close()
    const store = openStore(paths.database)
    expect(store.db.prepare('SELECT token, destroys FROM audit ORDER BY seq').raw().all()).toEqual([
      ['first', 0],
      [null, 0],
      ['second', 1],
      [null, 1],
    ])
    expect(store.db.prepare('SELECT id, token FROM serves ORDER BY launched_at').raw().all()).toEqual([
      ['old', 'first'],
      ['new', 'second'],
    ])
    for (const change of ["token = 'second'", 'destroys = 1'])
      expect(() => store.db.exec(`UPDATE audit SET ${change} WHERE seq = 2`)).toThrow('append-only')
    store.close()
  })

  test('an address of a subscription is sealed, in what undo remembers too', () => {
    fileOf(14)
    const db = new Database(paths.database)
    const row = (href: string, name = 'Club') => ({
      ...{ id: 'c', name, color: '#fff', account: null, href, created_at: 1, updated_at: 1 },
      ...{ kind: 'subscription', read_only: 1, kept: 1 },
    })
    const how = { id: 'c', every: 60, alarms: 0, public: 0 }
    const now = 'https://new.example/hush?key=hush'
    db.prepare(
      `INSERT INTO calendars (id, name, color, account, href, created_at, updated_at, kind, read_only, kept)
       VALUES (@id, @name, @color, @account, @href, @created_at, @updated_at, @kind, @read_only, @kept)`,
    ).run(row(now))
    db.exec("INSERT INTO calendar_subscriptions VALUES ('c', 60, 0, 0)")
    const images = [
      { table: 'calendars', id: 'c', before: row('http://a:hush@old.example/x.ics'), after: row(now) },
      { table: 'calendar_subscriptions', id: 'c', before: how, after: how },
    ]
    const did = db.prepare(
      `INSERT INTO audit (at, actor, action, noun, object, summary, images, undone_by)
       VALUES (1, 'operator', 'calendars.edit', 'calendar', 'c', 's', ?, ?)`,
    )
    did.run(JSON.stringify(images), null)
    did.run(JSON.stringify(images), 1)
    db.close()

    const seal = openSeal(paths.sealKey)
    const store = openStore(paths.database, seal)
    expect(store.db.prepare('SELECT href FROM calendars').pluck().get()).toBe('https://new.example')
    const address = store.db.prepare('SELECT address FROM calendar_subscriptions').pluck().get() as Buffer
    expect(seal.open(address)).toBe(now)
    expect(() => store.db.exec('UPDATE audit SET at = 2')).toThrow('append-only')
    openChanges(store, () => 2).undo(
      { actor: 'operator' },
      { actor: 'operator', token: null, any: true },
      { seq: 1 },
    )
    expect(store.db.prepare('SELECT href FROM calendars').pluck().get()).toBe('http://old.example')
    const before = store.db.prepare('SELECT address FROM calendar_subscriptions').pluck().get() as Buffer
    expect(seal.open(before)).toBe('http://a:hush@old.example/x.ics')
    store.close()
    expect(readFileSync(paths.database, 'latin1')).not.toContain('hush')
  })

  test('settings that a promise of durability needs', () => {
    const store = openStore(paths.database)
    expect(store.db.pragma('journal_mode', { simple: true })).toBe('wal')
    expect(store.db.pragma('synchronous', { simple: true })).toBe(2)
    expect(store.db.pragma('foreign_keys', { simple: true })).toBe(1)
    store.close()
  })
})

describe('a file that cannot be used is refused and left as it is', () => {
  const refuses = (sentence: RegExp): void => {
    const before = readFileSync(paths.database)
    const beside = readdirSync(paths.data)
    refusedInOneSentence(ithaca(['todos', 'list']), sentence)
    expect(readFileSync(paths.database).equals(before)).toBe(true)
    const left = readdirSync(paths.data).filter(
      name => !beside.includes(name) && !name.startsWith('owner.db'),
    )
    expect(left).toEqual([])
  }

  test('from a newer program', () => {
    fileOf(NEWEST)
    const db = new Database(paths.database)
    db.pragma(`user_version = ${NEWEST + 1}`)
    db.close()
    refuses(/was written by a newer Ithaca .* Update Ithaca/)
  })

  test('from a newer program that was killed: its log beside it stays too', () => {
    fileOf(NEWEST)
    const copy = join(home, 'copy.db')
    const db = new Database(paths.database)
    db.pragma(`user_version = ${NEWEST + 1}`)
    db.pragma('wal_checkpoint(TRUNCATE)')
    db.exec(`UPDATE todos SET title = 'in the log only'`)
    const [file, log] = [readFileSync(paths.database), readFileSync(`${paths.database}-wal`)]
    db.close()
    rmSync(copy, { force: true })
    writeFileSync(paths.database, file)
    writeFileSync(`${paths.database}-wal`, log)
    refuses(/newer Ithaca/)
    expect(readFileSync(`${paths.database}-wal`).equals(log)).toBe(true)
  })

  test.each([
    ['text', 'this is not a database, whatever its name says\n'.repeat(200)],
    ['zeros', Buffer.alloc(20_000)],
    ['half a header', 'SQLite format 3\0'],
  ])('not a database: %s', (_name, content) => {
    writeFileSync(paths.database, content)
    refuses(/is not a database of Ithaca, or is damaged/)
  })

  test('destroyed behind a good header', () => {
    fileOf(NEWEST)
    const bytes = readFileSync(paths.database)
    bytes.fill(0xa5, 100, 4096)
    writeFileSync(paths.database, bytes)
    refuses(/damaged/)
  })

  test('cut off', () => {
    fileOf(NEWEST)
    truncateSync(paths.database, 4096)
    refuses(/damaged/)
  })
})

describe.skipIf(!diskCanFail())('a disk that does not take it', () => {
  test('a read-only directory', () => {
    const unmount = smallDisk(home, '16m')
    try {
      mkdirSync(paths.data, { recursive: true })
      expect(ithaca(['todos', 'add', 'before']).status).toBe(0)
      const before = readFileSync(paths.database)
      if (unmount) spawnSync('mount', ['-o', 'remount,ro', home])
      else for (const place of [paths.database, paths.ownerLock, paths.data, home]) chmodSync(place, 0o500)
      refusedInOneSentence(ithaca(['todos', 'add', 'after']), /read-only|may not be entered|more rights/)
      expect(readFileSync(paths.database).equals(before)).toBe(true)
    } finally {
      if (!unmount) for (const place of [home, paths.data]) chmodSync(place, 0o700)
      unmount?.()
    }
  })

  test('a full disk: what was there stays, and it goes on when there is room', () => {
    const unmount = smallDisk(home, '8m')
    try {
      mkdirSync(paths.data, { recursive: true })
      expect(ithaca(['todos', 'add', 'before']).status).toBe(0)
      const before = readFileSync(paths.database)
      const filler = join(home, 'filler')
      if (unmount) spawnSync('sh', ['-c', 'cat /dev/zero > "$1"', 'sh', filler])
      // A bound on the size of files stands in: what is there may not grow.
      const bound = unmount ? undefined : "trap '' XFSZ; ulimit -f 1"
      const text = 'x'.repeat(90_000)
      refusedInOneSentence(
        ithaca(['todos', 'add', 'after', '--content', text], bound),
        /disk is full|disk reports an error/,
      )
      if (unmount) expect(readFileSync(paths.database).equals(before)).toBe(true)
      rmSync(filler, { force: true })
      const list = ithaca(['--json', 'todos', 'list'])
      const { items } = JSON.parse(list.stdout) as { items: { title: string }[] }
      expect(items.map(item => item.title)).toEqual(['before'])
      expect(ithaca(['todos', 'add', 'again']).status).toBe(0)
    } finally {
      unmount?.()
    }
  })
})
