import { Box, Text } from 'ink'
import type { Stroke } from '../../keys/decode.ts'
import { Field } from '../../widgets/field.tsx'
import { toned } from '../../widgets/theme.ts'
import type { Over } from '../overlay.ts'

export interface LineSpec {
  label: string
  value?: string
  /** After every change: a filter works while it is typed. */
  changed?(value: string): void
  enter(value: string): void | Promise<void>
  cancelled?(): void
  /** Keys it does not take, for moving in what is being filtered. */
  passes?: readonly string[]
}

/** One line of input in the row of the footer. */
export class Line {
  #value: string
  readonly #spec: LineSpec
  readonly #over: Over
  readonly #close: () => void

  constructor(spec: LineSpec, over: Over, close: () => void) {
    this.#spec = spec
    this.#over = over
    this.#close = close
    this.#value = spec.value ?? ''
  }

  async stroke(stroke: Stroke): Promise<boolean> {
    const key = 'paste' in stroke ? '' : stroke.key
    if (this.#spec.passes?.includes(key)) return false
    if (key === 'esc') this.cancel()
    else if (key === 'backspace' && this.#value === '') this.cancel()
    else if (key === 'enter') {
      this.#close()
      await this.#spec.enter(this.#value)
    } else await this.#over.field(stroke)
    return true
  }

  cancel(): void {
    this.#close()
    this.#spec.cancelled?.()
  }

  view(width: number) {
    const { label } = this.#spec
    return (
      <Box width={width} height={1} overflow="hidden">
        <Text>{toned(label, 'strong')}</Text>
        <Box width={Math.max(1, width - label.length)} height={1} overflow="hidden">
          <Field value={this.#value} onChange={this.#typed} focused />
        </Box>
      </Box>
    )
  }

  readonly #typed = (value: string): void => {
    this.#value = value
    this.#spec.changed?.(value)
    this.#over.changed()
  }
}
