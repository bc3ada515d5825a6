import type { Held, Pane, Side } from '../panes/pane.ts'
import { isFresh, type Slip } from '../panes/slips.ts'

/** What goes so soon after something was done with it went because of that. */
const ownFor = 2000
const keptFor = 10_000

/** What a key would hit, and whether the person can have meant it. */
export class Aim {
  readonly #at: { readonly pane: Pane; readonly side: Side }
  /** What the person did something with, and when. */
  readonly #done = new Map<string, number>()
  #last: readonly string[] = []

  constructor(at: { readonly pane: Pane; readonly side: Side }) {
    this.#at = at
  }

  /** What is selected in the pane that is shown, and which pane that is. */
  get hand(): string {
    return JSON.stringify([this.#at.pane.id, ...this.#lists.map(({ held }) => held)])
  }

  /** Whether what is selected has just become another by itself. In a list, what is marked is what most keys are for. */
  get hasSlipped(): boolean {
    const isMarked = ({ held }: Held) => this.#at.side === 'list' && held.length > 1
    return this.#lists.some(one => !isMarked(one) && isFresh(one.slip) && !this.#isOwn(one.slip))
  }

  /** The person does something with what is selected. */
  take(): void {
    this.#note(this.#lists.flatMap(({ held }) => held))
  }

  /** What is done with it is still being asked. */
  goOn(): void {
    this.#note(this.#last)
  }

  get #lists(): readonly Held[] {
    const { pane } = this.#at
    return pane.hand?.() ?? Object.values(pane.lists ?? {})
  }

  #note(ids: readonly string[]): void {
    const now = performance.now()
    for (const [id, at] of this.#done) if (now - at > keptFor) this.#done.delete(id)
    for (const id of ids) this.#done.set(id, now)
    this.#last = ids
  }

  #isOwn({ from, at }: Slip): boolean {
    return at - (this.#done.get(from) ?? Number.NEGATIVE_INFINITY) < ownFor
  }
}
