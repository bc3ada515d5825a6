import type { Pointer } from '../keys/decode.ts'
import { isIn } from '../layout/arrange.ts'
import type { Side, Spot } from '../panes/pane.ts'
import { tabAt } from './chrome.ts'
import type { Overlay } from './overlay.ts'
import { Refusal } from './overlays/refusal.tsx'
import type { Shell } from './shell.ts'
import { statusFacts, tabsOf } from './status.ts'

const notch = 3
/** A second press of the same cell this soon after one that did something was the rest of a double click. */
const doubled = 400

/** The mouse, while it is ours: what a press or a wheel means where it was drawn. */
export class Mouse {
  #isOn = false
  #last = { x: -1, y: -1, at: 0 }
  readonly #shell: Shell

  constructor(shell: Shell) {
    this.#shell = shell
    this.turn(shell.host.settings.mouse)
  }

  get isOn(): boolean {
    return this.#isOn
  }

  /** On or off; a screen that cannot have one leaves it off. */
  turn(on: boolean): void {
    const { mouse } = this.#shell.host
    if (!mouse || on === this.#isOn) return
    this.#isOn = on
    mouse(on)
  }

  async did({ x, y, wheel }: Pointer): Promise<void> {
    const { layout, line, overlays } = this.#shell
    const top = overlays.at(-1)
    if (!this.#isOn) return
    if (wheel === 0 && this.#isSecond(x, y)) return
    this.#last.at = Number.NEGATIVE_INFINITY
    if (top) return wheel === 0 ? this.#press(top, x, y) : turned(top, wheel)
    if (line instanceof Refusal) {
      line.cancel()
      // What waited behind it is there now, and nobody pressed at that.
      if (this.#shell.overlays.length > 0) return
    } else if (line && (wheel === 0 || !line.letsMove)) return
    for (const side of ['list', 'detail'] as const)
      if (isIn(layout[side], { x, y })) {
        const at = { x: x - layout[side].x, y: y - layout[side].y }
        if (wheel !== 0) this.#turn(at, side, wheel)
        else if (await this.#pick(at, side)) this.#did(x, y)
      }
    if (wheel === 0 && isIn(layout.head, { x, y })) this.#go(x)
  }

  #turn(spot: Spot, side: Side, wheel: number): void {
    const { pane, layout } = this.#shell
    const { width, height } = layout[side]!
    const box = { width, height, focused: this.#shell.side === side }
    pane.move({ rows: wheel * notch, scrolls: true }, side, { spot, box })
  }

  async #press(overlay: Overlay, x: number, y: number): Promise<void> {
    await overlay.pressed?.({ x, y }, this.#shell.screen)
    if (!this.#shell.overlays.includes(overlay)) this.#did(x, y)
  }

  /** Selects what is there; where it had the keys and was selected, it is opened, which is answered. */
  async #pick(at: Spot, side: Side): Promise<boolean> {
    const shell = this.#shell
    const { width, height } = shell.layout[side]!
    const hadKeys = shell.side === side
    const picked = shell.pane.pick?.(at, side, { width, height, focused: hadKeys }) ?? null
    shell.side = side
    if (picked !== 'same' || !hadKeys) return false
    await shell.router.stroke({ key: 'enter' })
    return true
  }

  #did(x: number, y: number): void {
    this.#last = { x, y, at: this.#shell.host.now() }
  }

  #isSecond(x: number, y: number): boolean {
    const last = this.#last
    return last.x === x && last.y === y && this.#shell.host.now() - last.at < doubled
  }

  #go(x: number): void {
    const shell = this.#shell
    const at = tabAt(tabsOf(shell), statusFacts(shell), shell.screen.columns, x)
    if (at !== undefined) shell.go(shell.panes[at]!.id)
  }
}

/** A wheel over something that lies over everything turns it as the arrow keys do. */
async function turned(overlay: Overlay, wheel: number): Promise<void> {
  const times = Math.min(100, Math.abs(wheel) * (overlay.isRead ? notch : 1))
  for (let n = 0; n < times; n++) await overlay.stroke({ key: wheel > 0 ? 'down' : 'up' })
}
