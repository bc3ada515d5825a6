import { EventEmitter } from 'node:events'
import type { Stroke } from './decode.ts'

const sequences: Record<string, string> = {
  enter: '\r',
  tab: '\t',
  backspace: '\x7f',
  delete: '\x1b[3~',
  esc: '\x1b',
  up: '\x1b[A',
  down: '\x1b[B',
  right: '\x1b[C',
  left: '\x1b[D',
}

/** What Ink reads instead of the terminal: only the strokes the router means for a focused text field. */
export class InkInput extends EventEmitter {
  readonly isTTY = true
  #next: string | null = null

  /** Gives a stroke to the field; false where a field cannot use it. Resolves once React has drawn it, for a field reads its old value until then. */
  async give(stroke: Stroke): Promise<boolean> {
    const text = 'paste' in stroke ? stroke.paste.join(' ') : (stroke.text ?? sequences[stroke.key])
    if (text === undefined) return false
    this.#next = text
    this.emit('readable')
    await new Promise(resolve => setImmediate(resolve))
    return true
  }

  read(): string | null {
    const text = this.#next
    this.#next = null
    return text
  }

  setEncoding(): this {
    return this
  }

  setRawMode(): this {
    return this
  }

  ref(): this {
    return this
  }

  unref(): this {
    return this
  }
}
