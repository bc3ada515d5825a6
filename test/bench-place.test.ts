import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openPlace } from './bench/parts/place.ts'
import { until } from './peers/post.ts'

test.skipIf(!existsSync('/proc/self/environ'))(
  'what a measure started ends with it, however it detached itself, and leaves no folder',
  async () => {
    const place = openPlace()
    const made = mkdtempSync(join(tmpdir(), 'some-'))
    expect(made.startsWith(place.folder)).toBe(true)
    spawn('sleep', ['1000'], { stdio: 'ignore', detached: true }).unref()
    spawnSync(
      'sh',
      [
        '-c',
        'setsid sleep 1001 </dev/null >/dev/null 2>&1 & setsid sh -c "trap : TERM; while :; do sleep 1; done" &',
      ],
      {
        stdio: 'ignore',
      },
    )
    const running = (what: string): boolean =>
      spawnSync('sh', ['-c', `grep -lsz "TMPDIR=${place.folder}" /proc/[0-9]*/environ`], {
        encoding: 'utf8',
      }).stdout.includes(what)
    await until('that they run', () => running('environ'))
    expect(place.close().length).toBeGreaterThanOrEqual(3)
    expect(running('environ')).toBe(false)
    expect(existsSync(place.folder)).toBe(false)
  },
)
