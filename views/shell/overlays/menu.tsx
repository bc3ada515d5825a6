import type { Stroke } from '../../keys/decode.ts'
import { centred, isIn } from '../../layout/arrange.ts'
import type { Spot } from '../../panes/pane.ts'
import type { Screen } from '../../terminal/compositor.ts'
import type { Rect } from '../../terminal/region.ts'
import { textWidth } from '../../terminal/width.ts'
import { Frame } from '../../widgets/dialog.tsx'
import { List } from '../../widgets/list.tsx'
import { emptyList, type ListState, moveList, selectAt, settleList } from '../../widgets/list-state.ts'
import { Rows } from '../../widgets/rows.tsx'
import { toWidth, wrapText } from '../../widgets/text.ts'
import { toned } from '../../widgets/theme.ts'
import type { Over, Overlay } from '../overlay.ts'

export interface Choice {
  id: string
  title: string
  /** What is shown after it. */
  note?: string
  /** Why it cannot be chosen. */
  disabled?: string
  /** The menu stays after it: more of it may be chosen. */
  stays?: boolean
  run(): void | Promise<void>
}

const steps: Readonly<Record<string, number>> = {
  j: 1,
  down: 1,
  tab: 1,
  k: -1,
  up: -1,
  'shift+tab': -1,
  pgdn: 8,
  pgup: -8,
  g: Number.NEGATIVE_INFINITY,
  home: Number.NEGATIVE_INFINITY,
  G: Number.POSITIVE_INFINITY,
  end: Number.POSITIVE_INFINITY,
}

/** A short list to choose one from. */
export class Menu implements Overlay {
  #list: ListState = emptyList
  #reason = ''
  /** Where its choices were drawn. */
  #drawn: Rect = { x: 0, y: 0, width: 0, height: 0 }
  readonly #title: string
  readonly #choices: readonly Choice[]
  readonly #over: Over
  readonly #facts: readonly string[]
  readonly #left: () => void

  constructor(
    title: string,
    choices: readonly Choice[],
    over: Over,
    facts: readonly string[] = [],
    left = () => {},
  ) {
    this.#title = title
    this.#choices = choices
    this.#over = over
    this.#facts = facts
    this.#left = left
  }

  stroke(stroke: Stroke): boolean {
    if ('paste' in stroke) return true
    const ids = this.#choices.map(({ id }) => id)
    const by = steps[stroke.key]
    if (by !== undefined) this.#list = moveList(this.#list, ids, ids.length, by)
    else if (stroke.key === 'enter') this.#choose()
    else if (['esc', 'q', 'backspace', 'x'].includes(stroke.key)) this.cancel()
    this.#over.changed()
    return true
  }

  pressed(at: Spot): void {
    const ids = this.#choices.map(({ id }) => id)
    const index = this.#list.top + at.y - this.#drawn.y
    if (!isIn(this.#drawn, at) || index >= ids.length) return
    this.#list = selectAt(this.#list, ids, this.#drawn.height, index)
    this.#choose()
    this.#over.changed()
  }

  cancel(): void {
    this.#over.close(this)
    this.#left()
  }

  #choose(): void {
    const ids = this.#choices.map(({ id }) => id)
    const { index } = settleList(this.#list, ids, ids.length)
    const choice = this.#choices[index]
    if (!choice) return
    if (choice.disabled !== undefined) {
      this.#reason = choice.disabled
      return
    }
    if (!choice.stays) this.#over.close(this)
    this.#over.run(choice.title, () => choice.run())
  }

  view(screen: Screen) {
    const width = Math.min(screen.columns, 76)
    const known = this.#facts.flatMap(fact => wrapText(fact, width - 4))
    const height = Math.min(screen.rows, this.#choices.length + 3 + known.length)
    const facts = known.slice(0, Math.max(0, height - 2 - Math.min(this.#choices.length, 4)))
    const room = Math.max(1, height - 2 - facts.length)
    const { x, y } = centred(screen, width, height)
    this.#drawn = { x: x + 2, y: y + 1 + facts.length, width: width - 4, height: room }
    this.#list = settleList(
      this.#list,
      this.#choices.map(({ id }) => id),
      room,
    )
    const widest = (texts: readonly string[]) => Math.max(0, ...texts.map(text => textWidth(text)))
    const notes = widest(this.#choices.map(({ note, disabled }) => disabled ?? note ?? ''))
    const most = notes === 0 ? width - 6 : Math.max(Math.floor(width / 2) - 4, width - 8 - notes)
    const titles = Math.min(most, widest(this.#choices.map(({ title }) => title)))
    return (
      <Frame
        title={this.#title}
        screen={screen}
        width={width}
        height={height}
        glyphs={this.#over.glyphs}
        foot={this.#reason || 'Enter chooses  Esc closes'}
      >
        <Rows rows={facts} width={width - 4} height={facts.length} />
        <List
          items={this.#choices}
          state={this.#list}
          width={width - 4}
          height={room}
          idOf={({ id }) => id}
          row={({ title, note, disabled }, inner) => {
            const line = `${toWidth(title, titles)}  ${disabled ?? note ?? ''}`
            return toned(toWidth(line, inner), disabled === undefined ? 'plain' : 'quiet')
          }}
          empty="Nothing to choose."
          focused
        />
      </Frame>
    )
  }
}
