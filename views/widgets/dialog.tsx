import { Box, Text } from 'ink'
import { type ReactNode, useContext, useEffect } from 'react'
import type { DialogState } from './dialog-state.ts'
import { Field } from './field.tsx'
import { CompositorContext } from './painted.tsx'
import { type Glyphs, toWidth, wrapText } from './text.ts'
import { toned } from './theme.ts'

interface PanelProps {
  title: string
  screen: { columns: number; rows: number }
  width: number
  /** Rows of exactly the inner width, `width - 4`. */
  lines: string[]
  glyphs: Glyphs
  children?: ReactNode
}

/** A framed panel in the middle of the screen, over everything; it takes the whole screen where that is small. */
export function Panel({ title, screen, width, lines, glyphs, children }: PanelProps) {
  const height = Math.min(screen.rows, lines.length + 2 + (children ? 1 : 0))
  const { horizontal, vertical, corners } = glyphs.frame
  const rule = (left: string, right: string, words: string) =>
    left + toWidth(words + horizontal.repeat(Math.max(0, width - 2 - words.length)), width - 2) + right
  return (
    <Box
      position="absolute"
      flexDirection="column"
      width={width}
      height={height}
      overflow="hidden"
      marginLeft={Math.max(0, Math.floor((screen.columns - width) / 2))}
      marginTop={Math.max(0, Math.floor((screen.rows - height) / 2))}
    >
      <Text>{rule(corners[0], corners[1], `${horizontal} ${title} `)}</Text>
      {lines.slice(0, height - 2).map((line, y) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the rows of a text have no other identity
        <Text key={y}>{`${vertical} ${toWidth(line, width - 4)} ${vertical}`}</Text>
      ))}
      {children && (
        <Box>
          <Text>{`${vertical} `}</Text>
          <Box width={width - 4}>{children}</Box>
          <Text>{` ${vertical}`}</Text>
        </Box>
      )}
      <Text>{rule(corners[2], corners[3], '')}</Text>
    </Box>
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
  /** Called with the moment its first frame was on the screen. */
  onShown: (at: number) => void
  onTyped: (typed: string) => void
}

/** A question before something that cannot be taken back. The default is No. */
export function Dialog(props: DialogProps) {
  const { title, facts, verb, state, screen, glyphs, onShown, onTyped } = props
  const compositor = useContext(CompositorContext)
  useEffect(() => {
    const shown = compositor ? compositor.settled() : Promise.resolve()
    void shown.then(() => onShown(performance.now()))
  }, [compositor, onShown])
  const width = Math.min(screen.columns, 72)
  const body = facts.flatMap(fact => wrapText(fact, width - 4))
  const question =
    state.mustType === null
      ? buttons(state, verb)
      : wrapText(`Type ${state.mustType} and press Enter; Esc leaves it alone.`, width - 4)
  return (
    <Panel title={title} screen={screen} width={width} lines={[...body, '', ...question]} glyphs={glyphs}>
      {state.mustType !== null && <Field value={state.typed} onChange={onTyped} focused />}
    </Panel>
  )
}

function buttons({ choice }: DialogState, verb: string): string[] {
  const button = (words: string, chosen: boolean) => (chosen ? toned(`[${words}]`, 'selected') : ` ${words} `)
  return [`${button('No', choice === 'no')}  ${button(`y ${verb}`, choice === 'yes')}`]
}
