import { expect, test } from 'vitest'
import { meantZone, zonesLike } from '../../src/time/zone-names.ts'

test.each([
  ['Tokyo', 'Asia/Tokyo'],
  ['new york', 'America/New_York'],
  ['Europe/Berln', 'Europe/Berlin'],
  ['Europe/Tokyo', 'Asia/Tokyo'],
  ['Los Angles', 'America/Los_Angeles'],
  ['Kolkata', 'Asia/Kolkata'],
  ['PST', 'America/Los_Angeles'],
])('%s is likely %s', (said, zone) => {
  expect(zonesLike(said)[0]).toBe(zone)
})

test('what is like no zone gets no guess, what is like many only a few', () => {
  for (const said of ['', '漢字', 'xx', 'Mars', 'x'.repeat(1000)]) expect(meantZone(said)).toBe('')
  expect(meantZone('America')).toMatch(/^; did you mean \S+, \S+ or \S+\?$/)
})
