import fc from 'fast-check'
import { Temporal } from 'temporal-polyfill'
import { describe, expect, test } from 'vitest'
import { readWall, wallTextFull } from '../../src/time/wall.ts'
import { instantText, knownZone, zoneOf } from '../../src/time/zone.ts'

const ZONES = [
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
  'Africa/Casablanca',
  'Pacific/Apia',
  'Asia/Kathmandu',
  'America/Sao_Paulo',
]
const instants = fc.integer({ min: Date.UTC(1930, 0, 1) / 1000, max: Date.UTC(2100, 0, 1) / 1000 })

describe('a zone agrees with Temporal', () => {
  test('from an instant to the wall', () => {
    fc.assert(
      fc.property(fc.constantFrom(...ZONES), instants, (name, seconds) => {
        const theirs = Temporal.Instant.fromEpochMilliseconds(seconds * 1000).toZonedDateTimeISO(name)
        expect(wallTextFull(zoneOf(name).toWall(seconds * 1000))).toBe(
          theirs.toPlainDateTime().toString({ smallestUnit: 'second' }),
        )
      }),
      { numRuns: 500 },
    )
  })

  test('from the wall to an instant, near changes of the clock above all', () => {
    const near = fc.tuple(
      fc.integer({ min: 1950, max: 2090 }),
      fc.constantFrom(3, 4, 10, 11),
      fc.integer({ min: 1, max: 30 }),
      fc.integer({ min: 0, max: 143 }),
    )
    fc.assert(
      fc.property(fc.constantFrom(...ZONES), near, (name, [year, month, day, tens]) => {
        const plain = new Temporal.PlainDateTime(year, month, day, Math.floor(tens / 6), (tens % 6) * 10)
        const theirs = plain.toZonedDateTime(name, { disambiguation: 'compatible' })
        const { wall } = readWall(plain.toString())!
        expect(zoneOf(name).toInstant(wall)).toBe(theirs.epochMilliseconds)
        expect(zoneOf(name).fit(wall) === 'gap').toBe(!theirs.toPlainDateTime().equals(plain))
      }),
      { numRuns: 1000 },
    )
  })
})

test('names of zones', () => {
  expect(knownZone('europe/berlin')).toBe('Europe/Berlin')
  for (const wrong of ['', 'Mars/Olympus', '+02:00', 'Europe/Berlin; DROP', 'x'.repeat(1000)])
    expect(knownZone(wrong)).toBeNull()
  expect(() => zoneOf('Mars/Olympus')).toThrow('There is no time zone "Mars/Olympus"')
  expect(instantText(Date.UTC(2026, 6, 1), zoneOf('Asia/Kathmandu'))).toBe('2026-07-01T05:45:00+05:45')
})
