import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { examine } from '../../src/connect/doctor.ts'
import { hosts } from '../../src/contract/hosts.ts'
import { roomShort, roomWords } from '../../src/contract/room.ts'
import { hostRows } from '../../views/panes/cookbook/host-rows.ts'
import { withoutColours } from '../../views/terminal/sanitise.ts'
import { asciiGlyphs } from '../../views/widgets/text.ts'
import { testWorkspace } from '../peers/workspace.ts'

const GIB = 1024 ** 3

describe('room on a disk', () => {
  test.each([
    [0, '0 MiB', '0M'],
    [200e6, '191 MiB', '191M'],
    [4.5 * GIB, '4.5 GiB', '4.5G'],
    [83.4e9, '77.7 GiB', '77.7G'],
    [251.97 * GIB, '252 GiB', '252G'],
    [1.2 * 1024 * GIB, '1.2 TiB', '1.2T'],
  ])('of %i bytes is %s, and %s where a cell counts', (bytes, words, short) => {
    expect([roomWords(bytes), roomShort(bytes)]).toEqual([words, short])
  })
})

test('the screen, the test of a host and doctor tell of the same disks with the same figures', async () => {
  await using w = await testWorkspace()
  const { watch } = w.inside.workspace.cookbook
  const hub = join(w.home, 'elsewhere')
  await w.client.call(hosts.edit, { id: 'local', variables: { HF_HOME: hub }, model_dirs: [w.home] })
  await watch.look('local')
  await expect
    .poll(async () => (await w.client.call(hosts.get, { id: 'local' })).disks.length, { timeout: 10_000 })
    .toBe(3)
  const host = await w.client.call(hosts.get, { id: 'local' })
  const screen = hostRows(host, 200, asciiGlyphs).map(withoutColours)
  const response = await w.client.stream(hosts.test, { id: 'local' })
  const steps = (await response.text())
    .split('\n')
    .filter(Boolean)
    .map(line => JSON.parse(line))
  const tested = steps.filter(({ id }) => id === 'disk')
  expect(tested.map(({ title }) => title)).toEqual(host.disks.map(({ path }) => `Disk of ${path}`))
  expect(host.disks.map(({ path }) => path).slice(0, 2)).toEqual([`${hub}/hub`, w.home])
  for (const [n, { total_bytes: total }] of host.disks.entries()) {
    expect(tested[n].detail).toContain(` of ${roomWords(total)} at `)
    expect(screen.filter(row => row.includes(` of ${roomShort(total)} free at `)).length).toBeGreaterThan(0)
  }
  chmodSync(w.paths.data, 0o700)
  const checks: string[] = []
  for await (const { what, detail } of examine(w.paths)) if (what === 'data') checks.push(detail)
  expect(checks).toEqual([expect.stringMatching(/, (\d+|\d\d?\.\d) [MGT]iB free$/)])
})
