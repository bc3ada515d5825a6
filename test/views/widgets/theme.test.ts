import { expect, test } from 'vitest'
import { chooseTheme, type Tone, toned } from '../../../views/widgets/theme.ts'

const coloured: Tone[] = ['accent', 'good', 'warn', 'bad', 'title']

test('high contrast brings a ground of its own wherever it is bright: a terminal may be white', () => {
  chooseTheme('contrast')
  try {
    for (const tone of coloured) expect(toned('x', tone)).toMatch(/^\x1b\[1;9\d;48;5;16mx\x1b\[22;39;49m$/)
    expect(toned('x', 'quiet')).toBe('x')
  } finally {
    chooseTheme('auto')
  }
})
