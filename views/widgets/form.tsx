import { Box, Text } from 'ink'
import { Field } from './field.tsx'
import { type FormField, type FormState, setValue } from './form-state.ts'
import { LinesField } from './lines-field.tsx'
import { cut } from './text.ts'
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

/** Fields under each other; a long line of text wraps, so that a whole command can be seen. */
export function Form({ fields, state, problems, width, height, onChange }: Props) {
  const labels = Math.min(Math.floor(width / 3), Math.max(...fields.map(({ label }) => label.length)) + 1)
  const rowsOf = (field: FormField) =>
    fieldRows(field, state.values[field.id] ?? '', width - labels - 2) +
    (problems[field.id] === undefined ? 0 : 1)
  const first = firstShown(fields.map(rowsOf), state.at, height ?? Number.POSITIVE_INFINITY)
  return (
    <Box
      flexDirection="column"
      width={width}
      flexShrink={0}
      {...(height === undefined ? {} : { height })}
      overflow="hidden"
    >
      {fields.slice(first).map((field, i) => {
        const focused = first + i === state.at
        const value = state.values[field.id] ?? ''
        const problem = problems[field.id]
        return (
          <Box key={field.id} flexDirection="column" flexShrink={0}>
            <Box>
              <Box width={2} flexShrink={0}>
                <Text>{focused ? '> ' : '  '}</Text>
              </Box>
              <Box width={labels} flexShrink={0}>
                <Text>{toned(cut(field.label, labels - 1), focused ? 'strong' : 'quiet')}</Text>
              </Box>
              <Box width={width - labels - 2}>
                {field.kind === 'text' ? (
                  <Field
                    value={value}
                    focused={focused}
                    onChange={typed => onChange(setValue(state, field.id, typed))}
                    {...(field.placeholder === undefined ? {} : { placeholder: field.placeholder })}
                    {...(field.mask === undefined ? {} : { mask: field.mask })}
                  />
                ) : field.kind === 'lines' ? (
                  <LinesField
                    value={value}
                    at={focused ? Math.min(state.cursor ?? 0, value.length) : null}
                    width={width - labels - 2}
                    height={field.rows}
                  />
                ) : (
                  <Text wrap="truncate">{toned(shown(field, value), focused ? 'selected' : 'plain')}</Text>
                )}
              </Box>
            </Box>
            {problem !== undefined && (
              <Text wrap="truncate">{`${' '.repeat(labels + 2)}${toned(`! ${problem}`, 'bad')}`}</Text>
            )}
          </Box>
        )
      })}
    </Box>
  )
}

/** How many rows a field takes where it has this width. */
export function fieldRows(field: FormField, value: string, width: number): number {
  if (field.kind === 'lines') return field.rows
  if (field.kind !== 'text') return 1
  const shown = value === '' ? (field.placeholder ?? '') : value
  return Math.max(1, Math.ceil((shown.length + 1) / Math.max(1, width)))
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
