import { type Instance, render } from 'ink'
import type { ReactNode } from 'react'
import { InkInput } from '../../../views/keys/ink-input.ts'
import { Keyboard } from '../../../views/keys/keyboard.ts'
import { Compositor } from '../../../views/terminal/compositor.ts'
import type { Depth } from '../../../views/terminal/style.ts'
import { CompositorContext } from '../../../views/widgets/painted.tsx'
import { Emulator, type Size } from '../../peers/terminal.ts'

/** Components on an emulated terminal, through Ink and the compositor, with a keyboard whose strokes go to the focused field. */
export class Stage implements Disposable {
  readonly screen: Emulator
  readonly compositor: Compositor
  readonly field = new InkInput()
  readonly keyboard: Keyboard
  #ink: Instance | undefined
  bytes = ''

  constructor(size: Size, { depth = 'true' as Depth, unicode = true } = {}) {
    this.screen = new Emulator(size)
    const sink = {
      write: (bytes: string, done: () => void) => {
        this.bytes += bytes
        void this.screen.write(bytes).then(done)
      },
    }
    const pace = { interval: 0, bytesPerSecond: Number.POSITIVE_INFINITY }
    this.compositor = new Compositor(sink, { columns: size.cols, rows: size.rows }, { depth, unicode }, pace)
    this.keyboard = new Keyboard(async stroke => {
      if (!('wheel' in stroke)) await this.field.give(stroke)
    }, false)
  }

  async show(node: ReactNode): Promise<void> {
    const tree = <CompositorContext value={this.compositor}>{node}</CompositorContext>
    if (this.#ink) this.#ink.rerender(tree)
    else
      this.#ink = render(tree, {
        stdout: this.compositor.ink,
        stdin: this.field as unknown as NodeJS.ReadableStream,
        debug: true,
        interactive: true,
        exitOnCtrlC: false,
        patchConsole: false,
      })
    await this.settled()
  }

  async settled(): Promise<void> {
    await this.#ink?.waitUntilRenderFlush()
    await this.compositor.settled()
  }

  async until(seen: string | (() => boolean)): Promise<void> {
    const satisfied = () => (typeof seen === 'string' ? this.screen.text().includes(seen) : seen())
    for (let turn = 0; turn < 3000 && !satisfied(); turn++)
      await new Promise(resolve => setTimeout(resolve, 1))
    if (!satisfied()) throw new Error(`Never saw: ${seen}\nThe screen:\n${this.screen.text()}`)
  }

  [Symbol.dispose](): void {
    this.#ink?.unmount()
    this.screen.dispose()
  }
}
