import { Box } from 'ink'
import { useState } from 'react'
import { describe, expect, test } from 'vitest'
import { textWidth } from '../../../views/terminal/width.ts'
import { Field } from '../../../views/widgets/field.tsx'
import { Form, fieldRows } from '../../../views/widgets/form.tsx'
import type { FormField, FormState } from '../../../views/widgets/form-state.ts'
import { Stage } from './stage.tsx'

const fields: FormField[] = [
  { id: 'command', label: 'command', kind: 'text' },
  { id: 'pinned', label: 'pinned', kind: 'toggle' },
]
const width = 40

/** The rows of a form with this in its first field. */
async function drawn(command: string, at: number, { height = 20, hint = '' } = {}): Promise<string[]> {
  using stage = new Stage({ cols: width, rows: 24 })
  const state: FormState = { values: { command, pinned: 'yes' }, at }
  const [first, ...others] = fields
  const shown = hint === '' ? fields : [{ ...first, placeholder: hint } as FormField, ...others]
  await stage.show(
    <Box width={width} height={24}>
      <Form fields={shown} state={state} problems={{}} width={width} height={height} onChange={() => {}} />
    </Box>,
  )
  return stage.screen.rows()
}

describe('a line of input that takes several rows', () => {
  const folder = (letter: string) => `/models/${letter.repeat(17)}`
  test.each([
    ['long words', `serve ${folder('a')}/bb --name ${'c'.repeat(25)} ${folder('d')} e.jinja`],
    ['a word longer than a row', `serve x ${'y'.repeat(70)} z`],
    ['wide letters', '漢'.repeat(50)],
    ['wide words', `${'漢字'.repeat(6)} ${'仮名'.repeat(7)} ${'a漢'.repeat(10)}`],
    ['many blanks', `a${' '.repeat(60)}b`],
    ['just a row', 'x'.repeat(30)],
  ])('is seen whole, and what is under it, with %s', async (_, command) => {
    for (const at of [0, 1]) {
      const rows = await drawn(command, at)
      const next = rows.findIndex(row => /pinned +\[x\] yes/.test(row))
      expect(next).toBeGreaterThan(0)
      expect(next).toBe(fieldRows(fields[0]!, command, 30))
      const shown = rows.slice(0, next).map(row => row.slice('> command '.length))
      expect(shown.join('').replaceAll(' ', '')).toBe(command.replaceAll(' ', ''))
      expect(
        rows
          .slice(next + 1)
          .join('')
          .trim(),
      ).toBe('')
      for (const row of shown) expect(textWidth(row)).toBeLessThanOrEqual(30)
    }
  })

  test('shows as many of its rows as there is room for, those with the cursor among them', async () => {
    const words = Array.from({ length: 8 }, (_, n) => `${n}${'x'.repeat(25)}`)
    const rows = await drawn(words.join(' '), 0, { height: 5 })
    expect(rows.slice(0, 6).map(row => row.slice('> command '.length).trim())).toEqual([
      ...words.slice(3),
      '',
    ])
    const left = await drawn(words.join(' '), 1, { height: 5 })
    expect(left.join('\n')).toContain('pinned')
  })

  test('says in brackets what could be typed: where nothing is dim it passed for what was typed', async () => {
    expect((await drawn('', 1, { hint: 'weekly' }))[0]).toMatch(/^ {2}command +\(weekly\)$/)
    expect((await drawn('', 0, { hint: 'weekly' }))[0]).toMatch(/^> command +\(weekly\)$/)
    const rows = await drawn('', 1, { hint: 'x'.repeat(30) })
    expect(rows.slice(0, 2).map(row => row.slice('> command '.length))).toEqual([`(${'x'.repeat(29)}`, 'x)'])
    expect((await drawn('daily', 1, { hint: 'weekly' }))[0]).toMatch(/^ {2}command +daily$/)
  })

  test('takes keys in any of its rows, and shows the cursor where they go', async () => {
    const stage = new Stage({ cols: 12, rows: 6 })
    using _ = stage
    let value = ''
    const Editing = () => {
      const [text, setText] = useState('')
      const typed = (next: string) => {
        value = next
        setText(next)
      }
      return (
        <Box width={10} height={6}>
          <Field value={text} focused onChange={typed} wraps={10} />
        </Box>
      )
    }
    await stage.show(<Editing />)
    stage.keyboard.bytes(Buffer.from('one two three four five \x1b[200~six seven\neight\x1b[201~'))
    await stage.until(() => value === 'one two three four five six seven eight')
    await stage.until('eight')
    expect(stage.screen.rows().map(row => row.trimEnd())).toEqual([
      'one two',
      'three',
      'four five',
      'six seven',
      'eight',
      '',
    ])
    stage.keyboard.bytes(Buffer.from('\x1b[H漢字漢字漢\x1b[F!\x17\x17seven'))
    await stage.until(() => value === '漢字漢字漢one two three four five six seven')
    await stage.until(() => /four five\s+six seven/.test(stage.screen.text()))
    stage.keyboard.bytes(Buffer.from('\x15'))
    await stage.until(() => value === '')
  })
})
