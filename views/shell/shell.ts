import type { Client } from '../../src/client/client.ts'
import { type Action, Actions, type Deed, everywhere, nameOf, type Stakes } from '../actions/registry.ts'
import type { Bindings } from '../keys/bindings.ts'
import type { Input } from '../keys/decode.ts'
import type { Overtaking } from '../keys/keyboard.ts'
import { Router } from '../keys/router.ts'
import { arrange, type Layout } from '../layout/arrange.ts'
import type { MakePane, Pane, Side } from '../panes/pane.ts'
import { type Link, Live } from '../store/live.ts'
import { openWorld } from '../store/world.ts'
import type { Screen } from '../terminal/compositor.ts'
import { asciiGlyphs, type Glyphs, unicodeGlyphs } from '../widgets/text.ts'
import { type Level, type Toast, toastRows } from '../widgets/toasts.ts'
import { shellActions, shellKeys } from './actions.ts'
import { Ages } from './ages.ts'
import { Aim } from './aim.ts'
import { firstSteps } from './first-start.ts'
import type { Host, ScreenSettings } from './host.ts'
import { keep, recall } from './kept.ts'
import { Layers } from './layers.ts'
import { leave, stopping } from './leave.ts'
import { Messages } from './messages.ts'
import { Mouse } from './mouse.ts'
import { Openings } from './openings.ts'
import { overOf } from './over.ts'
import type { Over, Overlay } from './overlay.ts'
import { Confirm, type Question } from './overlays/confirm.tsx'
import { FormOverlay, type FormSpec } from './overlays/form.tsx'
import { Line, type LineSpec } from './overlays/line.tsx'
import { type Choice, Menu } from './overlays/menu.tsx'
import { Page, type PageKeys } from './overlays/page.tsx'
import { Palette, type PaletteSpec } from './overlays/palette.tsx'
import { Refusal } from './overlays/refusal.tsx'
import { followSettings, settle } from './settings.ts'
import { Together } from './together.ts'
import { Unsaved } from './unsaved.ts'
import { sayUnsaved } from './unsaved-menu.ts'

const cancelTwice = 1500

/** The screen as a whole: which pane is in view, what lies over it, and the one way from a key to an action. */
export class Shell {
  readonly live = new Live(() => this.readOnly)
  readonly world = openWorld(this.live)
  readonly signal = this.live.signal
  readonly together = new Together(this.live)
  readonly messages = new Messages(this.signal)
  readonly ages = new Ages(this.signal.soon)
  readonly host: Host
  readonly unsaved: Unsaved
  readonly panes: readonly Pane[]
  readonly actions: Actions<Shell>
  keys: Bindings
  readonly glyphs: Glyphs
  readonly router: Router<Shell>
  readonly mouse: Mouse
  screen: Screen
  pane: Pane
  side: Side = 'list'
  readonly #layers = new Layers(this.signal.now)
  readOnly: boolean
  #cancelledAt = Number.NEGATIVE_INFINITY
  readonly #over: Over
  readonly #defaults: Bindings
  readonly #aim = new Aim(this)
  /** The panes whose keys' side has the whole screen. */
  readonly #zoomed = new Set<string>()
  readonly #openings = new Openings()
  #strokes = 0
  #before: string | null = null

  constructor(host: Host, screen: Screen, make: readonly MakePane[]) {
    this.host = host
    this.unsaved = new Unsaved(host.unsaved, host.ithaca)
    this.screen = screen
    this.glyphs = host.unicode ? unicodeGlyphs : asciiGlyphs
    this.readOnly = host.settings.readOnly
    this.#over = overOf(this)
    this.panes = make.map(one => one(this))
    this.pane = this.panes[0]!
    this.actions = new Actions<Shell>([
      ...shellActions(this.panes),
      ...this.panes.flatMap(pane => pane.actions),
    ])
    this.#defaults = Object.assign(
      {},
      shellKeys(this.panes),
      ...this.panes.map(pane => pane.keys),
    ) as Bindings
    const { bindings, problems } = settle(this, this.#defaults, host.settings)
    this.keys = bindings
    this.router = new Router<Shell>({
      actions: this.actions,
      bindings: () => this.keys,
      focus: () => this.#layers.focus,
      places: () => this.places,
      state: () => this,
      readOnly: () => this.readOnly,
      aim: this.#aim,
      confirm: (action, deed) => void this.#confirmed(action, deed),
      ask: action => this.#ask(action),
      say: words => this.toast('warn', words),
      refuse: words => this.#layers.begin(new Refusal(words, () => this.#layers.end())),
      opening: () => this.#openings.any,
    })
    this.mouse = new Mouse(this)
    for (const id of recall(this)) this.#zoomed.add(id)
    for (const problem of problems) this.toast('warn', problem)
    followSettings(this)
    sayUnsaved(this)
  }

  /** Takes other settings while it is open; gives what is wrong with them. */
  settle(settings: ScreenSettings, alsoReadOnly: boolean): readonly string[] {
    const { bindings, problems } = settle(this, this.#defaults, settings)
    this.keys = bindings
    if (alsoReadOnly) this.readOnly = settings.readOnly
    this.signal.now()
    return problems
  }

  get overlays(): readonly Overlay[] {
    return this.#layers.overlays
  }

  get line(): Line | Refusal | null {
    return this.#layers.line
  }

  get toasts(): readonly Toast[] {
    return this.messages.toasts
  }

  get client(): Client {
    return this.live.client
  }

  get places(): readonly string[] {
    return [...this.pane.places(this.side), everywhere]
  }

  get layout(): Layout {
    const { columns, rows } = this.screen
    return arrange(columns, rows, {
      focus: this.side,
      zoomed: this.zoomed || !this.pane.detail,
      toasts: this.toastRows.length,
      ...(this.pane.share === undefined ? {} : { share: this.pane.share }),
      ...(this.pane.wants === undefined ? {} : { wants: this.pane.wants }),
      ...(this.pane.broad === undefined ? {} : { broad: this.pane.broad }),
    })
  }

  get toastRows(): string[] {
    const { columns, rows } = this.screen
    const atMost = rows < 16 ? 1 : 3
    return this.toasts.flatMap(toast => toastRows(toast, columns, atMost, this.glyphs.more))
  }

  /** Whether this pane gives the whole screen to the side with the keys; each pane remembers its own. */
  get zoomed(): boolean {
    return this.#zoomed.has(this.pane.id)
  }

  set zoomed(zoomed: boolean) {
    if (zoomed) this.#zoomed.add(this.pane.id)
    else this.#zoomed.delete(this.pane.id)
  }

  async stroke(input: Input): Promise<void> {
    this.#strokes++
    this.ages.goOn()
    const key = 'key' in input ? input.key : ''
    if ('wheel' in input) await this.mouse.did(input)
    else if (this.#means('screen.cancel', key)) this.cancel()
    else if (this.#means('screen.redraw', key)) this.host.repaint()
    else if (this.#means('screen.suspend', key)) this.host.suspend()
    else {
      if (this.line || this.overlays.length > 0) this.#aim.goOn()
      await this.router.stroke(input)
    }
    // The next key may be meant for what this one opened.
    this.signal.atOnce()
  }

  resize(screen: Screen): void {
    this.screen = screen
    this.signal.now()
  }

  /** Shows a pane, and in it a side. */
  go(id: string, side: Side = 'list'): void {
    const pane = this.panes.find(one => one.id === id)
    if (!pane) return
    if (pane !== this.pane) {
      this.pane.closed?.()
      this.#before = this.pane.id
      this.pane = pane
    }
    this.side = pane.detail ? side : 'list'
    pane.opened?.()
    this.signal.now()
  }

  /** The pane that was in view before this one. */
  goBack(): void {
    if (this.#before !== null) this.go(this.#before)
  }

  /** The next pane, or the other side of this one. */
  turn(): void {
    if (this.pane.detail) this.side = this.side === 'list' ? 'detail' : 'list'
  }

  /** One level up; at the top, asks whether to leave. */
  up(quits: boolean): void {
    const filter = this.side === 'list' ? this.pane.filter : undefined
    if (this.pane.up?.(this.side)) return
    if (this.zoomed) this.zoomed = false
    else if (this.side === 'detail') this.side = 'list'
    else if (filter && filter.text !== '') filter.set('')
    else if (this.toasts.length > 0 && !quits) this.dismiss()
    else if (quits) this.#quitTwice('q')
  }

  dismiss(): void {
    this.messages.dismiss()
  }

  toast(level: Level, text: string, about?: { topic: string; said: string }): void {
    this.messages.say(level, text, about)
  }

  /** Does something that may fail, and says so. */
  act(what: string, run: () => Promise<unknown>): Promise<boolean> {
    return this.messages.act(what, run)
  }

  /** An answer that something is opened with: only where the person is still at what he asked it for. */
  toOpen<T>(answer: Promise<T>): Promise<T> {
    return this.#openings.of(answer, this.#staying())
  }

  confirm(question: Question): Promise<boolean> {
    return new Promise(resolve => this.#layers.open(new Confirm(question, this.#over, resolve)))
  }

  form(spec: FormSpec): void {
    this.#layers.open(new FormOverlay(spec, this.#over))
  }

  /** `facts`: what there is to know before one is chosen. `left`: what becomes of it where none was. */
  menu(title: string, choices: readonly Choice[], facts: readonly string[] = [], left?: () => void): void {
    this.#layers.open(new Menu(title, choices, this.#over, facts, left))
  }

  /** A page to read. */
  show(
    title: string,
    rows: (width: number) => readonly string[],
    closed?: () => void,
    more?: PageKeys,
  ): void {
    this.#layers.open(new Page(title, rows, this.#over, closed, more))
  }

  palette(spec: PaletteSpec): void {
    this.#layers.open(new Palette(spec, this.#over))
  }

  /** Something of a pane's own, over everything. */
  open(make: (over: Over) => Overlay): void {
    this.#layers.open(make(this.#over))
  }

  ask(spec: LineSpec): void {
    let stays = () => true
    const close = () => {
      this.#layers.end()
      stays = this.#staying()
    }
    // Whatever was opened since goes before what did not work.
    const again = (value: string) => {
      if (stays()) this.ask({ ...spec, value })
      else this.toast('info', `${spec.label.trim()} Up brings back what you typed.`)
    }
    this.#layers.begin(new Line(spec, this.#over, close, again))
  }

  close(overlay: Overlay): void {
    this.#layers.close(overlay)
  }

  /** The API is there. Somebody who was never here before is led, once what was `typed` ahead is done. */
  async begin(link: Link, typed?: Promise<void>): Promise<void> {
    this.live.start(link)
    this.pane.opened?.()
    if (this.host.kept !== null) return
    await Promise.all([this.world.status.refresh(), typed])
    if (this.world.status.value?.timezone_set === false && this.overlays.length === 0) firstSteps(this)
  }

  /** Copies text to the clipboard of whoever sits at the terminal; answers whether it is known to be taken. */
  async copy(text: string, what: string): Promise<boolean> {
    const { bytes, truncated, route, isTaken } = await this.host.copy(text)
    const cut = truncated ? ', cut to what the terminal takes' : ''
    if (isTaken) this.toast('good', `Copied ${what} through ${route} (${bytes} bytes${cut}).`)
    else
      this.toast('warn', `Sent ${what} to tmux, which passes it on only after: tmux set -s set-clipboard on`)
    return isTaken
  }

  page(text: string): Promise<boolean> {
    return this.act('The pager did not run', () => this.host.page(text))
  }

  /** Text through $EDITOR; null where it was left as it was. */
  async edit(text: string, extension: string): Promise<string | null> {
    let edited: string | null = null
    await this.act('The editor did not run', async () => {
      edited = await this.host.edit(text, extension)
    })
    return edited
  }

  quit(): Promise<void> {
    return leave(this)
  }

  /** What to say while it is suspended. */
  get stopping(): readonly string[] {
    return stopping(this)
  }

  keep(): string {
    return keep(this, [...this.#zoomed])
  }

  stop(): void {
    this.messages.stop()
    this.pane.closed?.()
    this.live.stop()
  }

  /** Tells whether the keys are still for the same: none was pressed since, or they opened, closed and chose nothing. */
  #staying(): () => boolean {
    const [strokes, hand, stay] = [this.#strokes, this.#aim.hand, this.#layers.stay()]
    return () => this.#strokes === strokes || (this.#aim.hand === hand && stay())
  }

  async #confirmed(action: Action<Shell, never>, { stakes, run }: Deed & { stakes: Stakes }): Promise<void> {
    const { title, facts, verb, name } = stakes
    const question = { title, facts, verb, ...(action.danger === 'type-name' ? { mustType: name } : {}) }
    if (await this.confirm(question)) await this.router.perform(action, run, stakes)
    this.signal.now()
  }

  #ask(action: Action<Shell, never>): void {
    const held = this.router.held(action)
    this.ask({
      label: `${nameOf(action)}: `,
      ...(action.judge ? { judge: (value, signal) => action.judge!(this, value, signal) } : {}),
      enter: async value => {
        const read = action.args!.safeParse(value)
        if (read.success)
          return held(() => this.router.perform(action, () => action.run!(this, read.data as never)))
        this.toast('warn', `${nameOf(action)}: ${read.error.issues[0]?.message ?? 'that is not understood'}`)
        return false
      },
    })
  }

  /** Keys that wait for no other. */
  overtakes(key: string): Overtaking {
    if (this.#means('screen.cancel', key)) return 'cancels'
    return this.#means('screen.redraw', key) || this.#means('screen.suspend', key) ? 'first' : undefined
  }

  /** Over whatever is open, too. */
  #means(id: string, key: string): boolean {
    return this.keys[id]?.includes(key) ?? false
  }

  cancel(): void {
    if (!this.#layers.cancel() && !this.#openings.giveUp()) this.#quitTwice('^C')
  }

  #quitTwice(key: string): void {
    const now = Date.now()
    if (now - this.#cancelledAt >= cancelTwice) this.toast('info', `${key} again quits.`)
    else if (key === '^C') this.host.quit()
    else void this.quit()
    this.#cancelledAt = now
  }
}
