import { type Action, type Actions, dangerOf } from '../actions/registry.ts'
import type { Bindings } from './bindings.ts'
import type { Stroke } from './decode.ts'

/** What holds the keys now and wants to see every stroke first: a dialog, a form, a field. */
export interface Focus {
  /** True where the stroke was used up. */
  stroke(stroke: Stroke): boolean | Promise<boolean>
}

export interface RouterHost<State> {
  actions: Actions<State>
  bindings(): Bindings
  /** The narrowest first: a dialog over a form over a field. */
  focus(): readonly Focus[]
  /** Where the person is, from the narrowest place to `everywhere`. */
  places(): readonly string[]
  state(): State
  /** Whether nothing may be changed from here. */
  readOnly?(): boolean
  /** Asks before something that cannot be taken back; runs it on a yes. */
  confirm(action: Action<State, never>, danger: 'confirm' | 'type-name'): void
  /** Asks for what an action has to be told. */
  ask(action: Action<State, never>): void
  /** Says why something did not happen. */
  say(words: string): void
}

/** The one place where a stroke becomes an action: what has the focus, then the pane, then the whole program. */
export class Router<State> {
  readonly #host: RouterHost<State>

  constructor(host: RouterHost<State>) {
    this.#host = host
  }

  async stroke(stroke: Stroke): Promise<void> {
    for (const focus of this.#host.focus()) if (await focus.stroke(stroke)) return
    if ('paste' in stroke) return
    const action = this.#find(stroke.key)
    if (action) await this.run(action)
  }

  /** Runs an action as its key does, from wherever it was chosen. */
  async run(action: Action<State, never>): Promise<void> {
    const state = this.#host.state()
    const reason =
      action.writes && this.#host.readOnly?.() ? 'this screen only reads' : action.disabled?.(state)
    if (reason !== undefined) {
      this.#host.say(`${action.title}: ${reason}`)
      return
    }
    const danger = dangerOf(action, state)
    if (action.args) this.#host.ask(action)
    else if (danger !== 'none') this.#host.confirm(action, danger)
    else await this.perform(action)
  }

  /** Does it, asked or agreed; an error is said and ends nothing. Whether it was done. */
  async perform(action: Action<State, never>, args?: unknown): Promise<boolean> {
    try {
      await action.run(this.#host.state(), args as never)
      return true
    } catch (error) {
      this.#host.say(`${action.title}: ${error instanceof Error ? error.message : String(error)}`)
      return false
    }
  }

  #find(key: string): Action<State, never> | undefined {
    const bindings = this.#host.bindings()
    const here = this.#host.actions.in(this.#host.places())
    return here.find(({ id }) => bindings[id]?.includes(key))
  }
}
