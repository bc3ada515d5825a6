import type { Instance } from 'ink'
import type { ReactNode } from 'react'
import type { Stroke } from '../keys/decode.ts'
import { InkInput } from '../keys/ink-input.ts'
import { Keyboard } from '../keys/keyboard.ts'
import type { Capabilities } from '../terminal/capabilities.ts'
import { Compositor, localPace, remotePace } from '../terminal/compositor.ts'
import { loadInk } from '../terminal/load-ink.ts'
import { type Ending, Terminal } from '../terminal/terminal.ts'

export interface ScreenHandlers {
  stroke(stroke: Stroke): void | Promise<void>
  ending(signal: Ending): void
}

/** A terminal taken over: painted at once, with Ink on top as soon as it is loaded. */
export interface OpenScreen {
  readonly compositor: Compositor
  readonly terminal: Terminal
  /** Where the router sends strokes meant for a focused text field. */
  readonly field: InkInput
  mount(node: ReactNode): Promise<Instance>
  close(): void
}

/** Takes the terminal and paints `chrome(columns, rows)`, one string a row, before anything heavy is loaded. */
export function openScreen(
  capabilities: Capabilities,
  chrome: (columns: number, rows: number) => string[],
  handlers: ScreenHandlers,
): OpenScreen {
  const { depth, unicode, remote } = capabilities
  let ink: Instance | undefined
  const keyboard = new Keyboard(stroke => {
    compositor.hurry()
    return handlers.stroke(stroke)
  }, remote)
  const paintChrome = () => {
    const { columns, rows } = terminal.screen
    if (!ink) compositor.frame(chrome(columns, rows).join('\n'))
  }
  const terminal: Terminal = new Terminal(process.stdin, process.stdout, {
    input: bytes => keyboard.bytes(bytes),
    resize: screen => {
      compositor.resize(screen)
      paintChrome()
    },
    released: () => compositor.pause(),
    taken: () => compositor.resume(),
    ending: handlers.ending,
  })
  const compositor = new Compositor(
    terminal,
    terminal.screen,
    { depth, unicode },
    remote ? remotePace : localPace,
  )
  const field = new InkInput()
  terminal.open()
  paintChrome()
  return {
    compositor,
    terminal,
    field,
    async mount(node) {
      const { render } = await loadInk()
      ink = render(node, {
        stdout: compositor.ink,
        stdin: field as unknown as NodeJS.ReadableStream,
        debug: true,
        interactive: true,
        exitOnCtrlC: false,
        patchConsole: false,
      })
      return ink
    },
    close() {
      compositor.pause()
      ink?.unmount()
      terminal.close()
    },
  }
}
