/** One log pane, a list and a dialog on a real terminal: `demo LOG [COUNT]`. Used to look at, to test and to measure. */

import { writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { Box, Text } from 'ink'
import { useEffect, useState, useSyncExternalStore } from 'react'
import { openScreen } from '../../views/shell/open-screen.ts'
import { capabilities } from '../../views/terminal/capabilities.ts'
import { loadInk } from '../../views/terminal/load-ink.ts'
import { Dialog } from '../../views/widgets/dialog.tsx'
import { answerDialog, type DialogState, openDialog } from '../../views/widgets/dialog-state.ts'
import { List } from '../../views/widgets/list.tsx'
import { emptyList, type ListState, moveList, settleList } from '../../views/widgets/list-state.ts'
import { LogView } from '../../views/widgets/log/log-view.tsx'
import { LogModel } from '../../views/widgets/log/model.ts'
import { CompositorContext } from '../../views/widgets/painted.tsx'
import { toWidth, unicodeGlyphs } from '../../views/widgets/text.ts'
import { fileSource } from './file-source.ts'

interface State {
  list: ListState
  dialog: DialogState | null
  focus: 'list' | 'log'
  keys: number
  answer: string
  columns: number
  rows: number
}

const [logFile, count = '200'] = process.argv.slice(2)
const items = Array.from({ length: Number(count) }, (_, n) => `serve-${n}`)
const model = new LogModel(fileSource(await open(logFile!)))
const seen = capabilities(process.env, { input: true, output: true })
const listeners = new Set<() => void>()
let state: State = {
  list: emptyList,
  dialog: null,
  focus: 'list',
  keys: 0,
  answer: '',
  columns: 80,
  rows: 24,
}

function set(change: Partial<State>): void {
  state = { ...state, ...change }
  for (const listener of listeners) listener()
}

function listHeight(): number {
  return state.columns >= 120 ? state.rows - 2 : Math.floor(state.rows / 3)
}

const screen = openScreen(
  seen,
  ({ columns, rows }) => Array.from({ length: rows }, (_, y) => (y === 0 ? toWidth('Ithaca', columns) : '')),
  {
    stroke(stroke) {
      if ('wheel' in stroke) return
      set({ keys: state.keys + 1 })
      if (state.dialog) {
        const { state: dialog, answer } = answerDialog(state.dialog, stroke, performance.now())
        set(answer ? { dialog: null, answer } : { dialog })
        return
      }
      if ('paste' in stroke) return
      const { key } = stroke
      if (key === 'q') finish()
      else if (key === 'ctrl+z') screen.terminal.suspend()
      else if (key === 'ctrl+l') screen.compositor?.repaint()
      else if (key === 'X') set({ dialog: openDialog() })
      else if (key === 'tab') set({ focus: state.focus === 'list' ? 'log' : 'list' })
      else if (state.focus === 'list') listKey(key)
      else logKey(key)
    },
    resize: size => set(size),
    ending: () => finish(),
  },
)

function listKey(key: string): void {
  const by = { j: 1, k: -1, down: 1, up: -1 }[key]
  if (by) set({ list: moveList(state.list, items, listHeight(), by) })
}

function logKey(key: string): void {
  const motions: Record<string, () => void> = {
    j: () => model.scroll(1),
    k: () => model.scroll(-1),
    pgdn: () => model.page(1),
    pgup: () => model.page(-1),
    g: () => model.home(),
    G: () => model.follow(),
    w: () => model.toggleWrap(),
    l: () => model.sideways(8),
    h: () => model.sideways(-8),
    m: () => model.toggleMark(),
  }
  motions[key]?.()
}

function finish(): never {
  model.stop()
  screen.close()
  if (process.env.DEMO_STATS) {
    const { user, system } = process.cpuUsage()
    writeFileSync(
      process.env.DEMO_STATS,
      JSON.stringify({ cpu: user + system, ...screen.compositor?.written }),
    )
  }
  process.exit(0)
}

function Demo() {
  const { list, dialog, focus, keys, answer, columns, rows } = useSyncExternalStore(
    listener => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => state,
  )
  const height = listHeight()
  const settled = settleList(list, items, height)
  const wide = columns >= 120
  const logWidth = wide ? columns - 48 : columns
  const logHeight = wide ? rows - 2 : rows - 2 - height
  const head = `${keys % 2 ? '\x1b[7m' : ''}K${String(keys).padStart(6, '0')}\x1b[27m focus ${focus} ${answer}`
  return (
    <CompositorContext value={screen.compositor}>
      <Box width={columns} height={rows} flexDirection="column" overflow="hidden">
        <Text>{toWidth(head, columns)}</Text>
        <Box flexDirection={wide ? 'row' : 'column'}>
          <List
            items={items}
            state={settled}
            width={wide ? 48 : columns}
            height={height}
            idOf={item => item}
            row={item => `${item}  :8001 ready 2h07 41 tok/s`}
            empty="Nothing here: o launches a model."
            focused={focus === 'list'}
          />
          <LogView model={model} width={logWidth} height={logHeight} unicode={seen.unicode} />
        </Box>
        <LogStatus columns={columns} />
        {dialog && (
          <Dialog
            title="Stop serve-0"
            facts={['It frees 74 GiB on gpu-a and ends 3 live requests.']}
            verb="Stop"
            state={dialog}
            screen={{ columns, rows }}
            glyphs={unicodeGlyphs}
            onShown={shown}
            onTyped={typed => set({ dialog: { ...dialog, typed } })}
          />
        )}
      </Box>
    </CompositorContext>
  )
}

function shown(): void {
  if (state.dialog?.shownAt === null) set({ dialog: { ...state.dialog, shownAt: performance.now() } })
}

function LogStatus({ columns }: { columns: number }) {
  const [words, setWords] = useState('')
  useEffect(
    () =>
      model.onChange(() => {
        const { following, arrived, error } = model.status
        const paused = arrived.lines === null ? `+${arrived.bytes} bytes` : `+${arrived.lines} lines`
        setWords(error ?? (following ? 'FOLLOWING' : `PAUSED ${paused}`))
      }),
    [],
  )
  return <Text>{toWidth(words, columns)}</Text>
}

set(screen.terminal.screen)
screen.mount((await loadInk()).render, <Demo />)
model.start()
