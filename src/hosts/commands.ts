import { createHash } from 'node:crypto'

/** Something that really ran: on a machine, or to reach it. */
export interface Ran {
  /** When it last began. */
  at: number
  what: 'connect' | 'question' | 'stream' | 'terminal' | 'forward'
  /** The command or the script as it was; what it was given on standard input, secrets among it, is not kept. */
  text: string
  /** How it ended: null while it runs, or where that is not known. */
  code: number | null
  ms: number | null
  error: string | null
  /** How often the same ran, numbers and marks aside. */
  times: number
}

const MOST = 60
const LONGEST = 24_000

/** The last things that ran on one machine, the newest last. What is asked again and again is one of them. */
export class Commands {
  readonly #rows = new Map<string, Ran>()

  get rows(): readonly Ran[] {
    return [...this.#rows.values()]
  }

  /** Keeps it, runs it, and keeps how it ended. `code` reads that from what came of it. */
  async keep<T>(
    what: Ran['what'],
    text: string,
    run: () => Promise<T>,
    code: (came: T) => number | null = () => null,
  ): Promise<T> {
    const row = this.#begin(what, text)
    const began = performance.now()
    try {
      const came = await run()
      row.code = code(came)
      return came
    } catch (error) {
      row.error = error instanceof Error ? error.message : String(error)
      throw error
    } finally {
      row.ms = Math.round((performance.now() - began) * 10) / 10
    }
  }

  #begin(what: Ran['what'], text: string): Ran {
    const kept = text.length > LONGEST ? `${text.slice(0, LONGEST)}\n...` : text
    const same = `${what} ${kept.replace(/[0-9a-f]{24,}|\d+/g, '#')}`
    const key = createHash('sha1').update(same).digest('base64')
    const times = (this.#rows.get(key)?.times ?? 0) + 1
    const row: Ran = { at: Date.now(), what, text: kept, code: null, ms: null, error: null, times }
    this.#rows.delete(key)
    this.#rows.set(key, row)
    const [oldest] = this.#rows.keys()
    if (this.#rows.size > MOST) this.#rows.delete(oldest!)
    return row
  }
}
