import { Box, Text } from 'ink'
import type { Stroke } from '../../keys/decode.ts'
import { atMost, forAnswer } from '../../keys/patience.ts'
import { sanitiseText } from '../../terminal/sanitise.ts'
import { textWidth } from '../../terminal/width.ts'
import { Field } from '../../widgets/field.tsx'
import { cut } from '../../widgets/text.ts'
import { toned } from '../../widgets/theme.ts'
import type { Over } from '../overlay.ts'
import { Judging } from './judging.ts'

export interface LineSpec {
  label: string
  value?: string
  /** After every change: a filter works while it is typed. */
  changed?(value: string): void
  /** Says beside the line how what is typed so far is understood. */
  judge?(value: string, signal: AbortSignal): Promise<string>
  /** What may have been meant by what is typed so far: Tab puts it there. */
  offer?(value: string): string | undefined
  /** False: it did not work, and the line comes back with what was typed. */
  enter(value: string): void | boolean | Promise<unknown>
  cancelled?(): void
  /** The first letter takes the place of the value, which is there to be seen or changed. */
  replaces?: boolean
  /** Keys it does not take, for moving in what is being filtered. */
  passes?: readonly string[]
}

const judgeAfter = 150
const remembered = 50

/** One line of input in the row of the footer. What was typed into one of the same label comes back with Up, whether it was entered or left. */
export class Line {
  #value: string
  #note = ''
  #back = 0
  #touched = false
  readonly #judging = new Judging()
  readonly #spec: LineSpec
  readonly #over: Over
  readonly #close: () => void
  readonly #again: (value: string) => void

  constructor(spec: LineSpec, over: Over, close: () => void, again: (value: string) => void) {
    this.#spec = spec
    this.#over = over
    this.#close = close
    this.#again = again
    this.#value = spec.value ?? ''
    if (this.#value !== '') this.#judge(0)
  }

  async stroke(stroke: Stroke): Promise<boolean> {
    const key = 'paste' in stroke ? '' : stroke.key
    if (this.#spec.passes?.includes(key)) return false
    const letters = 'paste' in stroke || stroke.text !== undefined
    if (this.#spec.replaces && letters && !this.#touched) {
      this.#typed('')
      // The field reads its value from what is drawn.
      await new Promise(resolve => setImmediate(resolve))
    }
    this.#touched = true
    if (key === 'esc') this.cancel()
    else if (key === 'backspace' && this.#value === '') this.cancel()
    else if (key === 'up' || key === 'ctrl+p') this.#recall(1)
    else if (key === 'down' || key === 'ctrl+n') this.#recall(-1)
    else if (key === 'tab' && this.#spec.offer) this.#typed(this.#spec.offer(this.#value) ?? this.#value)
    else if (key === 'enter') await atMost(this.#enter(), forAnswer)
    else await this.#over.field(stroke)
    return true
  }

  /** Whether what lies behind it can be moved in meanwhile. */
  get letsMove(): boolean {
    return this.#spec.passes?.includes('down') === true
  }

  cancel(): void {
    this.#remember()
    this.#end()
    this.#spec.cancelled?.()
  }

  view(width: number) {
    const { label } = this.#spec
    const labels = textWidth(label)
    // Half of the row, or what is left beside what is typed.
    const left = width - labels - textWidth(this.#value) - 3
    const note = cut(this.#note, Math.max(Math.floor((width - labels) / 2), left))
    const notes = note === '' ? 0 : textWidth(note) + 2
    const room = Math.max(1, width - labels - notes)
    return (
      <Box width={width} height={1} overflow="hidden">
        <Text>{toned(label, 'strong')}</Text>
        <Box width={room} height={1} overflow="hidden">
          <Field value={this.#value} onChange={this.#typed} focused width={room} />
        </Box>
        {note !== '' && <Text>{`  ${toned(note, 'quiet')}`}</Text>}
      </Box>
    )
  }

  async #enter(): Promise<void> {
    this.#remember()
    this.#end()
    if ((await this.#spec.enter(this.#value)) === false) this.#again(this.#value)
  }

  #end(): void {
    this.#judging.stop()
    this.#close()
  }

  get #before(): readonly string[] {
    return this.#over.typed.get(this.#spec.label) ?? []
  }

  #remember(): void {
    const value = this.#value
    if (value.trim() === '' || value === this.#spec.value) return
    const others = this.#before.filter(one => one !== value)
    this.#over.typed.set(this.#spec.label, [...others, value].slice(-remembered))
  }

  #recall(by: number): void {
    const before = this.#before
    this.#back = Math.max(0, Math.min(before.length, this.#back + by))
    this.#typed(this.#back === 0 ? (this.#spec.value ?? '') : before.at(-this.#back)!)
  }

  readonly #typed = (value: string): void => {
    this.#value = value
    this.#spec.changed?.(value)
    this.#judge(judgeAfter)
    this.#over.changed()
  }

  #judge(after: number): void {
    const { judge } = this.#spec
    if (!judge) return
    const judged = (signal: AbortSignal) => judge(this.#value, signal).catch((error: Error) => error.message)
    this.#judging.ask(judged, after, note => {
      this.#note = sanitiseText(note)
      this.#over.changed()
    })
  }
}
