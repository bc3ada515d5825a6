import type { Focus } from '../keys/router.ts'
import type { Overlay } from './overlay.ts'
import type { Line } from './overlays/line.tsx'
import type { Refusal } from './overlays/refusal.tsx'

/** What lies over the panes: dialogs, one over the other, and a line in the row of the footer. */
export class Layers {
  overlays: readonly Overlay[] = []
  line: Line | Refusal | null = null
  /** What opened by itself while a line had the keys. */
  #waiting: readonly Overlay[] = []
  readonly #changed: () => void

  constructor(changed: () => void) {
    this.#changed = changed
  }

  /** What has the keys. */
  get focus(): Focus | null {
    return this.overlays.at(-1) ?? this.line
  }

  /** False where there is nothing that could go. */
  cancel(): boolean {
    const top = this.overlays.at(-1) ?? this.line
    top?.cancel()
    return top !== null
  }

  open(overlay: Overlay): void {
    if (this.line && this.overlays.length === 0) this.#waiting = [...this.#waiting, overlay]
    else this.overlays = [...this.overlays, overlay]
    this.#changed()
  }

  close(overlay: Overlay): void {
    this.overlays = this.overlays.filter(one => one !== overlay)
    this.#changed()
  }

  begin(line: Line | Refusal): void {
    this.line = line
    this.#changed()
  }

  end(): void {
    this.line = null
    this.overlays = [...this.overlays, ...this.#waiting]
    this.#waiting = []
    this.#changed()
  }

  /** Tells whether the same are there still, and nothing over them. */
  stay(): () => boolean {
    const [top, { line }] = [this.overlays.at(-1), this]
    return () => this.overlays.at(-1) === top && this.line === line
  }
}
