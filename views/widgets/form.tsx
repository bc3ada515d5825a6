import { Box, Text } from 'ink'
import { Field } from './field.tsx'
import { type FormField, type FormState, setValue } from './form-state.ts'
import { cut } from './text.ts'
import { toned } from './theme.ts'

interface Props {
  fields: readonly FormField[]
  state: FormState
  /** What is wrong with a field, by its id, shown under it. */
  problems: Readonly<Record<string, string>>
  width: number
  onChange: (state: FormState) => void
}

/** Fields under each other; a long line of text wraps, so that a whole command can be seen. */
export function Form({ fields, state, problems, width, onChange }: Props) {
  const labels = Math.min(Math.floor(width / 3), Math.max(...fields.map(({ label }) => label.length)) + 1)
  return (
    <Box flexDirection="column" width={width}>
      {fields.map((field, i) => {
        const focused = i === state.at
        const value = state.values[field.id] ?? ''
        const problem = problems[field.id]
        return (
          <Box key={field.id} flexDirection="column">
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

function shown(field: Exclude<FormField, { kind: 'text' }>, value: string): string {
  if (field.kind === 'toggle') return value === 'yes' ? '[x] yes' : '[ ] no'
  return `< ${field.choices.find(choice => choice.value === value)?.label ?? 'choose'} >`
}
