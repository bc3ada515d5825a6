import type { ReactNode } from 'react'
import type { Action } from '../actions/registry.ts'
import type { Bindings } from '../keys/bindings.ts'
import type { Shell } from '../shell/shell.ts'
import type { Filter } from './filter.ts'
import type { Slip } from './slips.ts'

/** The rectangle a side of a pane is drawn in, and whether the keys go to it. */
export interface Box {
  width: number
  height: number
  focused: boolean
}

export type Side = 'list' | 'detail'

/** How far a key moves: by rows, by pages, or to an end. `scrolls`: what is in view moves, as by a wheel. */
export type Motion = { rows: number; scrolls?: true } | { pages: number } | 'home' | 'end'

/** Where in a side of a pane somebody pressed, counted from its first cell. */
export interface Spot {
  x: number
  y: number
}

/** What was pressed: what was selected before, something else, which is selected now, or nothing. */
export type Picked = 'same' | 'other' | null

/** Something the palette finds by name and opens. */
export interface Findable {
  id: string
  title: string
  words?: string
  open(): void | Promise<void>
}

/** Ids of what an action would be for: what is selected, and what is marked. */
export interface Held {
  readonly held: readonly string[]
  /** When the selection last became another without the person. */
  readonly slip: Slip | null
}

/** A list whose selection lasts: through filters, other panes and the next start; by id, never by row. */
export interface Lasting extends Held {
  /** The id of what is selected, or will be once it is there. */
  readonly at: string | null
  select(id: string): void
}

/** One tab. It draws a list and, beside or under it, what is selected; everything it can do is in its actions. */
export interface Pane {
  /** Also the name of its place, for keys that work anywhere in it. */
  readonly id: string
  /** As short as a tab is. */
  readonly tab: string
  readonly title: string
  readonly actions: readonly Action<Shell, never>[]
  readonly keys: Bindings
  /** Where the keys are, the narrowest place first, without `everywhere`. */
  places(side: Side): readonly string[]
  /** Ids of the actions the footer names, the most wanted first. */
  hints(side: Side): readonly string[]
  list(box: Box): ReactNode
  /** Absent where the list is all there is. */
  detail?(box: Box): ReactNode
  /** How much of the height the detail has under the list; three tenths where it is not said. */
  readonly share?: number
  /** Rows its list has anything for; the detail under it gets the rest. All of them where it is not said. */
  readonly wants?: number
  /** How much of the width the list has beside the detail; about a third where it is not said. */
  readonly broad?: number | undefined
  /** Its lists, by the names their selections are kept under. */
  readonly lists?: Readonly<Record<string, Lasting>>
  /** What the keys are for now, where that is not what is selected in all of its lists. */
  hand?(): readonly Held[]
  /** `under`: where a wheel turned, for a side that holds several lists. */
  move(motion: Motion, side: Side, under?: { spot: Spot; box: Box }): void
  /** Selects what is drawn at a spot; absent where nothing there can be selected. */
  pick?(spot: Spot, side: Side, box: Box): Picked
  /** What the `/` of the list narrows; absent where nothing can be filtered. */
  filter?: Filter
  /** `/` while the keys are in the detail; absent: the list is filtered. */
  search?(): void
  /** After its name on the tab: what waits. */
  badge?(): string
  /** What the palette finds by name, of what is at hand. */
  objects?(): readonly Findable[]
  /** What the palette finds by asking: what holds these words. */
  finds?(query: string, signal: AbortSignal): Promise<readonly Findable[]>
  /** Selects what a search found, wherever in it that lies. */
  reveal?(id: string): void | Promise<void>
  /** It came into view. */
  opened?(): void
  /** It went out of view: what it follows can rest. */
  closed?(): void
  /** One level up inside it; false where it is at its top. */
  up?(side: Side): boolean
  /** What is kept for the next start, as JSON, and given back then. */
  remember?(): unknown
  recall?(kept: unknown): void
}

export type MakePane = (shell: Shell) => Pane
