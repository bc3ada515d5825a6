import { EventEmitter, once } from 'node:events'
import { edits } from '../widgets/field-state.ts'
import type { Stroke } from './decode.ts'

/** What Ink reads instead of the terminal: only the strokes the router means for a focused text field. */
export class InkInput extends EventEmitter {
  readonly isTTY = true
  #next: string | null = null

  /** Gives a stroke to the field; false where a field cannot use it. Resolves once React has drawn it, for a field reads its old value until then. */
  async give(stroke: Stroke): Promise<boolean> {
    if ('key' in stroke && edits(stroke.key)) return this.#edit(stroke.key)
    const text = 'paste' in stroke ? stroke.paste.join(' ') : stroke.text
    if (text === undefined) return false
    this.#next = text
    this.emit('readable')
    await new Promise(resolve => setImmediate(resolve))
    return true
  }

  /** A moved cursor is drawn by a new input, which says when it listens; a field that went away meanwhile says nothing. */
  async #edit(key: string): Promise<boolean> {
    const gone = new AbortController()
    const drawn = once(this, 'edited', { signal: gone.signal }).catch(() => undefined)
    const heard = this.emit('edit', key)
    const timer = setTimeout(() => gone.abort(), heard ? 100 : 0)
    await drawn
    clearTimeout(timer)
    return heard
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
