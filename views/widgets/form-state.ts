import type { Stroke } from '../keys/decode.ts'
import { linesStroke } from './lines-state.ts'

export type FormField =
  | { id: string; label: string; kind: 'text'; placeholder?: string; mask?: string }
  | { id: string; label: string; kind: 'lines'; rows: number }
  | { id: string; label: string; kind: 'choice'; choices: readonly { value: string; label: string }[] }
  | { id: string; label: string; kind: 'toggle' }

export interface FormState {
  values: Readonly<Record<string, string>>
  at: number
  /** Where the cursor is in a field of several lines; at its beginning where it is not said. */
  cursor?: number
}

export type FormOutcome = 'submit' | 'cancel'

/** What a stroke does to a form. `field` means that the line of text in focus takes it. */
export function formStroke(
  state: FormState,
  fields: readonly FormField[],
  stroke: Stroke,
): { state: FormState; outcome?: FormOutcome; field?: boolean } {
  const field = fields[state.at]
  if (!field) return { state }
  if (field.kind === 'lines') {
    const edited = inLines(state, fields, field.id, stroke)
    if (edited) return { state: edited }
  }
  if ('paste' in stroke) return field.kind === 'text' ? { state, field: true } : { state }
  const { key } = stroke
  if (key === 'esc') return { state, outcome: 'cancel' }
  if (key === 'tab' || key === 'down') return { state: step(state, fields, 1) }
  if (key === 'shift+tab' || key === 'up') return { state: step(state, fields, -1) }
  if (key === 'enter') {
    return state.at === fields.length - 1 ? { state, outcome: 'submit' } : { state: step(state, fields, 1) }
  }
  if (key === 'alt+enter') return { state, outcome: 'submit' }
  if (field.kind === 'text') return { state, field: true }
  return field.kind === 'lines' ? { state } : { state: turn(state, field, key) }
}

function inLines(
  state: FormState,
  fields: readonly FormField[],
  id: string,
  stroke: Stroke,
): FormState | null {
  const text = state.values[id] ?? ''
  const edited = linesStroke({ text, at: Math.min(state.cursor ?? 0, text.length) }, stroke)
  if (edited === null) return null
  if (typeof edited === 'string') return step(state, fields, edited === 'above' ? -1 : 1)
  const moved = { ...state, cursor: edited.at }
  return edited.text === text ? moved : setValue(moved, id, edited.text)
}

export function setValue(state: FormState, id: string, value: string): FormState {
  return { ...state, values: { ...state.values, [id]: value } }
}

function step(state: FormState, fields: readonly FormField[], by: number): FormState {
  return { values: state.values, at: (state.at + by + fields.length) % fields.length }
}

function turn(
  state: FormState,
  field: Exclude<FormField, { kind: 'text' | 'lines' }>,
  key: string,
): FormState {
  const by = { left: -1, h: -1, right: 1, l: 1, space: 1 }[key]
  if (by === undefined) return state
  const value = state.values[field.id] ?? ''
  if (field.kind === 'toggle') return setValue(state, field.id, value === 'yes' ? 'no' : 'yes')
  const at = field.choices.findIndex(choice => choice.value === value)
  const next = field.choices[(at + by + field.choices.length) % field.choices.length]
  return next ? setValue(state, field.id, next.value) : state
}
