import { type Instance, render } from 'ink'
import type { Carry, Join } from '../../../src/client/client.ts'
import type { Terminal } from '../../../src/contract/terminal.ts'
import { InkInput } from '../../../views/keys/ink-input.ts'
import { Keyboard } from '../../../views/keys/keyboard.ts'
import { panes } from '../../../views/panes/index.ts'
import type { Host } from '../../../views/shell/host.ts'
import { rootOf } from '../../../views/shell/root.tsx'
import { Shell } from '../../../views/shell/shell.ts'
import type { Link } from '../../../views/store/live.ts'
import { copySequence } from '../../../views/terminal/clipboard.ts'
import { Compositor } from '../../../views/terminal/compositor.ts'
import { lastWords, type Relayed } from '../../../views/terminal/relay.ts'
import type { Depth } from '../../../views/terminal/style.ts'
import { Emulator, type Size } from '../../peers/terminal.ts'

export interface StageOptions {
  /** Sees every byte that goes to the terminal. */
  wrote?: (bytes: string) => void
  depth?: Depth
  unicode?: boolean
  kept?: string | null
  readOnly?: boolean
  mouse?: boolean
  keys?: Record<string, string[]>
  daemon?: () => Promise<void>
  join?: Join
  mode?: Link['mode']
}

/** Counts what Ink drew: what is on the screen is only known as long as it draws nothing. */
class Watched extends Compositor {
  inked = 0

  override frame(text: string): void {
    this.inked++
    super.frame(text)
  }
}

/** The whole screen on an emulated terminal, over a real API, with a keyboard. */
export class ScreenStage implements Disposable {
  readonly screen: Emulator
  readonly compositor: Watched
  readonly shell: Shell
  readonly link: Link & { lost: Link['lost'] }
  readonly ran: (readonly string[])[] = []
  readonly copied: string[] = []
  /** Whether what is copied is known to be taken, once that is known. */
  taken: boolean | Promise<boolean> = true
  bytes = 0
  quits = 0
  #far: Terminal | null = null
  #skew = 0
  readonly #keyboard: Keyboard
  readonly #ink: Instance

  constructor(carry: Carry, size: Size, options: StageOptions = {}) {
    const { depth = 'true', unicode = true, kept = '{}' } = options
    this.screen = new Emulator(size)
    const sink = {
      write: (bytes: string, done: () => void) => {
        this.bytes += Buffer.byteLength(bytes)
        options.wrote?.(bytes)
        void this.screen.write(bytes).then(done)
      },
    }
    const pace = { interval: 0, bytesPerSecond: Number.POSITIVE_INFINITY }
    this.compositor = new Watched(sink, { columns: size.cols, rows: size.rows }, { depth, unicode }, pace)
    const field = new InkInput()
    const host: Host = {
      unicode,
      settings: {
        keys: options.keys ?? {},
        readOnly: options.readOnly ?? false,
        ascii: false,
        mouse: options.mouse ?? false,
        theme: 'auto',
      },
      version: '0.0.0-test',
      kept,
      unsaved: '',
      ssh: ['ssh'],
      tmuxSocket: '/nowhere/tmux.sock',
      ithaca: 'ithaca --demo',
      field: stroke => field.give(stroke),
      now: () => performance.now() + this.#skew,
      repaint: () => this.compositor.repaint(),
      suspend: () => {},
      mouse: () => {},
      copy: async text => {
        this.copied.push(text)
        return { ...copySequence(text, null), isTaken: await this.taken }
      },
      shape: { cols: size.cols, rows: size.rows, term: 'xterm-256color' },
      attach: far => this.#lend(far),
      plain: async rows => void this.ran.push(rows),
      page: async text => void this.ran.push([text]),
      edit: async () => null,
      quit: () => this.quits++,
      ...(options.daemon ? { daemon: options.daemon } : {}),
    }
    this.shell = new Shell(host, { columns: size.cols, rows: size.rows }, panes)
    this.#keyboard = new Keyboard(async stroke => {
      this.compositor.hurry()
      await this.shell.stroke(stroke)
    }, false)
    this.link = {
      carry,
      join: options.join ?? (() => Promise.reject(new Error('This stage has no terminals.'))),
      mode: options.mode ?? 'inside',
      url: 'http://127.0.0.1:7000',
      lost: null,
      onChange: () => () => {},
      close: async () => {},
    }
    this.#ink = render(rootOf(this.shell, this.compositor), {
      stdout: this.compositor.ink,
      stdin: field as unknown as NodeJS.ReadableStream,
      debug: true,
      interactive: true,
      exitOnCtrlC: false,
      patchConsole: false,
    })
    void this.shell.begin(this.link)
  }

  /** Bytes as a terminal sends them. */
  send(keys: string): void {
    if (this.#far) this.#far.stream.write(keys)
    else this.#keyboard.bytes(Buffer.from(keys))
  }

  resize(size: Size): void {
    this.screen.resize(size)
    this.compositor.resize({ columns: size.cols, rows: size.rows })
    this.shell.resize({ columns: size.cols, rows: size.rows })
  }

  /** Waits until the screen shows this. */
  async until(seen: string | RegExp | ((screen: Emulator) => boolean)): Promise<void> {
    const satisfied = () =>
      typeof seen === 'function'
        ? seen(this.screen)
        : typeof seen === 'string'
          ? this.screen.text().includes(seen)
          : seen.test(this.screen.text())
    const deadline = Date.now() + 15_000
    while (!satisfied() && Date.now() < deadline) await new Promise(resolve => setTimeout(resolve, 5))
    if (!satisfied()) throw new Error(`Never saw: ${seen}\nThe screen:\n${this.screen.text()}`)
  }

  /** What a terminal elsewhere shows is on this one, and its keys are ours, until it ends. */
  async #lend(far: Terminal): Promise<Relayed> {
    this.#far = far
    this.compositor.pause()
    let said = ''
    for await (const piece of far.stream) {
      said += String(piece)
      await this.screen.write(piece as Buffer)
    }
    this.#far = null
    this.compositor.resume()
    return { ...(await far.ended), said: lastWords(said) }
  }

  async settled(): Promise<void> {
    // What one key changes is drawn together, at the end of its turn.
    await new Promise(resolve => setImmediate(resolve))
    await this.#ink.waitUntilRenderFlush()
    await this.compositor.settled()
  }

  /** Looks when what the screen shows is what there is: nothing has changed since it was drawn. */
  async calm<Seen>(look: () => Seen): Promise<Seen> {
    for (;;) {
      // To wait for Ink may make it draw the same again: what counts is what the terminal was sent.
      const [{ version }, { frames }] = [this.shell.signal, this.compositor.written]
      await this.settled()
      if (this.shell.signal.version === version && this.compositor.written.frames === frames) return look()
    }
  }

  /** Time passes, without anybody waiting for it: a question that is on the screen now hears keys. */
  async later(ms = 1000): Promise<void> {
    await this.settled()
    this.#skew += ms
  }

  /** The first row shows the tabs and the last one the keys, or a line of input: nothing has torn the frame. */
  get isWhole(): boolean {
    const rows = this.screen.rows()
    const covered = this.shell.overlays.length > 0
    const [head, foot] = [rows[0]!, rows.at(-1)!]
    return covered || (/\[\d \w+/.test(head) && (this.shell.line !== null || foot.includes('? help')))
  }

  /** The first row that is not as it is when all is drawn anew; null where what changed was all that was drawn. */
  async stale(): Promise<string | null> {
    const look = () => this.screen.cells().map(row => row.join(''))
    const [before, drawn] = await this.calm(() => [look(), this.compositor.inked] as const)
    this.compositor.repaint()
    await this.compositor.settled()
    // Something else was drawn meanwhile, or a log may have: nothing can be told.
    if (this.compositor.inked !== drawn || this.shell.pane.id === 'cook') return null
    const after = look()
    const y = before.findIndex((row, at) => row !== after[at])
    return y < 0 ? null : `row ${y}: ${before[y]} instead of ${after[y]}`
  }

  [Symbol.dispose](): void {
    this.shell.stop()
    this.#ink.unmount()
    this.screen.dispose()
  }
}
