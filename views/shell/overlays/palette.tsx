import { Box } from 'ink'
import { type Candidate, match } from '../../actions/match.ts'
import type { Stroke } from '../../keys/decode.ts'
import { centred, isIn } from '../../layout/arrange.ts'
import type { Spot } from '../../panes/pane.ts'
import type { Screen } from '../../terminal/compositor.ts'
import type { Rect } from '../../terminal/region.ts'
import { textWidth } from '../../terminal/width.ts'
import { Frame } from '../../widgets/dialog.tsx'
import { Field } from '../../widgets/field.tsx'
import { List } from '../../widgets/list.tsx'
import { emptyList, type ListState, moveList, selectAt, settleList } from '../../widgets/list-state.ts'
import { toWidth } from '../../widgets/text.ts'
import { toned } from '../../widgets/theme.ts'
import type { Over, Overlay } from '../overlay.ts'

export interface Entry extends Candidate {
  /** After the title: its keys, or what kind of thing it is. */
  note: string
  disabled?: string | undefined
  run(): void | Promise<void>
}

export interface PaletteSpec {
  entries: readonly Entry[]
  /** Looks further than what is at hand, for what was typed. */
  search(query: string, signal: AbortSignal): Promise<readonly Entry[]>
}

const searchAfter = 150

/** Every action and every object by a few letters of its name. */
export class Palette implements Overlay {
  #query = ''
  #list: ListState = emptyList
  #matched: readonly Entry[]
  #found: readonly Entry[] = []
  /** Where its entries were drawn, and which. */
  #drawn: { at: Rect; ids: readonly string[] } = { at: { x: 0, y: 0, width: 0, height: 0 }, ids: [] }
  /** Until what fits the query is known. */
  #matching: Promise<void> = Promise.resolve()
  #moved = false
  #timer: NodeJS.Timeout | undefined
  #asking = new AbortController()
  readonly #spec: PaletteSpec
  readonly #over: Over

  constructor(spec: PaletteSpec, over: Over) {
    this.#spec = spec
    this.#over = over
    this.#matched = spec.entries
  }

  get #shown(): readonly Entry[] {
    const known = new Set(this.#matched.map(({ id }) => id))
    return [...this.#matched, ...this.#found.filter(({ id }) => !known.has(id))]
  }

  async stroke(stroke: Stroke): Promise<boolean> {
    const key = 'paste' in stroke ? '' : stroke.key
    const ids = this.#shown.map(({ id }) => id)
    const by = { down: 1, tab: 1, up: -1, 'shift+tab': -1, pgdn: 10, pgup: -10 }[key]
    if (by !== undefined) {
      this.#moved = true
      this.#list = moveList(this.#list, ids, 1, by)
    } else if (key === 'esc') this.cancel()
    else if (key === 'enter') {
      await this.#matching
      this.#choose()
    } else await this.#over.field(stroke)
    this.#over.changed()
    return true
  }

  pressed(at: Spot): void {
    const ids = this.#shown.map(({ id }) => id)
    const index = ids.indexOf(this.#drawn.ids[at.y - this.#drawn.at.y] ?? '')
    if (!isIn(this.#drawn.at, at) || index < 0) return
    this.#list = selectAt(this.#list, ids, this.#drawn.at.height, index)
    this.#choose()
  }

  cancel(): void {
    clearTimeout(this.#timer)
    this.#asking.abort()
    this.#over.close(this)
  }

  #choose(): void {
    const shown = this.#shown
    const { index } = settleList(
      this.#list,
      shown.map(({ id }) => id),
      1,
    )
    const entry = shown[index]
    if (!entry) return
    this.cancel()
    this.#over.run(entry.title, () => entry.run())
  }

  readonly #typed = (query: string): void => {
    this.#query = query
    this.#moved = false
    this.#matching = match(query, this.#spec.entries).then(matched => {
      if (this.#query !== query) return
      this.#matched = matched
      // The best is chosen: not what was the best of a shorter query, where that fits, too.
      this.#list = emptyList
      this.#over.changed()
    })
    this.#further(query)
    this.#over.changed()
  }

  #further(query: string): void {
    clearTimeout(this.#timer)
    this.#asking.abort()
    const asking = new AbortController()
    this.#asking = asking
    if (query.trim().length < 2) {
      this.#found = []
      return
    }
    this.#timer = setTimeout(async () => {
      const found = await this.#spec.search(query, asking.signal).catch(() => [])
      const known = new Set(this.#spec.entries.map(({ id }) => id))
      const all = [...this.#spec.entries, ...found.filter(({ id }) => !known.has(id))]
      // What is called as was typed stands above what only sounds like it, wherever it was found.
      const matched = await match(query, all)
      if (asking.signal.aborted) return
      this.#found = found
      this.#matched = matched
      // What was found is only opened: it may come under a cursor that nobody has moved.
      if (!this.#moved) this.#list = emptyList
      this.#over.changed()
    }, searchAfter)
  }

  view(screen: Screen) {
    const width = Math.min(screen.columns, 84)
    const height = Math.min(screen.rows, 20)
    const shown = this.#shown
    const listHeight = Math.max(1, height - 3)
    const ids = shown.map(({ id }) => id)
    this.#list = settleList(this.#list, ids, listHeight)
    const { x, y } = centred(screen, width, height)
    this.#drawn = {
      at: { x: x + 2, y: y + 2, width: width - 4, height: listHeight },
      ids: ids.slice(this.#list.top, this.#list.top + listHeight),
    }
    return (
      <Frame title="Do or open" screen={screen} width={width} height={height} glyphs={this.#over.glyphs}>
        <Box width={width - 4} height={1} overflow="hidden">
          <Field
            value={this.#query}
            onChange={this.#typed}
            focused
            width={width - 4}
            placeholder="a few letters"
          />
        </Box>
        <List
          items={shown}
          state={this.#list}
          width={width - 4}
          height={listHeight}
          idOf={({ id }) => id}
          row={({ title, note, disabled }, inner) => {
            const noted = disabled ?? note
            const side = Math.min(Math.floor(inner / 2), textWidth(noted) + 1)
            return toned(
              toWidth(title, inner - side) + toWidth(noted, side, 'right'),
              disabled === undefined ? 'plain' : 'quiet',
            )
          }}
          empty="Nothing is called so."
          focused
        />
      </Frame>
    )
  }
}
