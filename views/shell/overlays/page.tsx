import type { Stroke } from '../../keys/decode.ts'
import type { Screen } from '../../terminal/compositor.ts'
import { Frame } from '../../widgets/dialog.tsx'
import { Rows } from '../../widgets/rows.tsx'
import type { Over, Overlay } from '../overlay.ts'

/** What else can be done with what is read, by its key; `said` names the keys in the lower edge. */
export interface PageKeys {
  said: string
  keys: Readonly<Record<string, () => void>>
}

/** Something to read: rows that scroll, over everything. */
export class Page implements Overlay {
  readonly isRead = true
  #top = 0
  #height = 10
  #length = 0
  readonly #title: string
  readonly #rows: (width: number) => readonly string[]
  readonly #over: Over
  readonly #closed: () => void
  readonly #more: PageKeys | undefined

  constructor(
    title: string,
    rows: (width: number) => readonly string[],
    over: Over,
    closed = () => {},
    more?: PageKeys,
  ) {
    this.#title = title
    this.#rows = rows
    this.#over = over
    this.#closed = closed
    this.#more = more
  }

  stroke(stroke: Stroke): boolean {
    if ('paste' in stroke) return true
    const page = Math.max(1, this.#height - 1)
    const by: Record<string, number> = {
      j: 1,
      down: 1,
      enter: 1,
      k: -1,
      up: -1,
      pgdn: page,
      space: page,
      'ctrl+d': page,
      pgup: -page,
      'ctrl+u': -page,
      g: Number.NEGATIVE_INFINITY,
      home: Number.NEGATIVE_INFINITY,
      G: Number.POSITIVE_INFINITY,
      end: Number.POSITIVE_INFINITY,
    }
    const own = this.#more?.keys[stroke.key]
    if (own) own()
    else if (['esc', 'q', 'backspace', '?', '@'].includes(stroke.key)) this.cancel()
    else this.#top = Math.max(0, Math.min(this.#length - this.#height, this.#top + (by[stroke.key] ?? 0)))
    this.#over.changed()
    return true
  }

  cancel(): void {
    this.#over.close(this)
    this.#closed()
  }

  view(screen: Screen) {
    const width = Math.min(screen.columns, 100)
    const rows = this.#rows(width - 4)
    const height = Math.min(screen.rows, Math.max(3, rows.length + 2))
    this.#height = height - 2
    this.#length = rows.length
    this.#top = Math.max(0, Math.min(this.#top, rows.length - this.#height))
    const more = rows.length > this.#height
    return (
      <Frame
        title={
          more
            ? `${this.#title} ${this.#top + 1}-${Math.min(rows.length, this.#top + this.#height)} of ${rows.length}`
            : this.#title
        }
        screen={screen}
        width={width}
        height={height}
        glyphs={this.#over.glyphs}
        foot={this.#more?.said ?? (more ? 'j k PgDn move  Esc closes' : 'Esc closes')}
      >
        <Rows
          rows={rows.slice(this.#top, this.#top + this.#height)}
          width={width - 4}
          height={this.#height}
        />
      </Frame>
    )
  }
}
