import type * as z from 'zod'

/** How much an action asks before it does something that cannot be taken back. */
export type Danger = 'none' | 'confirm' | 'type-name'

/** What a dialog says about a dangerous action on what is selected now. */
export interface Stakes {
  title: string
  /** What will happen, to what: one fact a line. */
  facts: readonly string[]
  /** The verb on the button. */
  verb: string
  /** What has to be typed where the danger is `type-name`. */
  name: string
}

/** One thing a person can do. Router, palette, footer, help, the key table of the README and the tests read it; its keys are elsewhere, so that a user can change them. */
export interface Action<State, Args = void> {
  id: string
  title: string
  help: string
  /** Places where it works, from the narrowest; `everywhere` is one of them. */
  where: readonly string[]
  /** What it has to be told before it runs; the palette asks for it. */
  args?: z.ZodType<Args>
  /** How what is typed so far is understood, said while it is typed. */
  judge?(state: State, typed: string, signal: AbortSignal): Promise<string>
  /** How much it asks first; may depend on what is selected. */
  danger: Danger | ((state: State) => Danger)
  /** Whether it changes anything: not on a screen that only reads. */
  writes?: boolean
  stakes?(state: State): Stakes
  /** Why it cannot run now, in words for the person. */
  disabled?(state: State): string | undefined
  run(state: State, args: Args): void | Promise<void>
}

export const everywhere = 'everywhere'

/** All actions of a program, by id. */
export class Actions<State> {
  readonly #byId = new Map<string, Action<State, never>>()

  constructor(actions: readonly Action<State, never>[]) {
    for (const action of actions) {
      if (this.#byId.has(action.id)) throw new Error(`Two actions are called ${action.id}.`)
      if (action.danger !== 'none' && !action.stakes)
        throw new Error(`${action.id} is dangerous and does not say how.`)
      this.#byId.set(action.id, action)
    }
  }

  get all(): readonly Action<State, never>[] {
    return [...this.#byId.values()]
  }

  get(id: string): Action<State, never> | undefined {
    return this.#byId.get(id)
  }

  /** The actions that work in any of these places, the narrowest place first. */
  in(places: readonly string[]): readonly Action<State, never>[] {
    return places.flatMap(place =>
      this.all.filter(({ where }) => where.find(one => places.includes(one)) === place),
    )
  }
}

export function dangerOf<State>(action: Action<State, never>, state: State): Danger {
  return typeof action.danger === 'function' ? action.danger(state) : action.danger
}
