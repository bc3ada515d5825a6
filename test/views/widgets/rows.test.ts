import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { withoutColours } from '../../../views/terminal/sanitise.ts'
import { textWidth } from '../../../views/terminal/width.ts'
import { bar, plot, sparkline } from '../../../views/widgets/charts.ts'
import { type FormField, formStroke } from '../../../views/widgets/form-state.ts'
import { markdownRows } from '../../../views/widgets/markdown.ts'
import { type Column, columnWidths, tableRow } from '../../../views/widgets/table.ts'
import { asciiGlyphs, unicodeGlyphs } from '../../../views/widgets/text.ts'
import { addToast, expireToasts, nextExpiry, type Toast, toastLine } from '../../../views/widgets/toasts.ts'
import { parentOf, treeLead, treeRows } from '../../../views/widgets/tree.ts'

const bare = (rows: string[]) => rows.map(withoutColours)

describe('charts', () => {
  test('a bar, with and without Unicode, whatever the share', () => {
    expect(withoutColours(bar(0.5, 4, unicodeGlyphs))).toBe('██░░')
    expect(withoutColours(bar(0.8, 5, asciiGlyphs))).toBe('####.')
    expect(withoutColours(bar(7, 3, asciiGlyphs))).toBe('###')
    expect(withoutColours(bar(Number.NaN, 3, asciiGlyphs))).toBe('...')
  })

  test('a sparkline leaves a gap where nothing is known', () => {
    expect(sparkline([0, null, 5, 10], 6, unicodeGlyphs)).toBe('  ▁ ▅█')
    expect(sparkline([1, 1, 1], 2, asciiGlyphs, 1)).toBe('##')
    expect(sparkline([0, 0], 2, unicodeGlyphs)).toBe('▁▁')
  })

  test('a plot has the size it was given and its scale at the left', () => {
    const rows = plot(
      [0, 1, 2, 3, 4],
      { width: 10, height: 2 },
      { unicode: true, label: value => `${value}` },
    )
    expect(bare(rows).map(textWidth)).toEqual([10, 10])
    expect(bare(rows)[0]!.startsWith('4 ')).toBe(true)
    const plain = plot([0, 4], { width: 6, height: 3 }, { unicode: false, label: value => `${value}` })
    expect(bare(plain)).toEqual(['4    *', '     *', '0   * '])
  })

  test('a plot draws the way of a jump, and none over what nobody knows', () => {
    const drawn = (values: (number | null)[]) =>
      bare(plot(values, { width: 8, height: 3 }, { unicode: false, label: value => `${value}` }))
    expect(drawn([0, 0, 9, 0, 0])).toEqual(['9    *  ', '     ** ', '0  ** **'])
    expect(drawn([0, 0, null, 9, 9])).toEqual(['9     **', '        ', '0  **   '])
  })
})

describe('a table', () => {
  interface Serve {
    name: string
    port: string
    owner: string
  }
  const columns: Column<Serve>[] = [
    { title: 'name', cell: serve => serve.name, min: 8, drop: 0, grows: true },
    { title: 'port', cell: serve => serve.port, min: 5, drop: 2, align: 'right' },
    { title: 'owner', cell: serve => serve.owner, min: 5, drop: 1 },
  ]
  const serve = { name: 'deepseek-v3', port: ':8002', owner: 'me' }

  test('drops the least of its columns where there is no room', () => {
    expect(columnWidths(columns, [serve], 40)).toEqual([28, 5, 5])
    expect(columnWidths(columns, [serve], 16)).toEqual([10, 5, null])
    expect(columnWidths(columns, [serve], 9)).toEqual([9, null, null])
  })

  test('its rows are exactly as wide as it is', () => {
    fc.assert(
      fc.property(fc.integer({ min: 8, max: 60 }), fc.string({ unit: 'grapheme-ascii' }), (width, name) => {
        const item = { ...serve, name }
        const widths = columnWidths(columns, [item], width)
        expect(textWidth(tableRow(columns, widths, item))).toBe(width)
      }),
    )
  })
})

describe('a tree', () => {
  const leaf = (id: string) => ({ id, item: id, children: [] })
  const tree = [{ id: 'gpu-a', item: 'gpu-a', children: [leaf('qwen'), leaf('llama')] }, leaf('local')]

  test('leaves out what is folded, and knows what a row is under', () => {
    const rows = treeRows(tree, new Set())
    expect(rows.map(row => treeLead(row, asciiGlyphs) + row.id)).toEqual([
      'v gpu-a',
      '    qwen',
      '    llama',
      '  local',
    ])
    expect(parentOf(rows, 'llama')).toBe('gpu-a')
    expect(parentOf(rows, 'local')).toBeUndefined()
    expect(treeRows(tree, new Set(['gpu-a'])).map(({ id, state }) => `${id} ${state}`)).toEqual([
      'gpu-a closed',
      'local leaf',
    ])
  })
})

describe('toasts', () => {
  test('do not storm: the same counts up, and only three are shown', () => {
    let toasts = addToast([], 'warn', 'gpu-b is unreachable', 0)
    for (let i = 0; i < 500; i++) toasts = addToast(toasts, 'warn', 'gpu-b is unreachable', i)
    expect(toasts).toHaveLength(1)
    expect(toastLine(toasts[0]!).text).toBe('warning: gpu-b is unreachable (501 times)')
    for (let i = 0; i < 10; i++) toasts = addToast(toasts, 'info', `note ${i}`, 0)
    expect(toasts.map(({ text }) => text)).toEqual(['note 7', 'note 8', 'note 9'])
  })

  test('a failure is not pushed out by notes, nor a note by failures', () => {
    const texts = (said: readonly (readonly ['bad' | 'info', string])[]) =>
      said
        .reduce<Toast[]>((toasts, [level, text], at) => addToast(toasts, level, text, at), [])
        .map(({ text }) => text)
    const notes = [1, 2, 3, 4].map(n => ['info', `note ${n}`] as const)
    expect(texts([['bad', 'not saved'], ...notes])).toEqual(['not saved', 'note 3', 'note 4'])
    const failures = [1, 2, 3].map(n => ['bad', `failure ${n}`] as const)
    const all = failures.map(([, text]) => text)
    expect(texts([...failures, ...notes])).toEqual([...all, 'note 4'])
    expect(texts([...failures, ['bad', 'failure 4']])).toEqual([...all.slice(1), 'failure 4'])
  })

  test('about the same thing take each other’s place', () => {
    let toasts = addToast([], 'bad', 'one crashed', 0, 'crashed')
    for (let i = 2; i <= 50; i++) toasts = addToast(toasts, 'bad', `${i} crashed`, i, 'crashed')
    toasts = addToast(toasts, 'info', 'a note', 60)
    expect(toasts.map(toast => toastLine(toast).text)).toEqual(['failed: 50 crashed', 'note: a note'])
  })

  test('trouble stays until it is dismissed, unless it is told about a topic, which has its own place', () => {
    const toasts = addToast(addToast([], 'bad', 'not saved', 0), 'bad', '3 crashed', 0, 'crashed')
    expect(expireToasts(toasts, 11_999)).toHaveLength(2)
    expect(expireToasts(toasts, 3_600_000).map(({ text }) => text)).toEqual(['not saved'])
  })

  test('go by themselves, but a failure waits to be dismissed', () => {
    const toasts = addToast(addToast([], 'good', 'saved', 0), 'bad', 'lost', 0)
    expect(nextExpiry(toasts)).toBe(4000)
    expect(expireToasts(toasts, 3999)).toBe(toasts)
    expect(expireToasts(toasts, 4000).map(({ text }) => text)).toEqual(['lost'])
  })
})

describe('markdown', () => {
  const rows = (source: string, width = 30) => bare(markdownRows(source, width, asciiGlyphs))

  test('headings, emphasis, lists, code, quotes and rules', () => {
    expect(
      rows(
        '# Title\n\nSome *text* and `code`.\n\n- one\n- [x] two\n\n```\nx = 1\n```\n\n> said\n\n1. a\n2. b',
      ),
    ).toEqual([
      '# Title',
      '',
      'Some text and code.',
      '',
      '* one',
      '[x] two',
      '',
      '    x = 1',
      '',
      '| said',
      '',
      '1. a',
      '2. b',
    ])
  })

  test('a word longer than a row goes on below: an address, a language without spaces, a style that goes on', () => {
    expect(rows('See https://example.org/a/long/address here', 16)).toEqual([
      'See',
      'https://example.',
      'org/a/long/addre',
      'ss here',
    ])
    expect(rows('日本語の文章も折り返す', 9)).toEqual(['日本語の', '文章も折', 'り返す'])
    const [first, second] = markdownRows('**abcdefghijkl**', 10, unicodeGlyphs)
    expect(withoutColours(`${first}${second}`)).toBe('abcdefghijkl')
    expect(second).toMatch(/^\x1b\[1m/)
  })

  test('a link shows where it goes', () => {
    expect(rows('[docs](https://example.org/a) and https://example.org', 60)).toEqual([
      'docs (https://example.org/a) and https://example.org',
    ])
  })

  test('a table keeps its columns', () => {
    expect(rows('| a | n |\n|---|--:|\n| x | 12 |\n| yy | 3 |')).toEqual([
      'a     n',
      '--- ---',
      'x    12',
      'yy    3',
    ])
  })

  test('what is too long for a cell or a line of code goes on below', () => {
    expect(rows('| a | b |\n|---|---|\n| x | one two three four |', 14)).toEqual([
      'a   b         ',
      '--- ----------',
      'x   one two   ',
      '    three four',
    ])
    expect(rows('```\nabcdefghij  k\n```', 10)).toEqual(['    abcdef', '    ghij  ', '    k'])
  })

  test('no row is wider than asked, and nothing in it controls the terminal', () => {
    const piece = fc.constantFrom(
      '# h',
      '- i',
      '1. n',
      '> q',
      '```',
      '**b**',
      '宽宽',
      'word ',
      '\n',
      '\n\n',
      '| a | b |',
      '|-|-|',
    )
    const hostile = fc.constantFrom(
      '\x1b[2J',
      '\x1b]0;t\x07',
      '<script>',
      '&amp;',
      '\t',
      '\x9b1m',
      '[x](javascript:1)',
    )
    fc.assert(
      fc.property(
        fc.array(fc.oneof(piece, hostile), { maxLength: 25 }),
        fc.integer({ min: 8, max: 50 }),
        (parts, width) => {
          for (const row of markdownRows(parts.join(''), width, unicodeGlyphs)) {
            expect(textWidth(row)).toBeLessThanOrEqual(width)
            expect(withoutColours(row)).not.toMatch(/[\0-\x1f\x7f-\x9f]/)
          }
        },
      ),
      { numRuns: 500 },
    )
  })
})

describe('a form', () => {
  const fields: FormField[] = [
    { id: 'name', label: 'Name', kind: 'text' },
    {
      id: 'engine',
      label: 'Engine',
      kind: 'choice',
      choices: [
        { value: 'v', label: 'vLLM' },
        { value: 's', label: 'SGLang' },
      ],
    },
    { id: 'pin', label: 'Pin', kind: 'toggle' },
  ]
  const at = (n: number, values = {}) => ({ values, at: n })

  test('Enter goes on, and at the end submits; Esc leaves', () => {
    expect(formStroke(at(0), fields, { key: 'enter' }).state.at).toBe(1)
    expect(formStroke(at(2), fields, { key: 'enter' }).outcome).toBe('submit')
    expect(formStroke(at(1), fields, { key: 'esc' }).outcome).toBe('cancel')
    expect(formStroke(at(0), fields, { key: 'shift+tab' }).state.at).toBe(2)
  })

  test('a line of text takes what is typed and pasted, a choice turns, a toggle flips', () => {
    expect(formStroke(at(0), fields, { key: 'l', text: 'l' }).field).toBe(true)
    expect(formStroke(at(0), fields, { paste: ['x'] }).field).toBe(true)
    expect(formStroke(at(1), fields, { paste: ['x'] }).field).toBeUndefined()
    expect(formStroke(at(1, { engine: 'v' }), fields, { key: 'right' }).state.values).toEqual({ engine: 's' })
    expect(formStroke(at(2), fields, { key: 'space', text: ' ' }).state.values).toEqual({ pin: 'yes' })
  })
})
