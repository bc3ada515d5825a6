import { type CalendarEvent, calendar, type Entry } from '../../../src/contract/calendar.ts'
import type { Shell } from '../../shell/shell.ts'

/** A selection that moves on sooner is not asked about. */
const rests = 120

/** What is known of the selected event beyond its row, asked for when the selection rests on it. */
export class Details {
  readonly #shell: Shell
  #of: Entry | null = null
  #value: CalendarEvent | null = null
  #timer: NodeJS.Timeout | undefined

  constructor(shell: Shell) {
    this.#shell = shell
  }

  /** As it was last read; read again whenever the event itself is a new one. */
  of(entry: Entry): CalendarEvent | undefined {
    if (this.#of !== entry) {
      this.#of = entry
      clearTimeout(this.#timer)
      this.#timer = setTimeout(() => void this.#read(entry), rests)
      this.#timer.unref()
    }
    return this.#value?.id === entry.id ? this.#value : undefined
  }

  async #read(entry: Entry): Promise<void> {
    try {
      const found = await this.#shell.client.call(calendar.get, { id: entry.id })
      if (this.#of !== entry) return
      this.#value = found
      this.#shell.signal.soon()
    } catch {
      // It is gone: the list will say so.
    }
  }
}
