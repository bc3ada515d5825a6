import { Box, Text } from 'ink'
import { Component, type ReactNode, useLayoutEffect, useSyncExternalStore } from 'react'
import { zoneOf } from '../panes/days.ts'
import type { Box as Place } from '../panes/pane.ts'
import { tellTimesIn } from '../panes/words.ts'
import type { Compositor } from '../terminal/compositor.ts'
import type { Rect } from '../terminal/region.ts'
import { sanitiseText } from '../terminal/sanitise.ts'
import { CompositorContext } from '../widgets/painted.tsx'
import { Rows } from '../widgets/rows.tsx'
import { cut } from '../widgets/text.ts'
import { toned } from '../widgets/theme.ts'
import { footLine, headLine } from './chrome.ts'
import { hintsOf } from './help.ts'
import type { Shell } from './shell.ts'
import { reminderSoon, statusFacts, tabsOf } from './status.ts'

export const rootOf = (shell: Shell, compositor: Compositor | null) => (
  <Root shell={shell} compositor={compositor} />
)

/** The whole screen as it is now. */
function Root({ shell, compositor }: { shell: Shell; compositor: Compositor | null }) {
  useSyncExternalStore(shell.signal.subscribe, () => shell.signal.version)
  tellTimesIn(zoneOf(shell))
  useLayoutEffect(() => compositor?.onFrame(differs => shell.ages.drawn(differs)), [shell, compositor])
  const { columns, rows } = shell.screen
  return (
    <CompositorContext value={compositor}>
      <Box width={columns} height={rows} flexDirection="column" overflow="hidden">
        <Panes shell={shell} />
        {shell.overlays.map((overlay, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a stack, its places are what it is
          <Guard key={i} what="This window">
            {overlay.view(shell.screen)}
          </Guard>
        ))}
      </Box>
    </CompositorContext>
  )
}

function Panes({ shell }: { shell: Shell }) {
  const { layout, pane, side } = shell
  const { columns } = shell.screen
  const head = headLine(tabsOf(shell), statusFacts(shell), columns)
  const soon = reminderSoon(shell)
  const said = soon === '' || head.includes(soon) ? '' : cut(soon, 24, shell.glyphs.more)
  const part = (rect: Rect | null, focused: boolean, view: (place: Place) => ReactNode) =>
    rect && (
      <Box width={rect.width} height={rect.height} flexShrink={0} overflow="hidden">
        <Guard what={pane.title} key={pane.id}>
          {view({ width: rect.width, height: rect.height, focused })}
        </Guard>
      </Box>
    )
  const isRow = layout.list !== null && layout.detail !== null && layout.list.y === layout.detail.y
  return (
    <>
      <Text>{head}</Text>
      <Box flexDirection={isRow ? 'row' : 'column'} columnGap={isRow ? 1 : 0} flexShrink={0}>
        {part(layout.list, side === 'list', place => pane.list(place))}
        {part(layout.detail, side === 'detail', place => pane.detail?.(place))}
      </Box>
      {layout.toasts && (
        <Rows
          rows={shell.toastRows.slice(-layout.toasts.height)}
          width={columns}
          height={layout.toasts.height}
        />
      )}
      {shell.line ? shell.line.view(columns) : <Text>{footLine(hintsOf(shell), columns, said)}</Text>}
    </>
  )
}

/** A part that cannot be drawn says so and leaves the rest standing; it is tried again at the next change. */
class Guard extends Component<{ what: string; children: ReactNode }, { error: Error | null }> {
  override state: { error: Error | null } = { error: null }

  static getDerivedStateFromError(error: Error): { error: Error } {
    return { error }
  }

  override componentDidUpdate(before: { children: ReactNode }): void {
    if (this.state.error && before.children !== this.props.children) this.setState({ error: null })
  }

  override render(): ReactNode {
    const { error } = this.state
    if (!error) return this.props.children
    return (
      <Text wrap="truncate">
        {toned(`${this.props.what} cannot be drawn: ${sanitiseText(error.message)}`, 'bad')}
      </Text>
    )
  }
}
