import { once } from 'node:events'
import xterm from '@xterm/headless'
import { type IPty, spawn } from 'node-pty'

export interface Size {
  cols: number
  rows: number
}

export interface CellStyle {
  fg: string
  bg: string
  attrs: string
}

/** A terminal that reads what a program writes: the screen a person would see, and the modes left on. */
export class Emulator {
  readonly #terminal: InstanceType<typeof xterm.Terminal>
  #cursorHidden = false
  #wrapOff = false

  constructor({ cols, rows }: Size) {
    this.#terminal = new xterm.Terminal({ cols, rows, allowProposedApi: true, scrollback: 200 })
    const watch = (final: 'h' | 'l', on: boolean) =>
      this.#terminal.parser.registerCsiHandler({ prefix: '?', final }, parameters => {
        if (parameters.includes(25)) this.#cursorHidden = !on
        if (parameters.includes(7)) this.#wrapOff = !on
        return false
      })
    watch('h', true)
    watch('l', false)
  }

  write(bytes: string | Uint8Array): Promise<void> {
    return new Promise(resolve => this.#terminal.write(bytes, resolve))
  }

  resize({ cols, rows }: Size): void {
    this.#terminal.resize(cols, rows)
  }

  get size(): Size {
    return { cols: this.#terminal.cols, rows: this.#terminal.rows }
  }

  /** The visible rows, blanks at their ends left out. */
  rows(): string[] {
    const { active } = this.#terminal.buffer
    return Array.from(
      { length: this.#terminal.rows },
      (_, y) => active.getLine(active.viewportY + y)?.translateToString(true) ?? '',
    )
  }

  /** The glyph of every cell; the second half of a wide one is empty. */
  cells(): string[][] {
    const { active } = this.#terminal.buffer
    return Array.from({ length: this.#terminal.rows }, (_, y) => {
      const line = active.getLine(active.viewportY + y)
      return Array.from({ length: this.#terminal.cols }, (_, x) => {
        const cell = line?.getCell(x)
        return cell?.getWidth() === 0 ? '' : cell?.getChars() || ' '
      })
    })
  }

  text(): string {
    return this.rows().join('\n')
  }

  glyph(x: number, y: number): string {
    const { active } = this.#terminal.buffer
    return (
      active
        .getLine(active.viewportY + y)
        ?.getCell(x)
        ?.getChars() || ' '
    )
  }

  style(x: number, y: number): CellStyle {
    const { active } = this.#terminal.buffer
    const cell = active.getLine(active.viewportY + y)?.getCell(x)
    if (!cell) throw new Error(`No cell at ${x},${y}.`)
    const colour = (mode: number, value: number) => (mode === 0 ? 'own' : `${mode >> 24}:${value}`)
    const attrs = [
      cell.isBold() && 'bold',
      cell.isDim() && 'dim',
      cell.isItalic() && 'italic',
      cell.isUnderline() && 'underline',
      cell.isInverse() && 'inverse',
      cell.isStrikethrough() && 'strike',
    ]
    return {
      fg: colour(cell.getFgColorMode(), cell.getFgColor()),
      bg: colour(cell.getBgColorMode(), cell.getBgColor()),
      attrs: attrs.filter(Boolean).join(' '),
    }
  }

  get cursor(): { x: number; y: number } {
    return { x: this.#terminal.buffer.active.cursorX, y: this.#terminal.buffer.active.cursorY }
  }

  /** Modes that are not as a fresh terminal has them: empty once it was given back clean. */
  get leftOn(): string[] {
    const { modes, buffer } = this.#terminal
    return [
      buffer.active.type === 'alternate' && 'alternate screen',
      modes.bracketedPasteMode && 'bracketed paste',
      modes.sendFocusMode && 'focus reports',
      modes.mouseTrackingMode !== 'none' && 'mouse',
      modes.applicationCursorKeysMode && 'application keys',
      modes.synchronizedOutputMode && 'synchronized output',
      this.#cursorHidden && 'hidden cursor',
      this.#wrapOff && 'no wrap',
    ].filter(mode => mode !== false)
  }

  dispose(): void {
    this.#terminal.dispose()
  }
}

export interface PtyOptions extends Partial<Size> {
  env?: Record<string, string | undefined>
  cwd?: string
  /** How long `until` waits before it says what it saw instead. */
  patience?: number
}

/** A program in a real pseudo-terminal, read back through an emulator. */
export class Pty {
  readonly pty: IPty
  readonly screen: Emulator
  readonly exited: Promise<{ exitCode: number; signal?: number }>
  /** Everything it wrote, for counting. */
  bytes = 0
  readonly #patience: number
  #changed = new EventTarget()
  #pending: Promise<void> = Promise.resolve()

  constructor(file: string, args: string[], options: PtyOptions = {}) {
    const { cols = 80, rows = 24, cwd = process.cwd(), patience = 15_000 } = options
    const env = { ...process.env, TERM: 'xterm-256color', LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8', ...options.env }
    const given = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined)
    this.#patience = patience
    this.screen = new Emulator({ cols, rows })
    this.pty = spawn(file, args, { cols, rows, cwd, env: Object.fromEntries(given) })
    this.pty.onData(data => {
      this.bytes += Buffer.byteLength(data)
      this.#pending = this.screen
        .write(data)
        .then(() => void this.#changed.dispatchEvent(new Event('change')))
    })
    this.exited = new Promise(resolve => this.pty.onExit(resolve))
  }

  send(keys: string): void {
    this.pty.write(keys)
  }

  /** Resolves at the moment it writes this, without waiting for the screen. */
  wrote(text: string): Promise<void> {
    return new Promise(resolve => {
      let seen = ''
      const listening = this.pty.onData(data => {
        seen = (seen + data).slice(-data.length - text.length)
        if (!seen.includes(text)) return
        listening.dispose()
        resolve()
      })
    })
  }

  resize(size: Size): void {
    this.screen.resize(size)
    this.pty.resize(size.cols, size.rows)
  }

  /** Waits until the screen satisfies `seen`; a string means that it is on the screen. */
  async until(seen: string | RegExp | ((screen: Emulator) => boolean), what = String(seen)): Promise<void> {
    const satisfied = () =>
      typeof seen === 'function'
        ? seen(this.screen)
        : typeof seen === 'string'
          ? this.screen.text().includes(seen)
          : seen.test(this.screen.text())
    const deadline = AbortSignal.timeout(this.#patience)
    while (!satisfied()) {
      try {
        await once(this.#changed, 'change', { signal: deadline })
      } catch {
        if (satisfied()) return
        throw new Error(`Never saw: ${what}\nThe screen:\n${this.screen.text()}`)
      }
    }
  }

  /** Waits for the end and for everything it wrote to be on the screen. */
  async end(): Promise<{ exitCode: number; signal?: number }> {
    const ended = await this.exited
    await this.#pending
    return ended
  }

  kill(): void {
    try {
      this.pty.kill('SIGKILL')
    } catch {
      // It ended by itself.
    }
    this.screen.dispose()
  }
}
