import type { ReactNode } from 'react'
import type { Focus } from '../keys/router.ts'
import type { Spot } from '../panes/pane.ts'
import type { Screen } from '../terminal/compositor.ts'

/** Something over the panes that has the keys until it is gone. */
export interface Overlay extends Focus {
  view(screen: Screen): ReactNode
  /** It goes without an answer. */
  cancel(): void
  /** Somebody pressed at a cell of the screen. */
  pressed?(at: Spot, screen: Screen): void | Promise<void>
  /** It is read rather than chosen from: a wheel moves it by more than a row. */
  readonly isRead?: boolean
}

/** What an overlay needs of the shell. */
export interface Over {
  /** Gives a stroke to the text field in focus. */
  field(stroke: import('../keys/decode.ts').Stroke): Promise<boolean>
  /** What a field of several lines takes of a stroke. */
  lines(stroke: import('../keys/decode.ts').Stroke): import('../keys/decode.ts').Stroke
  /** Text through $EDITOR; null where it was left as it was. */
  edit(text: string, extension: string): Promise<string | null>
  readonly unsaved: import('./unsaved.ts').Unsaved
  changed(): void
  now(): number
  /** Says what became of something whose place on the screen is gone. */
  say(words: string, level?: import('../widgets/toasts.ts').Level): void
  /** Does what was chosen; a failure is said and ends nothing. */
  run(what: string, chosen: () => void | Promise<unknown>): void
  close(overlay: Overlay): void
  readonly glyphs: import('../widgets/text.ts').Glyphs
  /** What was typed into lines before, by their labels, the newest last. */
  readonly typed: Map<string, readonly string[]>
}
