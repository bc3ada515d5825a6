import type { Terminal, TerminalShape } from '../../src/contract/terminal.ts'
import type { Stroke } from '../keys/decode.ts'
import type { Copied } from '../terminal/clipboard.ts'
import type { Relayed } from '../terminal/relay.ts'
import type { Opener } from './opener.ts'

export interface ScreenSettings {
  keys: Readonly<Record<string, readonly string[]>>
  readOnly: boolean
  ascii: boolean
  mouse: boolean
  theme: string
  /** What opens a file; the desktop's own where it is not said. */
  open?: string
}

/** What the shell needs of the terminal and the process it runs in. */
export interface Host {
  readonly unicode: boolean
  readonly settings: ScreenSettings
  /** The settings as they are in their file now; absent where nobody follows them. */
  readSettings?(): Promise<ScreenSettings>
  readonly version: string
  /** How a person would call ssh, and where the tmux of this machine's serves listens. */
  readonly ssh: readonly string[]
  readonly tmuxSocket: string
  /** How a person calls the program for the workspace of this screen: `ithaca --demo`. */
  readonly ithaca: string
  /** What the last screen left for this one. */
  readonly kept: string | null
  /** The folder for what was written in $EDITOR until it is saved. */
  readonly unsaved: string
  /** Gives a stroke to the text field in focus. */
  field(stroke: Stroke): Promise<boolean>
  /** Milliseconds since some moment, by a clock that nobody sets. */
  now(): number
  repaint(): void
  suspend(): void
  /** Has the terminal report what its mouse does, or leaves that to the terminal; absent where nothing is drawn to be pressed. */
  mouse?(on: boolean): void
  copy(text: string): Promise<Copied & { isTaken: boolean }>
  /** What somebody sits at, for a program that draws on it. */
  readonly shape: TerminalShape
  /** Lends the screen to a terminal elsewhere until that ends. */
  attach(far: Terminal): Promise<Relayed>
  /** Rows as they are, without a screen of ours, until a key is pressed. */
  plain(rows: readonly string[]): Promise<void>
  page(text: string): Promise<void>
  edit(text: string, extension: string): Promise<string | null>
  /** Absent on a screen that is only printed. */
  readonly opener?: Opener
  /** Leaves a daemon behind that goes on with reminders, tokens and serves; absent where one is there already. */
  daemon?(): Promise<void>
  /** Opens the demo on this terminal, and comes back when it is left. */
  demo?(): Promise<void>
  quit(): void
}
