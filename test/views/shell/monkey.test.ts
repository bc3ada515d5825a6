import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { openFurnished } from './furnished.ts'
import { monkey } from './monkey.ts'
import { ScreenStage } from './screen-stage.tsx'

/** `MONKEY_KEYS=100000 npm test -- test/views/shell/monkey` takes three quarters of an hour. */
const keys = Number(process.env.MONKEY_KEYS ?? 3000)

test('no sequence of keys, presses, pastes and sizes ends it or tears the frame', {
  timeout: 120_000 + keys * 100,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ithaca-monkey-'))
  const before = process.cwd()
  // A log that is saved lands where it can be taken away.
  process.chdir(folder)
  try {
    await using house = await openFurnished()
    using on = new ScreenStage(house.kitchen.w.inside.carry, { cols: 80, rows: 24 }, { mouse: true })
    await on.until('api :')
    const { meddle } = house
    const seed = Number(process.env.MONKEY_SEED ?? 4711)
    const complained = vi.spyOn(console, 'error')
    const began = performance.now()
    const told = await monkey(on, { keys, seed, meddle })
    expect(told.torn).toBeNull()
    expect(complained.mock.calls, 'what React complains of').toEqual([])
    const seconds = Math.round((performance.now() - began) / 1000)
    console.info(
      `monkey: ${told.pressed} keys, ${told.resized} sizes, ${told.meddled} things agents did, ${on.bytes} bytes, ${seconds} s, seed ${seed}`,
    )
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
