import { join } from 'node:path'
import { type Instance, render } from 'ink'
import { describe, expect, test } from 'vitest'
import { InkInput } from '../../../views/keys/ink-input.ts'
import { Keyboard } from '../../../views/keys/keyboard.ts'
import { panes } from '../../../views/panes/index.ts'
import type { Host } from '../../../views/shell/host.ts'
import { openerOf } from '../../../views/shell/opener.ts'
import { editThrough } from '../../../views/shell/outside.ts'
import { rootOf } from '../../../views/shell/root.tsx'
import { Shell } from '../../../views/shell/shell.ts'
import { copySequence } from '../../../views/terminal/clipboard.ts'
import { Compositor } from '../../../views/terminal/compositor.ts'
import { loadInk } from '../../../views/terminal/load-ink.ts'
import type { Depth } from '../../../views/terminal/style.ts'
import { Emulator, type Size } from '../../peers/terminal.ts'
import { type TestWorkspace, testWorkspace } from '../../peers/workspace.ts'

export const sizes: Size[] = [
  { cols: 80, rows: 24 },
  { cols: 200, rows: 50 },
  { cols: 40, rows: 10 },
]

/** Text that would take a terminal over, widen a row or hide what follows. */
export const hostile =
  '\x1b[2J\x1b]0;owned\x07\x1b[5;5Hhere\x1bc\r\n\t\u202eabc\u200d👩‍👩‍👧 漢字\u0301\x9b31m\x1b[?1049l"\'<>'

export interface Look {
  size: Size
  depth: Depth
  unicode: boolean
}

/** Every size and every kind of terminal a flow has to work on: in colour, without, and without Unicode. */
export const looks: Look[] = sizes.slice(0, 2).flatMap(size => [
  { size, depth: 'true', unicode: true },
  { size, depth: 'mono', unicode: size.cols > 100 },
])

/** One thing a person does in a pane, told once and done on every look; the frame must be whole at its end. */
export function flow(
  title: string,
  pane: string,
  run: (stage: ScreenStage, look: Look) => Promise<void>,
): void {
  describe(`${pane}: ${title}`, () => {
    test.each(
      looks.map(
        look =>
          [`${look.size.cols}x${look.size.rows} ${look.depth}${look.unicode ? '' : ' ascii'}`, look] as const,
      ),
    )('%s', async (_, look) => {
      await using stage = await ScreenStage.open(look.size, pane, undefined, look)
      await run(stage, look)
      await stage.until(() => stage.isWhole)
      if (look.depth === 'mono') expect(stage.coloured).toEqual([])
      if (!look.unicode) expect(stage.screen.text()).not.toMatch(/[│┌┐└┘─•█▾…]/)
    })
  })
}

/** The whole screen on an emulated terminal over a workspace of its own. */
export class ScreenStage implements AsyncDisposable {
  readonly workspace: TestWorkspace
  readonly shell: Shell
  readonly screen: Emulator
  readonly copied: string[] = []
  /** Whether what is copied is known to be taken, once that is known. */
  taken: boolean | Promise<boolean> = true
  /** What `$EDITOR` is; a shell command that gets the file. */
  editor = 'true'
  #skew = 0
  readonly #keyboard: Keyboard
  readonly #compositor: Compositor
  readonly #ink: Instance
  /** Whether the workspace ends with the stage. */
  readonly #owned: boolean

  static async open(
    size: Size,
    pane: string,
    workspace?: TestWorkspace,
    { depth, unicode }: Pick<Look, 'depth' | 'unicode'> = { depth: 'true', unicode: true },
  ): Promise<ScreenStage> {
    await loadInk()
    return new ScreenStage(
      workspace ?? (await testWorkspace()),
      { size, depth, unicode },
      pane,
      workspace === undefined,
    )
  }

  private constructor(
    workspace: TestWorkspace,
    { size, depth, unicode }: Look,
    pane: string,
    owned: boolean,
  ) {
    this.workspace = workspace
    this.#owned = owned
    this.screen = new Emulator(size)
    const sink = {
      write: (bytes: string, done: () => void) => void this.screen.write(bytes).then(done),
    }
    const screen = { columns: size.cols, rows: size.rows }
    const pace = { interval: 0, bytesPerSecond: Number.POSITIVE_INFINITY }
    this.#compositor = new Compositor(sink, screen, { depth, unicode }, pace)
    const field = new InkInput()
    const host: Host = {
      unicode,
      settings: { keys: {}, readOnly: false, ascii: false, mouse: false, theme: 'auto' },
      version: '0.0.0-test',
      kept: null,
      unsaved: join(workspace.paths.state, 'unsaved'),
      field: stroke => field.give(stroke),
      now: () => performance.now() + this.#skew,
      repaint: () => this.#compositor.repaint(),
      suspend: () => {},
      copy: async text => {
        this.copied.push(text)
        return { ...copySequence(text, null), isTaken: await this.taken }
      },
      shape: { cols: size.cols, rows: size.rows, term: 'xterm-256color' },
      attach: async () => ({ code: 0, reason: null, said: '' }),
      plain: async () => {},
      ssh: ['ssh'],
      tmuxSocket: '',
      ithaca: 'ithaca',
      page: async () => {},
      edit: (text, extension) => editThrough(text, extension, { ...process.env, VISUAL: this.editor }),
      opener: openerOf('true', process.env, process.platform),
      quit: () => {},
    }
    this.shell = new Shell(host, screen, panes)
    this.#keyboard = new Keyboard(stroke => this.shell.stroke(stroke), false)
    this.#ink = render(rootOf(this.shell, this.#compositor), {
      stdout: this.#compositor.ink,
      stdin: field as unknown as NodeJS.ReadableStream,
      debug: true,
      interactive: true,
      exitOnCtrlC: false,
      patchConsole: false,
    })
    this.shell.go(pane)
    this.shell.live.start({
      carry: workspace.inside.carry,
      join: workspace.inside.join,
      mode: 'inside',
      url: '',
      lost: null,
      onChange: () => () => {},
      close: async () => {},
    })
  }

  /** Keys as a terminal sends them. */
  async press(...keys: string[]): Promise<void> {
    for (const key of keys) {
      this.#keyboard.bytes(Buffer.from(key))
      // An Escape is one only when nothing follows it.
      if (key === '\x1b') await new Promise(resolve => setTimeout(resolve, 40))
      await this.settled()
    }
  }

  async settled(): Promise<void> {
    // What one key changes is drawn together, at the end of its turn.
    await new Promise(resolve => setImmediate(resolve))
    await this.#ink.waitUntilRenderFlush()
    await this.#compositor.settled()
  }

  /** Time passes, without anybody waiting for it: a question that is on the screen now hears keys. */
  async later(ms = 1000): Promise<void> {
    await this.settled()
    this.#skew += ms
  }

  async until(seen: string | RegExp | (() => boolean)): Promise<void> {
    const satisfied = () => {
      if (typeof seen === 'function') return seen()
      const text = this.screen.text()
      return typeof seen === 'string' ? text.includes(seen) : seen.test(text)
    }
    const deadline = Date.now() + 10_000
    while (!satisfied() && Date.now() < deadline) {
      await new Promise(resolve => setTimeout(resolve, 2))
      await this.settled()
    }
    if (!satisfied()) throw new Error(`Never saw: ${seen}\nThe screen:\n${this.screen.text()}`)
  }

  /** The frame is whole: tabs above, keys below, nothing moved by what a text held. */
  get isWhole(): boolean {
    const rows = this.screen.rows()
    const { leftOn } = this.screen
    return /\[\d+ \S+/.test(rows[0]!) && /\? help$|: $|: |\/$/.test(rows.at(-1)!) && leftOn.length <= 1
  }

  /** Where a colour is shown. */
  get coloured(): string[] {
    const { cols, rows } = this.screen.size
    const cells = Array.from({ length: cols * rows }, (_, n) => [n % cols, Math.floor(n / cols)] as const)
    return cells.flatMap(([x, y]) => {
      const { fg } = this.screen.style(x, y)
      return fg === 'own' ? [] : [`${x},${y} ${fg}`]
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ink.unmount()
    this.shell.stop()
    this.shell.host.opener?.close()
    this.screen.dispose()
    if (this.#owned) await this.workspace[Symbol.asyncDispose]()
  }
}
