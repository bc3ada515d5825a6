import { Box } from 'ink'
import { useState } from 'react'
import { describe, expect, test } from 'vitest'
import { Field } from '../../../views/widgets/field.tsx'
import { editLine } from '../../../views/widgets/field-state.ts'
import { Stage } from './stage.tsx'

const at = (marked: string) => ({ text: marked.replace('|', ''), cursor: marked.indexOf('|') })
const shown = ({ text, cursor }: { text: string; cursor: number }) =>
  `${text.slice(0, cursor)}|${text.slice(cursor)}`

test.each([
  ['home', 'one two|', '|one two'],
  ['ctrl+e', '|one two', 'one two|'],
  ['alt+b', 'one two |', 'one |two '],
  ['ctrl+left', 'one |two', '|one two'],
  ['alt+f', 'one| two', 'one two|'],
  ['ctrl+w', 'serve --port=80|', 'serve |'],
  ['alt+backspace', 'serve --port=80|', 'serve --port=|'],
  ['alt+d', '|one two', '| two'],
  ['ctrl+u', 'one |two', '|two'],
  ['ctrl+k', 'one |two', 'one |'],
  ['backspace', 'a👩‍👩‍👧|b', 'a|b'],
  ['delete', 'a|e\u0301b', 'a|b'],
  ['left', 'a漢|', 'a|漢'],
  ['backspace', '|a', '|a'],
  ['delete', 'a|', 'a|'],
  ['ctrl+w', '|', '|'],
])('%s of %s is %s', (key, before, after) => {
  expect(shown(editLine(at(before), key))).toBe(after)
})

describe('a field on the screen', () => {
  function Editing({ width, onValue }: { width?: number; onValue: (value: string) => void }) {
    const [value, setValue] = useState('')
    return (
      <Box width={40} height={3}>
        <Field
          value={value}
          focused
          onChange={next => {
            setValue(next)
            onValue(next)
          }}
          {...(width === undefined ? {} : { width })}
        />
      </Box>
    )
  }

  const typed = async (keys: string[], width?: number) => {
    const stage = new Stage({ cols: 40, rows: 3 })
    let value = ''
    await stage.show(
      <Editing
        onValue={next => {
          value = next
        }}
        {...(width === undefined ? {} : { width })}
      />,
    )
    for (const key of keys) stage.keyboard.bytes(Buffer.from(key))
    return { stage, value: () => value }
  }

  test('keys of readline move and cut, at once and one after the other', async () => {
    const { stage, value } = await typed(['two three\x01one \x05!\x1b[D\x17four', '\x1b[H', '0 ', '\x1b[F.'])
    using _ = stage
    await stage.until(() => value() === '0 one two four!.')
    await stage.until('0 one two four!.')
  })

  test('a text longer than its place shows where the cursor is', async () => {
    const { stage, value } = await typed(['0123456789 abcdefghijklmnop'], 12)
    using _ = stage
    await stage.until(() => value().length === 27)
    await stage.until('fghijklmnop')
    expect(stage.screen.text()).not.toContain('012')
    stage.keyboard.bytes(Buffer.from('\x01'))
    await stage.until('0123456789')
    stage.keyboard.bytes(Buffer.from('漢\x1b[3~'))
    await stage.until(() => value() === '漢123456789 abcdefghijklmnop')
  })
})
