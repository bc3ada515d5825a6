import type { Input } from '../keys/decode.ts'
import type { Shell } from './shell.ts'

/** What is pressed before there is a shell waits for it, and what comes meanwhile stays behind that. */
export class Ahead {
  readonly #early: Input[] = []
  #shell: Shell | undefined
  #given: Promise<void> = Promise.resolve()

  stroke(input: Input): void | Promise<void> {
    const shell = this.#shell
    if (!shell) this.#early.push(input)
    else if ('key' in input && shell.overtakes(input.key) === 'cancels') return shell.stroke(input)
    else return this.#given.then(() => shell.stroke(input))
  }

  give(shell: Shell): Promise<void> {
    this.#shell = shell
    this.#given = this.#give(shell)
    return this.#given
  }

  async #give(shell: Shell): Promise<void> {
    for (const input of this.#early.splice(0)) await shell.stroke(input)
  }
}
