import { Text } from 'ink'
import type { Stroke } from '../../keys/decode.ts'
import { sanitiseText } from '../../terminal/sanitise.ts'
import { textWidth } from '../../terminal/width.ts'
import { cut } from '../../widgets/text.ts'
import { toned } from '../../widgets/theme.ts'

const leave = '  Esc goes on'
const ofTyping = new Set(['enter', 'backspace', 'space'])

/** Says in the row of the footer why what is typed into did not open. What is typed all the same does nothing; any other key, or the mouse, goes on. */
export class Refusal {
  readonly #words: string
  readonly #close: () => void

  constructor(words: string, close: () => void) {
    this.#words = sanitiseText(words)
    this.#close = close
  }

  stroke(stroke: Stroke): boolean {
    if ('paste' in stroke || stroke.text !== undefined || ofTyping.has(stroke.key)) return true
    this.#close()
    return stroke.key === 'esc'
  }

  cancel(): void {
    this.#close()
  }

  view(width: number) {
    const words = cut(this.#words, Math.max(1, width - textWidth(leave)))
    return <Text>{`${toned(words, 'warn')}${toned(leave, 'quiet')}`}</Text>
  }
}
