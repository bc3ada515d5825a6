import { Box, Text, useIsScreenReaderEnabled } from 'ink'
import { type ReactNode, useContext, useEffect } from 'react'
import { centred } from '../layout/arrange.ts'
import { sanitiseText } from '../terminal/sanitise.ts'
import { textWidth } from '../terminal/width.ts'
import type { DialogState } from './dialog-state.ts'
import { Field } from './field.tsx'
import { CompositorContext } from './painted.tsx'
import { Rows } from './rows.tsx'
import { cut, type Glyphs, wrapText } from './text.ts'
import { toned } from './theme.ts'

interface FrameProps {
  title: string
  screen: { columns: number; rows: number }
  width: number
  height: number
  glyphs: Glyphs
  /** In the lower edge: a short word about what is inside. */
  foot?: string
  /** In a box of the inner size, `width - 4` by `height - 2`. */
  children?: ReactNode
}

/** A framed, blank rectangle in the middle of the screen, over everything; for a screen reader its words alone. */
export function Frame(props: FrameProps) {
  const told = { ...props, title: sanitiseText(props.title) }
  return useIsScreenReaderEnabled() ? <Spoken {...told} /> : <Framed {...told} />
}

function Spoken({ title, width, height, foot = '', children }: FrameProps) {
  return (
    <Box flexDirection="column">
      <Text>{title}</Text>
      <Box flexDirection="column" width={width - 4} height={Math.max(0, height - 2)}>
        {children}
      </Box>
      {foot !== '' && <Text>{foot}</Text>}
    </Box>
  )
}

function Framed({ title, screen, width, height, glyphs, foot = '', children }: FrameProps) {
  const { horizontal, vertical, corners } = glyphs.frame
  const rule = (left: string, right: string, words: string) => {
    const shown = words === '' ? '' : cut(`${horizontal} ${words} `, width - 2)
    return left + shown + horizontal.repeat(Math.max(0, width - 2 - textWidth(shown))) + right
  }
  const blank = vertical + ' '.repeat(Math.max(0, width - 2)) + vertical
  const { x, y } = centred(screen, width, height)
  const inside = Array.from({ length: Math.max(0, height - 2) }, () => blank)
  return (
    <Box position="absolute" width={width} height={height} overflow="hidden" marginLeft={x} marginTop={y}>
      <Text>
        {[rule(corners[0], corners[1], title), ...inside, rule(corners[2], corners[3], foot)].join('\n')}
      </Text>
      <Box
        position="absolute"
        flexDirection="column"
        marginLeft={2}
        marginTop={1}
        width={width - 4}
        height={Math.max(0, height - 2)}
        overflow="hidden"
      >
        {children}
      </Box>
    </Box>
  )
}

interface PanelProps {
  title: string
  screen: { columns: number; rows: number }
  width: number
  /** Rows of at most the inner width, `width - 4`. */
  lines: string[]
  glyphs: Glyphs
  /** One more row, under the lines. */
  children?: ReactNode
}

/** A framed text as high as it has to be; it takes the whole screen where that is small. */
export function Panel({ title, screen, width, lines, glyphs, children }: PanelProps) {
  const height = Math.min(screen.rows, lines.length + 2 + (children ? 1 : 0))
  const inner = height - 2 - (children ? 1 : 0)
  return (
    <Frame title={title} screen={screen} width={width} height={height} glyphs={glyphs}>
      <Rows rows={lines.slice(0, inner)} width={width - 4} height={inner} />
      {children && (
        <Box width={width - 4} height={1} overflow="hidden">
          {children}
        </Box>
      )}
    </Frame>
  )
}

interface DialogProps {
  title: string
  /** What will happen, to what: one fact a line. */
  facts: readonly string[]
  /** The verb of the thing it does: "Stop". */
  verb: string
  state: DialogState
  screen: { columns: number; rows: number }
  glyphs: Glyphs
  /** Called once its first frame was on the screen. */
  onShown: () => void
  onTyped: (typed: string) => void
}

/** A question before something that cannot be taken back. The default is No. */
export function Dialog(props: DialogProps) {
  const { title, state, screen, glyphs, onShown, onTyped } = props
  const compositor = useContext(CompositorContext)
  useEffect(() => {
    const shown = compositor ? compositor.settled() : Promise.resolve()
    void shown.then(onShown)
  }, [compositor, onShown])
  const { width, lines } = written(props)
  return (
    <Panel title={title} screen={screen} width={width} lines={lines} glyphs={glyphs}>
      {state.mustType !== null && <Field value={state.typed} onChange={onTyped} focused />}
    </Panel>
  )
}

type Asked = Pick<DialogProps, 'facts' | 'verb' | 'state' | 'screen'>

function written({ facts, verb, state, screen }: Asked): { width: number; lines: string[] } {
  const width = Math.min(screen.columns, 72)
  const body = facts.flatMap(fact => wrapText(fact, width - 4))
  const question =
    state.mustType === null
      ? buttons(state, verb)
      : wrapText(`Type ${state.mustType} and press Enter; Esc leaves it alone.`, width - 4)
  // The question stays on a small screen, whatever there is to say.
  const room = Math.max(0, screen.rows - 3 - question.length - (state.mustType === null ? 0 : 1))
  return { width, lines: [...body.slice(0, room), '', ...question] }
}

/** Which button of a question is drawn at a cell; its last row has them. */
export function buttonAt(asked: Asked, { x, y }: { x: number; y: number }): 'n' | 'y' | null {
  if (asked.state.mustType !== null) return null
  const { width, lines } = written(asked)
  const box = centred(asked.screen, width, Math.min(asked.screen.rows, lines.length + 2))
  const from = x - box.x - 2
  if (y !== box.y + box.height - 2 || from < 0) return null
  if (from < 4) return 'n'
  return from >= 6 && from < 6 + textWidth(asked.verb) + 4 ? 'y' : null
}

function buttons({ choice }: DialogState, verb: string): string[] {
  const button = (words: string, chosen: boolean) => (chosen ? toned(`[${words}]`, 'selected') : ` ${words} `)
  return [`${button('No', choice === 'no')}  ${button(`y ${verb}`, choice === 'yes')}`]
}
