import { expect, test } from 'vitest'
import { diffRows } from '../../../views/panes/documents/text.ts'
import { withoutColours } from '../../../views/terminal/sanitise.ts'

test('a line of a difference that is longer than its row goes on below, in its colour', () => {
  const rows = diffRows('@@ -1 +1 @@\n same\n+a long line that was added\n-', 12)
  expect(rows.map(withoutColours)).toEqual([
    '@@ -1 +1 @@',
    ' same',
    '+a long line',
    '  that was a',
    ' dded',
    '-',
  ])
  expect(rows[4]).toContain('\x1b[')
})
