import { type Input, KeyDecoder } from './decode.ts'

/** How long an Escape may be the start of a longer key: a slow line delivers one in pieces. */
const patience = { local: 25, remote: 100 }
/** A paste that stands still for so long has lost its end. */
const pastePatience = 3000

/** How a key goes before those that wait: just so, or in their place. */
export type Overtaking = 'first' | 'cancels' | undefined

/** What a person does, one after the other: the next waits until what the last one did is settled. */
export class Keyboard {
  readonly #decoder = new KeyDecoder()
  readonly #input: (input: Input) => void | Promise<void>
  readonly #patience: number
  readonly #overtakes: (key: string) => Overtaking
  readonly #queue: Input[] = []
  #timer: NodeJS.Timeout | undefined
  #busy = false
  /** Settled where nothing overtakes. */
  #overtaking: Promise<void> | undefined

  /** `overtakes`: the keys that wait for nothing; those that cancel, as ^C does, give up what is waited for. */
  constructor(
    input: (input: Input) => void | Promise<void>,
    remote: boolean,
    overtakes: (key: string) => Overtaking = () => undefined,
  ) {
    this.#overtakes = key => (key === 'ctrl+c' ? 'cancels' : overtakes(key))
    this.#input = input
    this.#patience = remote ? patience.remote : patience.local
  }

  bytes(bytes: Buffer): void {
    clearTimeout(this.#timer)
    this.#take(this.#decoder.push(bytes))
    this.#await()
  }

  /** Forgets what was typed ahead: it was meant for what has the terminal now. */
  drop(): void {
    clearTimeout(this.#timer)
    this.#decoder.flush()
    this.#queue.length = 0
  }

  #await(): void {
    const { waiting } = this.#decoder
    if (waiting === null) return
    const late = () => {
      this.#take(this.#decoder.flush())
      this.#await()
    }
    this.#timer = setTimeout(late, waiting === 'key' ? this.#patience : pastePatience)
  }

  #take(inputs: Input[]): void {
    for (const input of inputs) {
      const overtaking = 'key' in input ? this.#overtakes(input.key) : undefined
      if (this.#busy && overtaking) this.#overtake(input, overtaking)
      else this.#queueUp(input)
    }
  }

  #queueUp(input: Input): void {
    const turn = turned(this.#queue.at(-1), input)
    if (turn) this.#queue.splice(-1, 1, turn)
    else this.#queue.push(input)
    if (!this.#busy) void this.#run()
  }

  /** Goes before what waits; what was typed before one that cancels and is not begun is forgotten, as by a terminal's driver. */
  #overtake(input: Input, overtaking: Overtaking): void {
    if (overtaking === 'cancels') this.#queue.length = 0
    const before = this.#overtaking
    this.#overtaking = (async () => {
      await before
      // What the key before it opens without asking anybody is there by then.
      await new Promise(resolve => setImmediate(resolve))
      await this.#input(input)
    })()
  }

  async #run(): Promise<void> {
    this.#busy = true
    try {
      for (let input = this.#queue.shift(); input; input = this.#queue.shift()) {
        if (this.#overtaking) await this.#overtaking
        await this.#input(input)
      }
    } finally {
      this.#busy = false
    }
  }
}

/** A wheel tells of every notch: those that wait for the screen are one turn. */
function turned(last: Input | undefined, next: Input): Input | undefined {
  if (!last || !('wheel' in last && 'wheel' in next)) return undefined
  const isSame = last.x === next.x && last.y === next.y && last.wheel * next.wheel > 0
  return isSame ? { ...next, wheel: last.wheel + next.wheel } : undefined
}
