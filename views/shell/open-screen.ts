import type { Instance, RenderOptions, render } from 'ink'
import type { ReactNode } from 'react'
import type { Input } from '../keys/decode.ts'
import { InkInput } from '../keys/ink-input.ts'
import { Keyboard, type Overtaking } from '../keys/keyboard.ts'
import type { Capabilities } from '../terminal/capabilities.ts'
import { Compositor, localPace, remotePace, type Screen } from '../terminal/compositor.ts'
import { InkStream } from '../terminal/ink-stream.ts'
import { readerModes, screenModes } from '../terminal/modes.ts'
import { type Ending, Terminal } from '../terminal/terminal.ts'

/** Ink's own, given once it is loaded. */
type Render = typeof render

export interface ScreenHandlers {
  /** What the person did. The next stroke waits until this is settled. */
  stroke(input: Input): void | Promise<void>
  resize(screen: Screen): void
  ending(signal: Ending): void
  /** Keys that wait for no other. */
  overtakes?(key: string): Overtaking
  /** What to say while the program is stopped. */
  stopping?(): readonly string[]
}

/** A terminal taken over: painted at once, with Ink on top as soon as it is loaded. */
export interface OpenScreen {
  readonly terminal: Terminal
  /** Null for a screen reader, where Ink writes its own linear text. */
  readonly compositor: Compositor | null
  /** Where the router sends strokes meant for a focused text field. */
  readonly field: InkInput
  mount(render: Render, node: ReactNode): Instance
  close(): void
}

/** Takes the terminal and paints `chrome`, one string a row, before anything heavy is loaded. */
export function openScreen(
  capabilities: Capabilities,
  chrome: (screen: Screen) => string[],
  handlers: ScreenHandlers,
): OpenScreen {
  return capabilities.view === 'reader'
    ? openReader(handlers, capabilities.remote)
    : openPainted(capabilities, chrome, handlers)
}

function openPainted(
  { depth, unicode, remote }: Capabilities,
  chrome: (screen: Screen) => string[],
  handlers: ScreenHandlers,
): OpenScreen {
  const hurried = (stroke: Input) => {
    compositor.hurry()
    return handlers.stroke(stroke)
  }
  const keyboard = new Keyboard(hurried, remote, key => handlers.overtakes?.(key))
  const terminal: Terminal = new Terminal(process.stdin, process.stdout, screenModes, {
    input: bytes => keyboard.bytes(bytes),
    resize: screen => {
      compositor.resize(screen)
      paintChrome(screen)
      handlers.resize(screen)
    },
    released: () => {
      keyboard.drop()
      compositor.pause()
    },
    taken: () => compositor.resume(),
    ending: handlers.ending,
    stopping: () => handlers.stopping?.() ?? [],
  })
  const pace = remote ? remotePace : localPace
  const compositor = new Compositor(terminal, terminal.screen, { depth, unicode }, pace)
  const opened = withInk(terminal, compositor.ink, { debug: true })
  const paintChrome = (screen: Screen) => {
    if (!opened.mounted()) compositor.frame(chrome(screen).join('\n'))
  }
  terminal.open()
  paintChrome(terminal.screen)
  return { ...opened, terminal, compositor }
}

function openReader(handlers: ScreenHandlers, remote: boolean): OpenScreen {
  const keyboard = new Keyboard(
    stroke => handlers.stroke(stroke),
    remote,
    key => handlers.overtakes?.(key),
  )
  const terminal: Terminal = new Terminal(process.stdin, process.stdout, readerModes, {
    input: bytes => keyboard.bytes(bytes),
    resize: screen => {
      stream.resize(screen.columns, screen.rows)
      handlers.resize(screen)
    },
    released: () => keyboard.drop(),
    taken: () => {},
    ending: handlers.ending,
    stopping: () => handlers.stopping?.() ?? [],
  })
  const { columns, rows } = terminal.screen
  const stream = new InkStream(columns, rows, text => terminal.write(text, () => {}))
  terminal.open()
  return { ...withInk(terminal, stream, { isScreenReaderEnabled: true }), terminal, compositor: null }
}

function withInk(terminal: Terminal, stdout: InkStream, options: RenderOptions) {
  let ink: Instance | undefined
  const field = new InkInput()
  return {
    field,
    mounted: () => ink !== undefined,
    mount(render: Render, node: ReactNode) {
      const stdin = field as unknown as NodeJS.ReadableStream
      ink = render(node, {
        ...options,
        stdout,
        stdin,
        interactive: true,
        exitOnCtrlC: false,
        patchConsole: false,
      })
      return ink
    },
    /** The terminal first: what Ink still writes while it unmounts has nowhere to go. */
    close() {
      terminal.close()
      ink?.unmount()
    },
  }
}
