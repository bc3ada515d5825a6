import type * as z from 'zod'

/** How much an action asks before it does something that cannot be taken back. */
export type Danger = 'none' | 'confirm' | 'type-name'

/** What a dialog says before a dangerous action. */
export interface Stakes {
  title: string
  /** What will happen, to what: one fact a line. */
  facts: readonly string[]
  /** The verb on the button. */
  verb: string
  /** What has to be typed where the danger is `type-name`. */
  name: string
}

/** What is about to be done to what was selected when it was chosen: a list that moves under the question changes nothing of it. */
export interface Deed {
  /** What is asked first; absent: nothing. */
  stakes?: Stakes
  run(): void | Promise<void>
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
  /** How much it asks first. */
  danger: Danger
  /** Whether it changes anything: not on a screen that only reads. */
  writes?: boolean
  /** It has nothing to do with what is selected. */
  alone?: boolean
  /** It opens what letters are typed into: where it is refused they are no keys. */
  typedInto?: boolean
  /** Whether it is anything for what is selected; what is not stands in no help of it. */
  suits?(state: State): boolean
  /** Why it cannot run now, in words for the person. */
  disabled?(state: State): string | undefined
  /** What asks nothing. */
  run?(state: State, args: Args): void | Promise<void>
  /** Takes in hand what it is for, in place of `run`: what its question names is what it is done to. */
  deed?(state: State): Deed
}

/** What an action is called in a sentence: without the dots that say it asks first. */
export const nameOf = ({ title }: { title: string }): string => title.replace(/\.\.$/, '')

export const everywhere = 'everywhere'

/** All actions of a program, by id. */
export class Actions<State> {
  readonly #byId = new Map<string, Action<State, never>>()

  constructor(actions: readonly Action<State, never>[]) {
    for (const action of actions) {
      if (this.#byId.has(action.id)) throw new Error(`Two actions are called ${action.id}.`)
      if (action.danger !== 'none' && !action.deed)
        throw new Error(`${action.id} is dangerous and does not say how.`)
      if ((action.run === undefined) === (action.deed === undefined))
        throw new Error(`${action.id} has to be run or to be a deed.`)
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
