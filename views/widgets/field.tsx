import { Transform } from 'ink'
import TextInput from 'ink-text-input'
import { parted, sanitiseTyped } from '../terminal/sanitise.ts'

interface Props {
  value: string
  onChange: (value: string) => void
  focused: boolean
  placeholder?: string
  /** Shown instead of every character of a secret. */
  mask?: string
}

/** One line of input. Half a wide character, which the input can leave after a deletion, never reaches the value. */
export function Field({ value, onChange, focused, placeholder, mask }: Props) {
  return (
    <Transform transform={parted}>
      <TextInput
        value={value}
        onChange={typed => onChange(sanitiseTyped(typed.replace(/\p{Surrogate}/gu, '')))}
        focus={focused}
        {...(placeholder === undefined ? {} : { placeholder })}
        {...(mask === undefined ? {} : { mask })}
      />
    </Transform>
  )
}
