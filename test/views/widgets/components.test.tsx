import { Box, renderToString, Text } from 'ink'
import { useState } from 'react'
import { describe, expect, test } from 'vitest'
import type { Grid } from '../../../views/terminal/grid.ts'
import { Dialog } from '../../../views/widgets/dialog.tsx'
import { openDialog } from '../../../views/widgets/dialog-state.ts'
import { Field } from '../../../views/widgets/field.tsx'
import { Form } from '../../../views/widgets/form.tsx'
import { List } from '../../../views/widgets/list.tsx'
import { emptyList, settleList } from '../../../views/widgets/list-state.ts'
import { LogView } from '../../../views/widgets/log/log-view.tsx'
import { LogModel } from '../../../views/widgets/log/model.ts'
import { Painted } from '../../../views/widgets/painted.tsx'
import { asciiGlyphs, toWidth } from '../../../views/widgets/text.ts'
import { Stage } from './stage.tsx'

const size = { cols: 60, rows: 12 }

function logOf(text: string): LogModel {
  const bytes = Buffer.from(text)
  const model = new LogModel({ tail: async () => ({ size: bytes.length, bytes }), read: async () => bytes })
  model.start()
  return model
}

function Screen({ model, dialog }: { model: LogModel; dialog: boolean }) {
  return (
    <Box width={size.cols} height={size.rows} flexDirection="column" overflow="hidden">
      <Text>{toWidth('head', size.cols)}</Text>
      <LogView model={model} width={size.cols} height={size.rows - 1} unicode={false} />
      {dialog && (
        <Dialog
          title="Stop serve-0"
          facts={['It frees 74 GiB on gpu-a.']}
          verb="Stop"
          state={openDialog()}
          screen={{ columns: size.cols, rows: size.rows }}
          glyphs={asciiGlyphs}
          onShown={() => {}}
          onTyped={() => {}}
        />
      )}
    </Box>
  )
}

describe('a log under Ink', () => {
  const lines = Array.from(
    { length: 40 },
    (_, n) => `\x1b[3${n % 8}mline ${n} ${'x'.repeat(50)}\x1b[2J\n`,
  ).join('')

  test('fills its rectangle, and a dialog lies over it and goes without a trace', async () => {
    using stage = new Stage(size)
    const model = logOf(lines)
    await stage.show(<Screen model={model} dialog={false} />)
    await stage.until('line 39')
    const before = stage.screen.rows()
    await stage.show(<Screen model={model} dialog />)
    await stage.until('Stop serve-0')
    expect(stage.screen.rows()[0]).toBe('head')
    expect(stage.screen.text()).toContain('It frees 74 GiB on gpu-a.')
    expect(stage.screen.text()).toContain('[No]')
    await stage.show(<Screen model={model} dialog={false} />)
    await stage.until(() => !stage.screen.text().includes('Stop serve-0'))
    expect(stage.screen.rows()).toEqual(before)
    expect(stage.bytes).not.toMatch(/\x1b\[2J|[\uf3f0-\uf3ff]/)
    model.stop()
  })

  test('keeps changing under a dialog without touching it', async () => {
    using stage = new Stage(size)
    const model = logOf(lines)
    await stage.show(<Screen model={model} dialog />)
    await stage.until('Stop serve-0')
    model.scroll(-10)
    await stage.until('line 20')
    expect(stage.screen.text()).toContain('It frees 74 GiB on gpu-a.')
    model.stop()
  })

  test('a screen reader gets its rows as text', () => {
    const paint = (canvas: Grid) => {
      canvas.put(0, 0, 'spoken \x1b[31mred\x1b[m')
      canvas.put(0, 1, 'second')
    }
    const text = renderToString(<Painted width={20} height={3} paint={paint} onChange={() => () => {}} />)
    expect(text).toBe('spoken red\nsecond')
  })
})

describe('a list under Ink', () => {
  const rows = (items: string[], selected: string, height = 3, empty = 'Nothing: o launches.') => (
    <Box width={30} height={4}>
      <List
        items={items}
        state={settleList({ ...emptyList, selected }, items, height)}
        width={30}
        height={height}
        idOf={item => item}
        row={item => item}
        empty={empty}
        focused
      />
    </Box>
  )

  test('shows its selection by a sign and inverse, also where there are no colours', async () => {
    using stage = new Stage({ cols: 30, rows: 4 }, { depth: 'mono' })
    await stage.show(rows(['one', 'two \x1b[31mred\x1b[m', 'three'], 'three'))
    await stage.until('> three')
    expect(stage.screen.style(4, 2).attrs).toBe('inverse')
    expect(stage.screen.style(8, 1).fg).toBe('own')
    await stage.show(rows([], 'three'))
    await stage.until('Nothing: o launches.')
    await stage.show(rows([], 'three', 3, 'No mail account yet. C adds one: an address and a password.'))
    await stage.until('password.')
    expect(stage.screen.rows()[0]).toMatch(/^No mail account yet\./)
  })

  test('hostile names keep the frame whole', async () => {
    using stage = new Stage({ cols: 30, rows: 4 })
    const hostile = ['宽'.repeat(40), 'e\u0301\u0323'.repeat(60), 'tail']
    await stage.show(rows(hostile, 'tail'))
    await stage.until('> tail')
    expect(stage.screen.rows()[0]).toMatch(/^ {2}宽+ ?…$/)
  })
})

describe('a field', () => {
  function Editing({ onValue }: { onValue: (value: string) => void }) {
    const [value, setValue] = useState('')
    return (
      <Box width={size.cols} height={size.rows}>
        <Field
          value={value}
          focused
          onChange={next => {
            setValue(next)
            onValue(next)
          }}
        />
      </Box>
    )
  }

  test.each([
    ['typed at once with movement in between', 'abc\x1b[D\x1b[DX\x7fY', 'aYbc'],
    ['a paste of several lines is one line', '\x1b[200~one\r\ntwo\x1b[31m\x1b[201~!', 'one two!'],
    ['wide and combined characters', '宽e\u0301', '宽é'],
    ['half an emoji never stays', 'a🚀\x7f', 'a'],
  ])('%s', async (_, keys, wanted) => {
    using stage = new Stage(size)
    let value = ''
    await stage.show(
      <Editing
        onValue={next => {
          value = next
        }}
      />,
    )
    stage.keyboard.bytes(Buffer.from(keys))
    await stage.until(() => value === wanted)
  })
})

describe('a form under Ink', () => {
  test('shows what is wrong under the field, and where the keys go', async () => {
    using stage = new Stage(size)
    const fields = [
      { id: 'command', label: 'Command', kind: 'text' as const },
      { id: 'pin', label: 'Pin it', kind: 'toggle' as const },
    ]
    const state = { values: { command: 'vllm serve x --port 99999' }, at: 0 }
    const problems = { command: 'port 99999 is above 65535' }
    await stage.show(
      <Box width={size.cols} height={size.rows}>
        <Form fields={fields} state={state} problems={problems} width={50} onChange={() => {}} />
      </Box>,
    )
    await stage.until('! port 99999 is above 65535')
    expect(stage.screen.rows()[0]).toContain('> Command vllm serve x --port 99999')
    expect(stage.screen.rows()[2]).toContain('Pin it')
    expect(stage.screen.rows()[2]).toContain('[ ] no')
  })

  test('says whole what is wrong with a field, and shows a line too long for it around the cursor', async () => {
    using stage = new Stage(size)
    const fields = [
      { id: 'command', label: 'Command', kind: 'text' as const },
      { id: 'pin', label: 'Pin it', kind: 'toggle' as const },
    ]
    const problems = { command: 'port 8001 of a host with quite a long name is taken by another program' }
    const form = (command: string, height: number) => {
      const state = { values: { command, pin: 'no' }, at: 0 }
      const props = { fields, state, problems, width: 50, height, onChange: () => {} }
      return (
        <Box width={size.cols} height={size.rows}>
          <Form {...props} />
        </Box>
      )
    }
    await stage.show(form('vllm serve x', 6))
    await stage.until('taken by another program')
    expect(stage.screen.rows().slice(1, 3)).toEqual([
      '          ! port 8001 of a host with quite a long',
      '          name is taken by another program',
    ])
    await stage.show(form(`vllm ${'--flag value '.repeat(20)}--end`, 4))
    await stage.until('--end')
    expect(stage.screen.rows().slice(0, 4)).toEqual([
      expect.stringMatching(/^> Command +.*--flag value/),
      expect.stringMatching(/^ +.*--end *$/),
      ...['          ! port 8001 of a host with quite a long', '          name is taken by another program'],
    ])
  })
})
