import { Box, Text } from 'ink'
import { textWidth } from '../terminal/width.ts'
import { Field } from './field.tsx'
import { hintOf } from './field-state.ts'
import { type FormField, type FormState, setValue } from './form-state.ts'
import { LinesField } from './lines-field.tsx'
import { rowStarts } from './lines-state.ts'
import { cut, wrapText } from './text.ts'
import { toned } from './theme.ts'

interface Props {
  fields: readonly FormField[]
  state: FormState
  /** What is wrong with a field, by its id, shown under it. */
  problems: Readonly<Record<string, string>>
  width: number
  /** Rows there are for it, where not all may fit: the field in focus is among those shown. */
  height?: number
  onChange: (state: FormState) => void
}

/** Fields under each other; a long line of text wraps, so that a whole command can be seen, or as much of it as there is room for. */
export function Form({ fields, state, problems, width, height = Number.POSITIVE_INFINITY, onChange }: Props) {
  const labels = labelsOf(fields, width)
  const room = width - labels - 2
  const form = { fields, state, problems, width, height }
  const first = firstShown(heights(form), state.at, height)
  return (
    <Box
      flexDirection="column"
      width={width}
      flexShrink={0}
      {...(Number.isFinite(height) ? { height } : {})}
      overflow="hidden"
    >
      {fields.slice(first).map((field, i) => {
        const focused = first + i === state.at
        const value = state.values[field.id] ?? ''
        const problem = problems[field.id]
        const rows = shownRows(form, field, room)
        return (
          <Box key={field.id} flexDirection="column" flexShrink={0}>
            <Box>
              <Box width={2} flexShrink={0}>
                <Text>{focused ? '> ' : '  '}</Text>
              </Box>
              <Box width={labels} flexShrink={0}>
                <Text>{toned(cut(field.label, labels - 1), focused ? 'strong' : 'quiet')}</Text>
              </Box>
              <Box width={room} height={rows} overflow="hidden">
                {field.kind === 'text' ? (
                  <Field
                    value={value}
                    wraps={room}
                    rows={rows}
                    focused={focused}
                    onChange={typed => onChange(setValue(state, field.id, typed))}
                    {...(field.placeholder === undefined ? {} : { placeholder: field.placeholder })}
                    {...(field.mask === undefined ? {} : { mask: field.mask })}
                  />
                ) : field.kind === 'lines' ? (
                  <LinesField
                    value={value}
                    at={focused ? Math.min(state.cursor ?? 0, value.length) : null}
                    width={room}
                    height={rows}
                  />
                ) : (
                  <Text wrap="truncate">{toned(shown(field, value), focused ? 'selected' : 'plain')}</Text>
                )}
              </Box>
            </Box>
            {problemRows(problem, room).map((row, y) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the rows of a text have no other identity
              <Text key={y} wrap="truncate">
                {' '.repeat(labels + 2) + row}
              </Text>
            ))}
          </Box>
        )
      })}
    </Box>
  )
}

/** What is wrong with a field, whole. */
export const problemRows = (problem: string | undefined, width: number): string[] =>
  problem === undefined ? [] : wrapText(toned(`! ${problem}`, 'bad'), Math.max(8, width))

type Laid = Omit<Props, 'onChange'>

/** Which field is drawn in a row of the form. */
export function fieldAt(form: Laid & { height: number }, y: number): number | undefined {
  const rows = heights(form)
  let end = 0
  for (let i = firstShown(rows, form.state.at, form.height); i < rows.length; i++) {
    end += rows[i]!
    if (y >= 0 && y < end) return i
  }
  return undefined
}

const labelsOf = (fields: readonly FormField[], width: number): number =>
  Math.min(Math.floor(width / 3), Math.max(...fields.map(({ label }) => textWidth(label))) + 1)

/** How many rows each field has with what is wrong with it. */
function heights(form: Laid): number[] {
  const room = form.width - labelsOf(form.fields, form.width) - 2
  return form.fields.map(
    field => shownRows(form, field, room) + problemRows(form.problems[field.id], room).length,
  )
}

/** How many rows of a field are shown: no more than leave room in the form for what is wrong with it. */
function shownRows(
  { state, problems, height = Number.POSITIVE_INFINITY }: Laid,
  field: FormField,
  room: number,
) {
  const left = Math.max(1, height - problemRows(problems[field.id], room).length)
  return Math.min(fieldRows(field, state.values[field.id] ?? '', room), left)
}

/** How many rows a field takes where it has this width. */
export function fieldRows(field: FormField, value: string, width: number): number {
  if (field.kind === 'lines') return field.rows
  if (field.kind !== 'text') return 1
  const typed = field.mask === undefined ? value : field.mask.repeat(value.length)
  return rowStarts(typed === '' ? hintOf(field.placeholder) : typed, width).length
}

/** Where to begin so that the field in focus ends within the height. */
export function firstShown(rows: readonly number[], at: number, height: number): number {
  let first = 0
  const upTo = () => rows.slice(first, at + 1).reduce((sum, one) => sum + one, 0)
  while (first < at && upTo() > height) first++
  return first
}

function shown(field: Exclude<FormField, { kind: 'text' | 'lines' }>, value: string): string {
  if (field.kind === 'toggle') return value === 'yes' ? '[x] yes' : '[ ] no'
  return `< ${field.choices.find(choice => choice.value === value)?.label ?? 'choose'} >`
}
