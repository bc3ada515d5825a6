import { Problem } from '../../src/contract/problem.ts'
import { errorWords } from '../../src/contract/replaced.ts'
import { type Action, type Actions, type Deed, everywhere, nameOf, type Stakes } from '../actions/registry.ts'
import type { Bindings } from './bindings.ts'
import type { Stroke } from './decode.ts'
import { atMost, forAnswer, typedAhead } from './patience.ts'

/** What holds the keys now and wants to see every stroke first: a dialog, a form, a field. */
export interface Focus {
  /** True where the stroke was used up. */
  stroke(stroke: Stroke): boolean | Promise<boolean>
}

/** What a key would hit. */
export interface Target {
  /** What is selected now, as ids: the same as long as all of it is there. */
  readonly hand: string
  /** Whether it has just become another by itself: nobody can have meant it. */
  readonly hasSlipped: boolean
  /** A person does something with it. */
  take(): void
}

export interface RouterHost<State> {
  actions: Actions<State>
  bindings(): Bindings
  /** The narrowest: a dialog over a form over a line. */
  focus(): Focus | null
  /** Where the person is, from the narrowest place to `everywhere`. */
  places(): readonly string[]
  state(): State
  /** Whether nothing may be changed from here. */
  readOnly?(): boolean
  aim?: Target
  /** Asks before something that cannot be taken back; does it on a yes. */
  confirm(action: Action<State, never>, deed: Deed & { stakes: Stakes }): void
  /** Asks for what an action has to be told. */
  ask(action: Action<State, never>): void
  /** Says why something did not happen. */
  say(words: string): void
  /** The same of what is typed into, whose letters may be on their way. */
  refuse?(words: string): void
  /** Whether something is about to open that the next key may be meant for. */
  opening?(): boolean
}

/** The one place where a stroke becomes an action: what has the focus, then the pane, then the whole program. */
export class Router<State> {
  readonly #host: RouterHost<State>
  /** Changes on their way; the next one is judged by what they did. */
  readonly #writing = new Set<Promise<boolean>>()
  readonly #slow = new WeakSet<Promise<boolean>>()

  constructor(host: RouterHost<State>) {
    this.#host = host
  }

  async stroke(stroke: Stroke): Promise<void> {
    if (await this.#host.focus()?.stroke(stroke)) return
    if ('paste' in stroke) return
    const action = this.#find(stroke.key)
    if (!action) return
    if (action.writes) await this.#awaitWritten()
    const done = this.run(action, action.typedInto ? this.#host.refuse : undefined)
    // An answer may be long in coming, or never come: other keys go on.
    if (!(await atMost(done, typedAhead)) && this.#host.opening?.()) await atMost(done, forAnswer)
  }

  /** One that takes long is waited for once, not by every key that comes. */
  async #awaitWritten(): Promise<void> {
    const before = [...this.#writing].filter(one => !this.#slow.has(one))
    if (before.length === 0 || (await atMost(Promise.all(before), forAnswer))) return
    for (const one of before) this.#slow.add(one)
  }

  /** The changes on their way, done or not; false where one of them failed. */
  async written(): Promise<boolean> {
    return (await Promise.all(this.#writing)).every(done => done)
  }

  /** Runs an action as its key does, from wherever it was chosen. */
  async run(action: Action<State, never>, refuse = this.#host.say): Promise<void> {
    const state = this.#host.state()
    const reason = this.#reason(action, state)
    if (reason !== undefined) {
      refuse(`${nameOf(action)}: ${reason}`)
      return
    }
    if (!action.where.includes(everywhere)) this.#host.aim?.take()
    if (action.args) return this.#host.ask(action)
    if (!action.deed) return void (await this.perform(action, () => action.run!(state, undefined as never)))
    const { stakes, run } = action.deed(state)
    if (stakes) this.#host.confirm(action, { stakes, run })
    else await this.perform(action, run)
  }

  #reason(action: Action<State, never>, state: State): string | undefined {
    if (action.writes && this.#host.readOnly?.()) return 'this screen only reads'
    const reason = action.disabled?.(state)
    if (reason !== undefined || !action.writes || isAlone(action)) return reason
    return this.#host.aim?.hasSlipped ? 'another was selected just now, by itself: look again' : undefined
  }

  /** For a list of actions that stays open for a while: does it only to what was selected when the list was opened. */
  held(action: Action<State, never>): (run?: () => Promise<unknown>) => Promise<boolean> {
    const before = this.#host.aim?.hand
    const alone = isAlone(action)
    return async (run = () => this.run(action)) => {
      const isHere = alone || this.#host.aim?.hand === before
      if (isHere) return (await run()) !== false
      this.#host.say(`${nameOf(action)}: what it was for is gone meanwhile; nothing was done`)
      return false
    }
  }

  /** Does it, asked or agreed; an error is said and ends nothing. Whether it was done. */
  perform(action: Action<State, never>, run: () => void | Promise<void>, stakes?: Stakes): Promise<boolean> {
    const done = this.#perform(action, run, stakes)
    if (action.writes) {
      this.#writing.add(done)
      void done.then(() => this.#writing.delete(done))
    }
    return done
  }

  async #perform(
    action: Action<State, never>,
    run: () => void | Promise<void>,
    stakes?: Stakes,
  ): Promise<boolean> {
    try {
      await run()
      return true
    } catch (error) {
      const isGone = error instanceof Problem && error.code === 'not_found' && stakes
      const named = isGone ? stakes.name || stakes.facts[0] : undefined
      const words = errorWords(error)
      this.#host.say(`${nameOf(action)}: ${named === undefined ? words : `gone meanwhile: ${named}`}`)
      return false
    }
  }

  #find(key: string): Action<State, never> | undefined {
    const bindings = this.#host.bindings()
    const here = this.#host.actions.in(this.#host.places())
    return here.find(({ id }) => bindings[id]?.includes(key))
  }
}

/** It has nothing to do with what is selected. */
const isAlone = ({ alone, where }: Action<never, never>): boolean =>
  alone === true || where.includes(everywhere)
