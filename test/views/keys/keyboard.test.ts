import { expect, test } from 'vitest'
import type { Input } from '../../../views/keys/decode.ts'
import { Keyboard, type Overtaking } from '../../../views/keys/keyboard.ts'

test('a wheel that turns faster than the screen follows is one turn, keys between stay in their place', async () => {
  const did: Input[] = []
  const first = Promise.withResolvers<void>()
  const last = Promise.withResolvers<void>()
  const keyboard = new Keyboard(async input => {
    did.push(input)
    if (did.length === 1) await first.promise
    if ('key' in input && input.key === 'q') last.resolve()
  }, false)
  const [down, up] = ['\x1b[<65;10;3M', '\x1b[<64;10;3M']
  for (const bytes of ['a', down, down + down, 'j', down, up, up, 'q']) keyboard.bytes(Buffer.from(bytes))
  first.resolve()
  await last.promise
  const at = { x: 9, y: 2 }
  expect(did.map(input => ('key' in input ? input.key : input))).toEqual([
    'a',
    { ...at, wheel: 3 },
    'j',
    { ...at, wheel: 1 },
    { ...at, wheel: -2 },
    'q',
  ])
})

test('what was typed ahead of a program that takes the terminal is not done behind it', async () => {
  const done: string[] = []
  const [opened, last] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const keyboard = new Keyboard(async input => {
    done.push('key' in input ? input.key : 'other')
    if (done.at(-1) === 'j') last.resolve()
    if (done.length > 1) return
    await opened.promise
    // The terminal is lent from here on, and taken back.
    keyboard.drop()
    keyboard.bytes(Buffer.from('j'))
  }, false)
  keyboard.bytes(Buffer.from('sX\x1b'))
  opened.resolve()
  await last.promise
  expect(done).toEqual(['s', 'j'])
})

test('^C and the keys that are said to wait for nothing; what was typed before ^C is forgotten', async () => {
  const done: string[] = []
  const answer = Promise.withResolvers<void>()
  const keyboard = new Keyboard(
    async input => {
      const key = 'key' in input ? input.key : 'other'
      done.push(key)
      if (key === 'a') await answer.promise
    },
    false,
    key => ({ 'ctrl+l': 'first', 'ctrl+z': 'first', 'ctrl+g': 'cancels' })[key] as Overtaking,
  )
  const turn = () => new Promise(resolve => setImmediate(resolve))
  keyboard.bytes(Buffer.from('ajk\x0c'))
  await turn()
  await turn()
  expect(done).toEqual(['a', 'ctrl+l'])
  keyboard.bytes(Buffer.from('x\x03y\x1a'))
  for (let n = 0; n < 4; n++) await turn()
  expect(done).toEqual(['a', 'ctrl+l', 'ctrl+c', 'ctrl+z'])
  keyboard.bytes(Buffer.from('x\x07'))
  keyboard.bytes(Buffer.from('\x0c'))
  for (let n = 0; n < 4; n++) await turn()
  answer.resolve()
  await turn()
  expect(done.slice(4)).toEqual(['ctrl+g', 'ctrl+l'])
})
