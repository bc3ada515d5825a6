import { Box, Text } from 'ink'
import type { Stroke } from '../../keys/decode.ts'
import type { Over, Overlay } from '../../shell/overlay.ts'
import type { Screen } from '../../terminal/compositor.ts'
import { sanitiseBlock, sanitiseText } from '../../terminal/sanitise.ts'
import { Frame } from '../../widgets/dialog.tsx'
import { editLine, edits } from '../../widgets/field-state.ts'
import { LinesField } from '../../widgets/lines-field.tsx'
import { layLines, linesStroke } from '../../widgets/lines-state.ts'
import { Rows } from '../../widgets/rows.tsx'
import { wrapText } from '../../widgets/text.ts'
import { type Tone, toned } from '../../widgets/theme.ts'
import type { Conversation, Turn } from './conversation.ts'

/** Rows that what is typed may take of the window. */
const most = 6

/** What is asked of a model and what it answers, as it comes; leaving it keeps what was said. */
export class Chat implements Overlay {
  readonly isRead = true
  /** How far the view is from the end, in rows; 0 stays there. */
  #up = 0
  #height = 10
  #length = 0
  /** Where in what is typed the next letter goes. */
  #at: number
  /** What became of the last key, until the next. */
  #said = ''
  readonly #talk: Conversation
  readonly #over: Over
  readonly #copy: (text: string) => Promise<boolean>
  readonly #wrapped = new Map<Turn, { width: number; rows: string[] }>()

  constructor(talk: Conversation, over: Over, copy: (text: string) => Promise<boolean>) {
    this.#talk = talk
    this.#over = over
    this.#copy = copy
    this.#at = talk.draft.length
  }

  stroke(stroke: Stroke): boolean {
    this.#said = ''
    const key = 'paste' in stroke ? '' : stroke.key
    const page = Math.max(1, this.#height - 1)
    const by: Record<string, number> = { up: 1, down: -1, pgup: page, pgdn: -page }
    if (key in by) this.#up = Math.max(0, Math.min(this.#length - this.#height, this.#up + by[key]!))
    else if (key === 'esc') this.cancel()
    else if (key === 'enter') this.#ask()
    else if (key === 'ctrl+n') this.#talk.forget()
    else if (key === 'ctrl+y') this.#copyAnswer()
    else this.#type(key === 'alt+enter' ? { key: 'enter' } : stroke)
    this.#over.changed()
    return true
  }

  /** An answer under way is ended first; what came of it stays. */
  cancel(): void {
    if (this.#talk.isAnswering) this.#talk.stop()
    else this.#over.close(this)
  }

  #type(stroke: Stroke): void {
    const [text, at] = [this.#talk.draft, Math.min(this.#at, this.#talk.draft.length)]
    if (!('paste' in stroke) && edits(stroke.key)) {
      const edited = editLine({ text, cursor: at }, stroke.key)
      this.#talk.draft = edited.text
      this.#at = edited.cursor
      return
    }
    const typed = linesStroke({ text, at }, stroke)
    if (typed === null || typeof typed === 'string') return
    this.#talk.draft = typed.text
    this.#at = typed.at
  }

  /** As the model wrote it, not as it is wrapped here. */
  #copyAnswer(): void {
    const said = this.#talk.turns.findLast(turn => turn.said.trim() !== '')?.said.trim()
    if (said === undefined) this.#said = 'nothing was answered yet'
    else void this.#copied(said)
  }

  async #copied(answer: string): Promise<void> {
    const copying = 'copying the last answer'
    this.#said = copying
    const isTaken = await this.#copy(answer)
    if (this.#said !== copying) return
    this.#said = isTaken ? 'the last answer is copied' : 'sent to tmux, which may not pass it on'
    this.#over.changed()
  }

  #ask(): void {
    const asked = this.#talk.draft.trim()
    if (asked === '' || this.#talk.isAnswering) return
    this.#talk.draft = ''
    this.#at = 0
    this.#up = 0
    // How it ends is in the turn.
    void this.#talk.ask(asked)
  }

  view(screen: Screen) {
    const { serve, turns } = this.#talk
    const width = Math.min(screen.columns, 110)
    const height = Math.min(screen.rows, Math.max(12, screen.rows - 2))
    const inner = width - 4
    const { draft } = this.#talk
    const lines = layLines({ text: draft, at: 0 }, inner - 3).rows.length
    const typing = Math.max(1, Math.min(most, lines, height - 6))
    this.#height = Math.max(1, height - 3 - typing)
    const rows = turns.flatMap((turn, i) => [...(i === 0 ? [] : ['']), ...this.#rowsOf(turn, inner)])
    // Who reads further up is not moved by what comes below.
    if (this.#up > 0) this.#up = Math.min(rows.length - this.#height, this.#up + rows.length - this.#length)
    this.#up = Math.max(0, this.#up)
    this.#length = rows.length
    const end = Math.max(0, rows.length - this.#up)
    const shown = rows.slice(Math.max(0, end - this.#height), end)
    const empty = [toned(`Ask ${sanitiseText(serve.name)} something.`, 'quiet')]
    return (
      <Frame
        title={`${sanitiseText(serve.name)} on ${sanitiseText(serve.host_name)}`}
        screen={screen}
        width={width}
        height={height}
        glyphs={this.#over.glyphs}
        foot={this.#foot(inner)}
      >
        <Rows rows={turns.length === 0 ? empty : shown} width={inner} height={this.#height} />
        <Text> </Text>
        <Box width={inner} height={typing} overflow="hidden">
          <Text>{toned('> ', 'strong')}</Text>
          <LinesField value={draft} at={this.#at} width={inner - 2} height={typing} />
        </Box>
      </Frame>
    )
  }

  /** The keys, in as many words as there is room for. */
  #foot(width: number): string {
    if (this.#said !== '') return this.#said
    if (this.#talk.isAnswering) return `${this.#below}Esc stops it`
    const said = [
      'Enter asks  M-Enter new line  ^Y copy answer  PgUp back  ^N anew  Esc leaves',
      'Enter asks  ^Y copy answer  PgUp back  ^N anew  Esc leaves',
      'Enter asks  ^Y copy  ^N anew  Esc leaves',
    ].map(keys => this.#below + keys)
    return said.find(({ length }) => length <= width - 2) ?? `${this.#below}^Y copy  Esc leaves`
  }

  get #below(): string {
    return this.#up > 0 ? `${this.#up} rows below  ` : ''
  }

  #rowsOf(turn: Turn, width: number): string[] {
    const kept = this.#wrapped.get(turn)
    if (kept?.width === width) return kept.rows
    const rows = turnRows(turn, width)
    const isOver = turn.state !== 'waiting' && turn.state !== 'answering'
    if (isOver) this.#wrapped.set(turn, { width, rows })
    return rows
  }
}

export function turnRows(turn: Turn, width: number): string[] {
  const block = (text: string, lead: string, tone: Tone) =>
    sanitiseBlock(text.trim()).flatMap(line =>
      wrapText(line, Math.max(8, width - lead.length)).map(row => toned(lead + row, tone)),
    )
  const [first = '', ...more] = block(turn.asked, '  ', 'strong')
  return [
    first.replace('  ', '> '),
    ...more,
    ...(turn.thought === '' ? [] : [toned('  thinking', 'quiet'), ...block(turn.thought, '  | ', 'quiet')]),
    ...(turn.said === '' ? [] : block(turn.said, '', 'plain')),
    ...noteRows(turn, width),
  ]
}

function noteRows({ state, note }: Turn, width: number): string[] {
  if (state === 'waiting') return [toned('Waiting for its first token.', 'quiet')]
  if (note === '') return []
  const said = sanitiseText(note)
  if (state === 'failed') return wrapText(`It did not answer: ${said}`, width).map(row => toned(row, 'bad'))
  return wrapText(said, width).map(row => toned(row, 'quiet'))
}
