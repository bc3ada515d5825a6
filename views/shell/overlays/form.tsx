import { randomUUID } from 'node:crypto'
import { Box, Text } from 'ink'
import { Problem } from '../../../src/contract/problem.ts'
import { errorWords } from '../../../src/contract/replaced.ts'
import type { Stroke } from '../../keys/decode.ts'
import { centred, isIn } from '../../layout/arrange.ts'
import type { Spot } from '../../panes/pane.ts'
import type { Screen } from '../../terminal/compositor.ts'
import type { Rect } from '../../terminal/region.ts'
import { sanitiseBlock } from '../../terminal/sanitise.ts'
import { Frame } from '../../widgets/dialog.tsx'
import { Form, fieldAt, fieldRows, problemRows } from '../../widgets/form.tsx'
import { type FormField, type FormState, formStroke } from '../../widgets/form-state.ts'
import { Rows } from '../../widgets/rows.tsx'
import { wrapText } from '../../widgets/text.ts'
import { toned } from '../../widgets/theme.ts'
import type { Over, Overlay } from '../overlay.ts'
import { Judging } from './judging.ts'

export type Values = Readonly<Record<string, string>>

/** What is said of the values so far: a sentence under a field, and rows under the form. */
export interface Judgement {
  problems?: Readonly<Record<string, string>>
  rows?: readonly string[]
}

export interface FormSpec {
  title: string
  fields: readonly FormField[] | ((values: Values) => readonly FormField[])
  values: Values
  /** The field that has the keys first. */
  at?: string
  /** Looks at the values a moment after each change. */
  judge?(values: Values, signal: AbortSignal): Promise<Judgement>
  /** What the fields say where it is kept by now: what somebody else changed there meanwhile is not overwritten unseen. */
  now?(): Promise<Values>
  /** Does it; what it throws is shown in the form, which stays. */
  submit(values: Values): Promise<void>
  /** The verb of the last line: "Launch". */
  verb: string
}

const judgeAfter = 200

/** As many rows as there is room for; that there is more is seen. */
function fitting(rows: readonly string[], room: number, more: string): readonly string[] {
  return rows.length <= room
    ? rows
    : [...rows.slice(0, Math.max(0, room - 1)), toned(more, 'quiet')].slice(0, room)
}

/** Fields to fill in; nothing happens before the person submits. */
export class FormOverlay implements Overlay {
  #state: FormState
  /** The field that has the keys, by its id: fields that come and go cannot redirect what is typed. */
  #focused = ''
  #judgement: Judgement = {}
  /** What the fields said where it is kept, as far as the person knows. */
  #known: Values
  #error: string | null = null
  #busy = false
  #touched = false
  #sure = false
  #left = false
  /** Where its fields were drawn. */
  #drawn: Rect = { x: 0, y: 0, width: 0, height: 0 }
  readonly #judging = new Judging()
  readonly #id = randomUUID().slice(0, 8)
  /** Under which what came back from $EDITOR is kept until it is submitted. */
  readonly #kept = new Set<string>()
  readonly #spec: FormSpec
  readonly #over: Over

  constructor(spec: FormSpec, over: Over) {
    this.#spec = spec
    this.#over = over
    this.#known = spec.values
    this.#state = { values: spec.values, at: 0 }
    const at = this.#fields.findIndex(field => field.id === spec.at)
    if (at > 0) this.#state = { ...this.#state, at }
    this.#focused = this.#fields[this.#state.at]?.id ?? ''
    this.#judge(0)
  }

  get #fields(): readonly FormField[] {
    const { fields } = this.#spec
    return typeof fields === 'function' ? fields(this.#state.values) : fields
  }

  async stroke(stroke: Stroke): Promise<boolean> {
    if (this.#busy) {
      if (!('paste' in stroke) && stroke.key === 'esc') this.#leaveBusy()
      return true
    }
    this.#settle()
    const lines = this.#lines
    if (lines && !('paste' in stroke) && stroke.key === 'ctrl+e') {
      await this.#editOutside(lines.id)
      return true
    }
    const { state, outcome, field } = formStroke(
      this.#state,
      this.#fields,
      lines ? this.#over.lines(stroke) : stroke,
    )
    this.#set(state)
    if (field) await this.#over.field(stroke)
    else if (outcome === 'cancel') this.#leave()
    else if (outcome === 'submit') void this.#submit()
    return true
  }

  /** Gives a field the keys; one that has them and is chosen turns on. */
  async pressed(at: Spot): Promise<void> {
    const { y, width, height } = this.#drawn
    if (this.#busy || !isIn(this.#drawn, at)) return
    this.#settle()
    const [fields, state, problems] = [this.#fields, this.#state, this.#judgement.problems ?? {}]
    const pressed = fieldAt({ fields, state, problems, width, height }, at.y - y)
    if (pressed === undefined) return
    const { kind } = fields[pressed]!
    if (pressed !== state.at) this.#set({ values: state.values, at: pressed })
    else if (kind === 'choice' || kind === 'toggle') await this.stroke({ key: 'space', text: ' ' })
  }

  /** The field of several lines, where that has the keys. */
  get #lines() {
    const field = this.#fields[this.#state.at]
    return field?.kind === 'lines' ? field : undefined
  }

  async #editOutside(id: string): Promise<void> {
    const text = await this.#over.edit(this.#state.values[id] ?? '', 'txt')
    if (text === null) return
    const clean = sanitiseBlock(text.replace(/\n+$/, '')).join('\n')
    const key = `form ${id} ${this.#id}`
    this.#over.unsaved.keep(key, 'txt', clean)
    this.#kept.add(key)
    this.#set({ values: { ...this.#state.values, [id]: clean }, at: this.#state.at })
  }

  /** What came back from $EDITOR is where it belongs, or was thrown away. */
  #forget(): void {
    for (const key of this.#kept) this.#over.unsaved.drop(key)
    this.#kept.clear()
  }

  /** Nobody was asked: what was written in $EDITOR stays on the disk. */
  cancel(): void {
    if (this.#kept.size > 0 && !this.#busy)
      this.#over.say('What you wrote in $EDITOR is kept: ": unsaved texts" has it.', 'info')
    this.#end()
  }

  #end(): void {
    this.#left = true
    this.#judging.stop()
    this.#over.close(this)
  }

  /** What was typed is not thrown away by one key. */
  #leave(): void {
    if (this.#touched && !this.#sure) {
      this.#sure = true
      this.#error = 'Esc again throws away what you typed.'
      this.#over.changed()
    } else {
      this.#forget()
      this.#end()
    }
  }

  /** An answer may never come; whoever waits for it is not held. */
  #leaveBusy(): void {
    if (this.#sure) this.#end()
    else {
      this.#sure = true
      this.#error = 'Still waiting for an answer. Esc again leaves; it may be done all the same.'
      this.#over.changed()
    }
  }

  #settle(): void {
    const fields = this.#fields
    if (fields[this.#state.at]?.id === this.#focused) return
    const at = fields.findIndex(({ id }) => id === this.#focused)
    this.#state = { ...this.#state, at: at >= 0 ? at : Math.min(this.#state.at, fields.length - 1) }
    this.#focused = fields[this.#state.at]?.id ?? ''
  }

  #set(state: FormState): void {
    const { values } = this.#state
    if (state.at !== this.#state.at) this.#focused = this.#fields[state.at]?.id ?? ''
    this.#state = state
    this.#settle()
    if (state.values !== values) {
      this.#touched = true
      this.#sure = false
      this.#error = null
      this.#judge(judgeAfter)
    }
    this.#over.changed()
  }

  #judge(after: number): void {
    const { judge } = this.#spec
    if (!judge) return
    const judged = async (signal: AbortSignal): Promise<Judgement> => {
      try {
        return await judge(this.#state.values, signal)
      } catch (error) {
        return { rows: [toned(`! ${errorWords(error)}`, 'warn')] }
      }
    }
    this.#judging.ask(judged, after, judgement => {
      this.#judgement = judgement
      this.#over.changed()
    })
  }

  async #submit(): Promise<void> {
    this.#busy = true
    this.#sure = false
    this.#error = null
    this.#over.changed()
    try {
      await this.#meet()
      await this.#spec.submit(this.#state.values)
      this.#forget()
      this.#end()
    } catch (error) {
      if (this.#left) this.#over.say(`${this.#spec.title}: ${errorWords(error)}`)
      this.#error = errorWords(error)
    }
    this.#busy = false
    this.#over.changed()
  }

  /** Refuses once what would go over somebody else's change of the same field. */
  async #meet(): Promise<void> {
    const now = await this.#spec.now?.().catch((error: Error) => {
      if (error instanceof Problem && error.code === 'not_found')
        throw new Error(
          'It is gone: somebody deleted it meanwhile. What you typed stays here until you leave.',
        )
      throw error
    })
    if (!now) return
    const [typed, before] = [this.#state.values, this.#known]
    this.#known = now
    const both = this.#fields.filter(({ id }) => {
      const theirs = now[id]
      return theirs !== undefined && theirs !== before[id] && typed[id] !== before[id] && typed[id] !== theirs
    })
    if (both.length === 0) return
    const said = both.map(({ id, label }) => `${label} is now '${now[id]}'`).join(', ')
    throw new Error(`Somebody changed it meanwhile: ${said}. ${this.#spec.verb} again puts yours over it.`)
  }

  /** The keys of the form, in as many words as there is room for. */
  #keys(width: number): string {
    const { verb } = this.#spec
    if (this.#fields.length === 1 && !this.#lines) return `Enter ${verb}  Esc leave`
    const leave = `M-Enter ${verb}  Esc leave`
    const said = this.#lines
      ? [`Tab next field  ^E $EDITOR  ${leave}`]
      : [
          `Tab next field  Enter next, ${verb.toLowerCase()} on the last  ${leave}`,
          `Tab next field  ${leave}`,
        ]
    return said.find(({ length }) => length <= width) ?? leave
  }

  view(screen: Screen) {
    this.#settle()
    const width = Math.min(screen.columns, 110)
    const inner = width - 4
    const said = this.#error === null ? [] : wrapText(this.#error, inner).map(row => toned(row, 'bad'))
    const rows = [...said, ...(this.#judgement.rows ?? []).flatMap(row => wrapText(row, inner))]
    const hint = this.#busy ? 'Working...' : this.#keys(inner)
    const needed = this.#height(inner, this.#fields)
    const height = Math.min(screen.rows, Math.max(8, needed + Math.min(rows.length, 10) + 4))
    const room = height - 4
    // Where not all fits, half is for the fields and half for what is said of them; what is typed in is seen whole.
    const half = room - Math.min(rows.length, room >> 1)
    const typed = this.#height(inner, this.#fields.slice(this.#state.at, this.#state.at + 1))
    const fields = Math.max(1, Math.min(needed, Math.max(half, Math.min(typed, room - 1))))
    const { x, y } = centred(screen, width, height)
    this.#drawn = { x: x + 2, y: y + 1, width: inner, height: fields }
    return (
      <Frame
        title={this.#spec.title}
        screen={screen}
        width={width}
        height={height}
        glyphs={this.#over.glyphs}
      >
        <Box flexDirection="column" width={inner} height={height - 2} overflow="hidden">
          <Form
            fields={this.#fields}
            state={this.#state}
            problems={this.#judgement.problems ?? {}}
            width={inner}
            height={fields}
            onChange={state => this.#set(state)}
          />
          <Text> </Text>
          <Rows
            rows={fitting(rows, room - fields, this.#over.glyphs.more)}
            width={inner}
            height={Math.max(0, room - fields)}
          />
          <Text wrap="truncate">{toned(hint, 'quiet')}</Text>
        </Box>
      </Frame>
    )
  }

  #height(inner: number, fields: readonly FormField[]): number {
    const names = this.#fields.map(({ label }) => label.length)
    const labels = Math.min(Math.floor(inner / 3), Math.max(...names) + 1)
    return fields.reduce((rows, field) => {
      const value = this.#state.values[field.id] ?? ''
      const problem = problemRows(this.#judgement.problems?.[field.id], inner - labels - 2)
      return rows + problem.length + fieldRows(field, value, inner - labels - 2)
    }, 0)
  }
}
