import { expect, test } from 'vitest'
import { attachLine } from '../../../views/panes/mail/parts.ts'

const named = (...names: string[]) =>
  new Map(names.map((name, n) => [`f-1/${n + 1}`, { name, subject: 'Lunch' }] as const))

test('a file that is named twice is attached once, under its whole path', () => {
  const { text, read } = attachLine(['/tmp/a.pdf', '/tmp/a.pdf'], new Map())
  expect(text).toBe('/tmp/a.pdf')
  expect(read(text)).toEqual(['/tmp/a.pdf'])
})

test.each([
  [['x', 'x 2', 'x', 'x'], '[x], [x 2], [x 3], [x 4]'],
  [['x', 'x 3', 'x'], '[x], [x 3], [x 2]'],
])('what is called %j on its mails can be told apart and is found again', (names, shown) => {
  const parts = named(...names)
  const { text, read } = attachLine([...parts.keys()], parts)
  expect(text).toBe(shown)
  expect(read(text)).toEqual([...parts.keys()])
})

test('paths that look the same on the screen stay two', () => {
  const paths = ['/tmp/a\x07', '/tmp/a\x07\x07']
  const { text, read } = attachLine(paths, new Map())
  expect(read(text)).toEqual(paths)
})
