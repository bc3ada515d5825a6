import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { findPaths, type Paths } from '../../src/workspace/paths.ts'
import { NEWEST, openStore } from '../../store/database.ts'
import { diskCanFail, smallDisk } from '../peers/small-disk.ts'
import { Pty } from '../peers/terminal.ts'

/** The built program, started bare on a terminal, over a workspace that it cannot use. */
const main = resolve(import.meta.dirname, '../../dist/main.js')
const ALTERNATE = '\x1b[?1049h'
/** All but a cursor and a wrap, which are there from the start. */
const SETS_A_MODE = /\x1b\[\?(?!(?:25|7)h)[\d;]+h/g
let home: string
let paths: Paths
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'ithaca-refused-'))
  paths = findPaths({ ITHACA_HOME: home })
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

const make = (): void => {
  mkdirSync(paths.data, { recursive: true })
  openStore(paths.database).close()
}

/** One sentence, an exit that is not 0, and every mode of the terminal as it was. */
const refuses = async (sentence: RegExp, shell = ''): Promise<void> => {
  const before = existsSync(paths.database) ? readFileSync(paths.database) : null
  const pty = new Pty('sh', ['-c', `${shell} exec "$@"`, 'sh', process.execPath, main], {
    cols: 200,
    rows: 50,
    env: { ITHACA_HOME: home, HOME: home, TZ: 'UTC', TMUX: undefined },
  })
  let written = ''
  pty.pty.onData(data => {
    written += data
  })
  const { exitCode } = await pty.end()
  expect(exitCode).toBeGreaterThan(0)
  expect(written).toMatch(sentence)
  expect(written).not.toMatch(/SQLITE|Error:|\bat \//)
  for (const mode of written.match(SETS_A_MODE) ?? [])
    expect(written.lastIndexOf(mode.replace(/h$/, 'l'))).toBeGreaterThan(written.lastIndexOf(mode))
  for (const usual of ['25', '7'])
    expect(written.lastIndexOf(`\x1b[?${usual}h`)).toBeGreaterThanOrEqual(
      written.lastIndexOf(`\x1b[?${usual}l`),
    )
  expect(pty.screen.text().trim().split('\n')).toHaveLength(1)
  expect(written.lastIndexOf(ALTERNATE)).toBeLessThanOrEqual(written.search(sentence))
  if (before) expect(readFileSync(paths.database).equals(before)).toBe(true)
}

describe('a database that cannot be used, met by the screen', () => {
  test('from a newer program', async () => {
    make()
    const db = new Database(paths.database)
    db.pragma(`user_version = ${NEWEST + 1}`)
    db.close()
    await refuses(/was written by a newer Ithaca .* Update Ithaca/)
  })

  test('no database', async () => {
    mkdirSync(paths.data, { recursive: true })
    writeFileSync(paths.database, 'whatever its name says\n'.repeat(400))
    await refuses(/is not a database of Ithaca, or is damaged/)
  })

  test('destroyed, and cut off', async () => {
    make()
    const bytes = readFileSync(paths.database)
    writeFileSync(paths.database, Buffer.from(bytes).fill(0xa5, 100, 4096))
    await refuses(/damaged/)
    writeFileSync(paths.database, bytes)
    truncateSync(paths.database, 4096)
    await refuses(/damaged/)
  })
})

describe.skipIf(!diskCanFail())('a disk that does not take it, met by the screen', () => {
  test('a read-only directory', async () => {
    const unmount = smallDisk(home, '16m')
    try {
      make()
      if (unmount) spawnSync('mount', ['-o', 'remount,ro', home])
      else for (const place of [paths.data, home]) chmodSync(place, 0o500)
      await refuses(/read-only|may not be entered|more rights/)
    } finally {
      if (!unmount) for (const place of [home, paths.data]) chmodSync(place, 0o700)
      unmount?.()
    }
  })

  test('a full disk, at the first start', async () => {
    const unmount = smallDisk(home, '8m')
    try {
      mkdirSync(paths.data, { recursive: true })
      if (unmount) spawnSync('sh', ['-c', 'cat /dev/zero > "$1"', 'sh', join(home, 'filler')])
      await refuses(/disk is full|disk reports an error/, unmount ? '' : "trap '' XFSZ; ulimit -f 0;")
    } finally {
      unmount?.()
    }
  })
})
