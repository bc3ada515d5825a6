/** Places worth jumping to, by the letter that stands for them on the scrollbar: cause, error, match, mark. */
export type TickKind = 'C' | 'e' | '/' | 'm'

/** Where the places of each kind are in a log, in order. */
export class Ticks {
  readonly #places = new Map<TickKind, readonly number[]>()

  of(kind: TickKind): readonly number[] {
    return this.#places.get(kind) ?? []
  }

  set(kind: TickKind, places: readonly number[]): void {
    this.#places.set(kind, places)
  }

  toggle(kind: TickKind, place: number): undefined {
    const before = this.of(kind)
    const others = before.filter(other => other !== place)
    this.set(kind, others.length < before.length ? others : [...before, place].sort((a, b) => a - b))
  }

  clear(): void {
    this.#places.clear()
  }

  /** The next (1) or previous (-1) place from here; `round` where that is from one end of the log to the other. */
  next(kind: TickKind, from: number, direction: 1 | -1): { at: number; round: boolean } | undefined {
    const places = this.of(kind)
    const ahead =
      direction === 1 ? places.find(place => place > from) : places.findLast(place => place < from)
    const at = ahead ?? (direction === 1 ? places[0] : places.at(-1))
    return at === undefined ? undefined : { at, round: ahead === undefined }
  }
}
