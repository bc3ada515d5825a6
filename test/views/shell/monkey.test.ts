import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { testWorkspace } from '../../peers/workspace.ts'
import { monkey } from './monkey.ts'
import { ScreenStage } from './screen-stage.tsx'

/** `MONKEY_KEYS=100000 npm test -- test/views/shell/monkey` takes a quarter of an hour. */
const keys = Number(process.env.MONKEY_KEYS ?? 3000)

test('no sequence of keys, pastes and sizes ends it or tears the frame', {
  timeout: 60_000 + keys * 60,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ithaca-monkey-'))
  const before = process.cwd()
  // A log that is saved lands where it can be taken away.
  process.chdir(folder)
  try {
    await using w = await testWorkspace()
    using on = new ScreenStage(w.inside.carry, { cols: 80, rows: 24 })
    await on.until('api :')
    const torn = await monkey(on, { keys, seed: Number(process.env.MONKEY_SEED ?? 4711) })
    expect(torn).toBeNull()
    for (let turn = 0; turn < 20 && (on.shell.overlays.length > 0 || on.shell.line); turn++) {
      on.send('\x03')
      await on.settled()
    }
    on.resize({ cols: 80, rows: 24 })
    on.shell.go('cook')
    await on.until(/\[1 Cook\]/)
    await on.until('local')
    expect(on.isWhole).toBe(true)
  } finally {
    process.chdir(before)
    rmSync(folder, { recursive: true, force: true })
  }
})
