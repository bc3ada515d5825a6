import { expect, test } from 'vitest'
import { type Cause, Pace } from '../../../views/store/pace.ts'

/** When what happens at these times is shown. */
const shownOf = (pace: Pace, changes: readonly (readonly [at: number, cause: Cause])[]): number[] => {
  const shown: number[] = []
  let wanted = Number.POSITIVE_INFINITY
  const showUntil = (now: number) => {
    if (wanted > now) return
    pace.shown(wanted)
    shown.push(wanted)
    wanted = Number.POSITIVE_INFINITY
  }
  for (const [at, cause] of changes) {
    showUntil(at)
    wanted = Math.min(wanted, Math.max(at, pace.due(cause, at)))
  }
  showUntil(Number.MAX_VALUE)
  return shown
}

const every = (interval: number, cause: Cause, from: number, until: number): [number, Cause][] =>
  Array.from({ length: Math.ceil((until - from) / interval) }, (_, n) => [from + n * interval, cause])

const between = (times: readonly number[], from: number, until: number): number =>
  times.filter(time => time >= from && time < until).length

test('what an agent does now and then is shown at once, and what it does right after in the next frame', () => {
  const changes = every(160, 'done', 0, 8000).flatMap(
    ([at, cause]) =>
      [
        [at, cause],
        [at + 4, 'measured'],
        [at + 12, cause],
      ] as const,
  )
  const shown = shownOf(new Pace(), changes)
  for (const [at] of every(160, 'done', 0, 8000)) {
    expect(shown).toContain(at)
    expect(shown).toContain(at + 33)
  }
})

test('what never ends is shown ten times a second, after a second at frame pace', () => {
  for (const cause of ['done', 'measured'] as const) {
    const shown = shownOf(new Pace(), every(1, cause, 0, 20_000))
    expect(between(shown, 0, 400)).toBeGreaterThan(10)
    expect(between(shown, 10_000, 20_000)).toBeLessThanOrEqual(101)
    expect(between(shown, 10_000, 20_000)).toBeGreaterThanOrEqual(99)
  }
})

test('beside endless measurements what somebody does is still shown in the next frame, and they go on', () => {
  const pace = new Pace()
  const done = every(250, 'done', 10_000, 11_000)
  const changes = [...every(1, 'measured', 0, 12_000), ...done].sort(([a], [b]) => a - b)
  const shown = shownOf(pace, changes)
  for (const [at] of done) expect(between(shown, at, at + 34)).toBeGreaterThanOrEqual(1)
  for (let at = 10_000; at < 12_000; at += 100) expect(between(shown, at, at + 101)).toBeGreaterThanOrEqual(1)
})

test('after a key what is done waits for a frame, what is measured for the next key, and neither is counted', () => {
  const pace = new Pace()
  for (let at = 0; at < 1000; at++) pace.pressed(at)
  expect(pace.due('done', 1000)).toBe(999 + 33)
  expect(pace.due('measured', 1000)).toBe(999 + 100)
})
