const resets =
  '\x1b[?47l\x1b[?9l\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1004l\x1b[?1005l\x1b[?1006l\x1b[?1015l\x1b[?2004l\x1b[?1l\x1b>\x1b[?6l\x1b[4l\x1b[?7h\x1b[?25h\x1b[0 q\x1b[>4;0m\x1b(B\x0f\x1b[m'

/** What can be switched on in a terminal, and the bytes that undo it. The only place that knows either. */
const pairs = {
  alternateScreen: { on: '\x1b[?1049h\x1b[H', off: '\x1b[?1049l' },
  hiddenCursor: { on: '\x1b[?25l', off: '\x1b[?25h' },
  noWrap: { on: '\x1b[?7l', off: '\x1b[?7h' },
  bracketedPaste: { on: '\x1b[?2004h', off: '\x1b[?2004l' },
  /** Presses and the wheel, in decimal numbers; no movement. */
  mouse: { on: '\x1b[?1000h\x1b[?1006h', off: '\x1b[?1006l\x1b[?1000l' },
  /** Whatever a program that has the terminal may switch on, should it not come to switch it off. */
  anything: { on: '', off: `${resets}\x1b[999;1H\r\n` },
} as const

export type Mode = keyof typeof pairs

/** For the compositor: a screen of our own, and nothing in it moves by itself. */
export const screenModes: readonly Mode[] = ['alternateScreen', 'hiddenCursor', 'noWrap', 'bracketedPaste']
/** For a screen reader: its text stays where it was spoken from. */
export const readerModes: readonly Mode[] = ['bracketedPaste']

/** Switches off what a program that had the terminal may have left on, and leaves its cursor where it is. */
export const tidied = `\x1b7${resets}\x1b[r\x1b8`

/** Ends whatever a half-written frame may have left open: a string, a colour, scroll margins, a held-back frame. */
const settle = '\x1b\\\x1b[m\x1b[r\x1b[?2026l'

/** Which modes are on. Leaving undoes those, last first, and nothing else. */
export class Modes {
  readonly #on: Mode[] = []

  enter(modes: readonly Mode[]): string {
    const added = modes.filter(mode => !this.#on.includes(mode))
    this.#on.push(...added)
    return added.map(mode => pairs[mode].on).join('')
  }

  /** Undoes one, the others stay. */
  drop(mode: Mode): string {
    const at = this.#on.indexOf(mode)
    if (at < 0) return ''
    this.#on.splice(at, 1)
    return pairs[mode].off
  }

  leave(): string {
    if (this.#on.length === 0) return ''
    const undo = this.#on.splice(0).reverse()
    return settle + undo.map(mode => pairs[mode].off).join('')
  }
}
