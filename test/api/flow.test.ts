import { expect, test } from 'vitest'
import { begun } from '../../src/api/flow.ts'

/** Two pieces, and what is told of their maker. */
const maker = () => {
  const told: string[] = []
  const make = async function* (signal: AbortSignal) {
    try {
      told.push(signal.aborted ? 'made for nobody' : 'made')
      yield Buffer.from('one')
      yield Buffer.from('two')
    } finally {
      told.push('tidied')
    }
  }
  return { make, told }
}

test('what was begun comes whole', async () => {
  const { make, told } = maker()
  expect(await new Response(await begun(make, new AbortController().signal)).text()).toBe('onetwo')
  expect(told).toEqual(['made', 'tidied'])
})

test('whoever leaves before reading any of it leaves nothing behind', async () => {
  const { make, told } = maker()
  await (await begun(make, new AbortController().signal)).cancel()
  expect(told).toEqual(['made', 'tidied'])
})

test('for somebody who has left already nothing is made', async () => {
  const { make, told } = maker()
  await (await begun(make, AbortSignal.abort())).cancel()
  expect(told).toEqual(['made for nobody', 'tidied'])
})
