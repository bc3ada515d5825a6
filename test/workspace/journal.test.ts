import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openJournal } from '../../src/workspace/journal.ts'

test('a log that somebody never looks at stays small, and its end is there', () => {
  const home = mkdtempSync(join(tmpdir(), 'ithaca-journal-'))
  const file = join(home, 'ithaca.log')
  try {
    for (const round of ['first', 'second', 'third']) {
      const journal = openJournal(file, Date.now)
      for (let n = 0; n < 40; n++) journal.note(`${round} ${n} ${'x'.repeat(100_000)}`)
      journal.close()
    }
    const before = `${file}.before`
    expect(existsSync(before)).toBe(true)
    expect(statSync(file).size + statSync(before).size).toBeLessThan(9_000_000)
    expect(readFileSync(before, 'utf8') + readFileSync(file, 'utf8')).toMatch(/third 38 [\s\S]*third 39 /)
    expect(statSync(file).mode & 0o777).toBe(0o600)
  } finally {
    rmSync(home, { recursive: true })
  }
})
