import { expect, test } from 'vitest'
import { demoPorts } from '../../src/demo/ports.ts'

test('two demos that begin at once, before either listens, take different ports', async () => {
  const [one, other] = await Promise.all([demoPorts('/home/ann/demo', 8), demoPorts('/home/bot/demo', 8)])
  expect(new Set([...one, ...other]).size).toBe(16)
})
