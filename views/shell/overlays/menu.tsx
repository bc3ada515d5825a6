import { Box, Text } from 'ink'
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
  run(): void | Promise<unknown>
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

/** From so many on, how to narrow it is said. */
const isLong = 8

/** Moves or chooses, where letters are typed into the filter. */
const isForList = (stroke: Stroke): boolean =>
  'key' in stroke && (stroke.key === 'enter' || (stroke.text === undefined && stroke.key in steps))

/** Rows for the whole of a choice that its own row cannot hold. */
const mostUnder = 3
/** Between these a menu is as wide as what it says. */
const narrow = 76
const wide = 140

const widest = (texts: readonly string[]) => Math.max(0, ...texts.map(text => textWidth(text)))

const noteOf = ({ note, disabled }: Choice): string => disabled ?? note ?? ''

/** What a choice says, where its row of the list cannot hold it. */
function wholeOf(choice: Choice, titles: number, width: number): string[] {
  const note = noteOf(choice)
  if (textWidth(choice.title) > titles) return wrapText(`${choice.title}  ${note}`.trimEnd(), width - 4)
  return titles + 2 + textWidth(note) > width - 6 ? wrapText(note, width - 4) : []
}

/** A list to choose one from. */
export class Menu implements Overlay {
  #list: ListState = emptyList
  #reason = ''
  /** Where its choices were drawn. */
  #drawn: Rect = { x: 0, y: 0, width: 0, height: 0 }
  /** What narrows it, and whether it is typed now. */
  #typed: string | null = null
  readonly #title: string
  readonly #all: readonly Choice[]
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
    this.#all = choices
    this.#over = over
    this.#facts = facts
    this.#left = left
  }

  /** Those that hold all of the words. */
  get #choices(): readonly Choice[] {
    const words = (this.#typed ?? '').toLowerCase().split(/\s+/)
    return this.#all.filter(({ title, note = '' }) => {
      const text = `${title} ${note}`.toLowerCase()
      return words.every(word => text.includes(word))
    })
  }

  async stroke(stroke: Stroke): Promise<boolean> {
    if (this.#typed !== null && !isForList(stroke)) return this.#type(stroke)
    if ('paste' in stroke) return true
    const ids = this.#choices.map(({ id }) => id)
    const by = steps[stroke.key]
    if (by !== undefined) this.#list = moveList(this.#list, ids, ids.length, by)
    else if (stroke.key === 'enter') this.#choose()
    else if (stroke.key === '/') this.#narrow('')
    else if (['esc', 'q', 'backspace', 'x'].includes(stroke.key)) this.cancel()
    this.#over.changed()
    return true
  }

  async #type(stroke: Stroke): Promise<boolean> {
    const key = 'paste' in stroke ? '' : stroke.key
    if (key === 'esc' || (key === 'backspace' && this.#typed === '')) this.#narrow(null)
    else await this.#over.field(stroke)
    return true
  }

  readonly #narrow = (typed: string | null): void => {
    this.#typed = typed
    this.#reason = ''
    this.#list = emptyList
    this.#over.changed()
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
    const width = Math.min(screen.columns, Math.max(narrow, Math.min(this.#wanted(), wide)))
    const known = this.#facts.flatMap(fact => wrapText(fact, width - 4))
    const typing = this.#typed === null ? 0 : 1
    const titles = this.#titles(width)
    const whole = (choice: Choice | undefined) => (choice ? wholeOf(choice, titles, width) : [])
    // For the chosen one of those whose row cannot hold it; the same for all, so that no row moves.
    const more = Math.max(0, ...this.#all.map(choice => whole(choice).length))
    const under = Math.min(more, mostUnder, Math.max(0, screen.rows - 7))
    const height = Math.min(screen.rows, this.#all.length + 3 + known.length + under)
    const facts = known.slice(0, Math.max(0, height - 2 - typing - under - Math.min(this.#all.length, 4)))
    const room = Math.max(1, height - 2 - typing - under - facts.length)
    const { x, y } = centred(screen, width, height)
    this.#drawn = { x: x + 2, y: y + 1 + facts.length + typing, width: width - 4, height: room }
    this.#list = settleList(
      this.#list,
      this.#choices.map(({ id }) => id),
      room,
    )
    return (
      <Frame
        title={this.#title}
        screen={screen}
        width={width}
        height={height}
        glyphs={this.#over.glyphs}
        foot={this.#reason || `Enter chooses${this.#all.length > isLong ? '  / filters' : ''}  Esc closes`}
      >
        <Rows rows={facts} width={width - 4} height={facts.length} />
        {this.#typed !== null && (
          <Box width={width - 4} height={1} overflow="hidden">
            <Text>/</Text>
            <Field value={this.#typed} onChange={this.#narrow} focused width={width - 5} />
          </Box>
        )}
        <List
          items={this.#choices}
          state={this.#list}
          width={width - 4}
          height={room}
          idOf={({ id }) => id}
          row={(choice, inner) => {
            const line = `${toWidth(choice.title, titles)}  ${noteOf(choice)}`
            return toned(toWidth(line, inner), choice.disabled === undefined ? 'plain' : 'quiet')
          }}
          empty={typing === 1 ? 'Nothing here holds these words.' : 'Nothing to choose.'}
          focused
        />
        <Rows
          rows={whole(this.#choices[this.#list.index]).map(row => toned(row, 'quiet'))}
          width={width - 4}
          height={under}
        />
      </Frame>
    )
  }

  #wanted(): number {
    return widest(this.#all.map(({ title }) => title)) + widest(this.#all.map(noteOf)) + 8
  }

  /** How wide the titles are: the notes get the rest. */
  #titles(width: number): number {
    const notes = widest(this.#all.map(noteOf))
    const most = notes === 0 ? width - 6 : Math.max(Math.floor(width / 2) - 4, width - 8 - notes)
    return Math.min(most, widest(this.#all.map(({ title }) => title)))
  }
}
