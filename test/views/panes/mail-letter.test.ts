import { expect, test } from 'vitest'
import { strangers } from '../../../src/contract/letter.ts'

test('who is nobody’s address is found among those who are', () => {
  expect(strangers('ann@example.org, "Miller, Bob" <bob@example.net>; Carl <carl@x>,')).toEqual([])
  expect(strangers('')).toEqual([])
  expect(strangers('nobody, ann@example.org, Bob <bob>, x@')).toEqual(['nobody', 'Bob <bob>', 'x@'])
})
