import type { ReadStream, WriteStream } from 'node:tty'
import type { Screen, Sink } from './compositor.ts'
import { type Mode, Modes, tidied } from './modes.ts'
import { unblock, writeNow } from './write.ts'

/** Signals that end a program which says nothing else; the terminal is given back before anyone hears of them. */
const endings = [
  ...(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGABRT', 'SIGUSR2'] as const),
  ...(['SIGALRM', 'SIGVTALRM', 'SIGXCPU', 'SIGPWR'] as const),
]
export type Ending = (typeof endings)[number]

/** A process whose group no shell controls cannot be stopped: after this long it goes on as if it had been. */
const stopWithin = 150
/** Keys that another program was ended by may reach us as signals when its end was heard of already. */
const echoWithin = 250
/** What a key sends to whoever has the terminal. */
const typed: readonly NodeJS.Signals[] = ['SIGINT', 'SIGQUIT']
/** How long a frame under way may take before the terminal is given back regardless. */
const drainWithin = 300

/** Node would open a debugger's port at this signal, and say so across the screen. */
const deaf = (): void => {}

export interface TerminalEvents {
  input(bytes: Buffer): void
  /** Its size may have changed, and what it shows is not known any more. */
  resize(screen: Screen): void
  /** The terminal is ours no more: write nothing until `taken`. */
  released(): void
  /** What to say on the terminal that is given back because the program stops, where anything. */
  stopping?(): readonly string[]
  /** It is ours again, and shows nothing we know of. */
  taken(): void
  /** A signal, or the terminal going away (as SIGHUP), asks the program to end. */
  ending(signal: Ending): void
}

/** How another program uses the terminal while it has it. */
export interface Loan {
  /** Keys still come to us, byte by byte, for a terminal that is carried elsewhere. */
  relay?: (bytes: Buffer) => void
  /** Its size may have changed while they do. */
  resized?: (screen: Screen) => void
  /** The other program draws through us, and may be cut off in the middle: what it switched on is switched off for it. */
  draws?: boolean
}

/** The one owner of the terminal's modes: takes it, lends it out, and gives it back on every way of ending. */
export class Terminal implements Sink {
  readonly #input: ReadStream
  readonly #output: WriteStream & { fd: number }
  readonly #events: TerminalEvents
  #wanted: readonly Mode[]
  readonly #modes = new Modes()
  #loan: Loan = {}
  #state: 'closed' | 'ours' | 'lent' | 'stopped' = 'closed'
  #lentUntil = Number.NEGATIVE_INFINITY
  #inFlight = 0
  #drained: (() => void) | undefined

  constructor(
    input: ReadStream,
    output: WriteStream & { fd: number },
    modes: readonly Mode[],
    events: TerminalEvents,
  ) {
    this.#input = input
    this.#output = output
    this.#wanted = modes
    this.#events = events
  }

  get screen(): Screen {
    return { columns: this.#output.columns || 80, rows: this.#output.rows || 24 }
  }

  open(): void {
    this.#input.on('data', this.#data).on('error', this.#gone).on('end', this.#gone)
    this.#output.on('error', this.#gone)
    process.on('SIGWINCH', this.#resized)
    for (const signal of endings) process.on(signal, this.#signal)
    process.on('SIGTSTP', this.#stop).on('SIGCONT', this.#continued)
    process.on('SIGUSR1', deaf)
    process.on('exit', this.#giveBack).on('uncaughtExceptionMonitor', this.#giveBack)
    this.#take()
  }

  /** Gives the terminal back for good. Errors of a terminal that went away stay handled. */
  close(): void {
    if (this.#state === 'closed') return
    this.#giveBack()
    this.#state = 'closed'
    this.#input.off('data', this.#data).off('end', this.#gone)
    process.off('SIGWINCH', this.#resized)
    for (const signal of endings) process.off(signal, this.#signal)
    process.off('SIGTSTP', this.#stop).off('SIGCONT', this.#continued)
    process.off('SIGUSR1', deaf)
    process.off('exit', this.#giveBack).off('uncaughtExceptionMonitor', this.#giveBack)
  }

  write(bytes: string | Uint8Array, done: () => void): void {
    if (this.#state !== 'ours' && !this.#loan.relay) {
      done()
      return
    }
    this.#inFlight++
    this.#output.write(bytes, () => {
      this.#inFlight--
      if (this.#inFlight === 0) this.#drained?.()
      done()
    })
  }

  /** Whether a mode is on while the terminal is ours. */
  set(mode: Mode, on: boolean): void {
    this.#wanted = [...this.#wanted.filter(one => one !== mode), ...(on ? [mode] : [])]
    if (this.#state !== 'ours') return
    const bytes = on ? this.#modes.enter([mode]) : this.#modes.drop(mode)
    if (bytes !== '') this.#output.write(bytes)
  }

  /** Stops the program as ^Z does, and comes back when the shell continues it. */
  suspend(): void {
    this.#stop()
  }

  /** Lends the terminal to another program: attach, $EDITOR, $PAGER. Taken back however `run` ends. */
  async lend<T>(run: () => Promise<T>, loan: Loan = {}): Promise<T> {
    await this.#release('lent')
    this.#loan = loan
    if (loan.draws) this.#modes.enter(['anything'])
    if (loan.relay) {
      unblock(this.#output)
      this.#input.setRawMode(true)
      this.#input.resume()
    }
    try {
      return await run()
    } finally {
      this.#loan = {}
      this.#lentUntil = performance.now()
      if (loan.draws && this.#state === 'lent') {
        await this.#drain()
        this.#giveBack()
      }
      if (loan.relay) this.#input.setRawMode(false)
      if (this.#state === 'lent') this.#take(loan.draws ? '' : tidied)
    }
  }

  #take(first = ''): void {
    this.#state = 'ours'
    unblock(this.#output)
    this.#input.setRawMode(true)
    this.#input.resume()
    this.#output.write(first + this.#modes.enter(this.#wanted))
    this.#events.taken()
  }

  async #release(state: 'lent' | 'stopped'): Promise<void> {
    if (this.#state !== 'ours')
      throw new Error(`The terminal is ${this.#state}: it cannot be given away now.`)
    this.#state = state
    this.#events.released()
    await this.#drain()
    this.#giveBack()
  }

  /** Waits for the frame under way, else its rest would land on the screen of whoever comes next. */
  #drain(): Promise<void> {
    if (this.#inFlight === 0) return Promise.resolve()
    return new Promise(resolve => {
      const late = setTimeout(resolve, drainWithin)
      this.#drained = () => {
        clearTimeout(late)
        this.#drained = undefined
        resolve()
      }
    })
  }

  /** Synchronous, because it also runs while the process ends. */
  readonly #giveBack = (): void => {
    const undo = this.#modes.leave()
    if (undo === '') return
    this.#input.pause()
    if (!this.#input.destroyed) this.#input.setRawMode(false)
    writeNow(this.#output, undo)
  }

  readonly #data = (bytes: Buffer): void => {
    if (this.#loan.relay) this.#loan.relay(bytes)
    else if (this.#state === 'ours') this.#events.input(bytes)
  }

  /** Of the signal, not of a changed size: there and back in one turn leaves the size as it was and the picture torn. */
  readonly #resized = (): void => {
    this.#loan.resized?.(this.screen)
    this.#events.resize(this.screen)
  }

  readonly #gone = (): void => this.#end('SIGHUP')

  /** While another program has the terminal, what is typed is meant for that one. */
  readonly #signal = (signal: NodeJS.Signals): void => {
    const isLent = this.#state === 'lent' || performance.now() - this.#lentUntil < echoWithin
    if (!isLent || !typed.includes(signal)) this.#end(signal as Ending)
  }

  #end(signal: Ending): void {
    if (this.#state === 'ours') this.#events.released()
    void this.#drain().then(() => {
      this.#giveBack()
      this.#events.ending(signal)
    })
  }

  readonly #stop = (): void => {
    if (this.#state === 'lent') this.#stopGroup()
    else if (this.#state === 'ours') {
      void this.#release('stopped').then(() => {
        const said = this.#events.stopping?.() ?? []
        writeNow(this.#output, said.map(line => `${line}\r\n`).join(''))
        this.#stopGroup()
      })
    }
  }

  #stopGroup(): void {
    process.off('SIGTSTP', this.#stop)
    const awake = setTimeout(this.#continued, stopWithin)
    process.once('SIGCONT', () => clearTimeout(awake))
    process.kill(0, 'SIGTSTP')
  }

  readonly #continued = (): void => {
    if (!process.listeners('SIGTSTP').includes(this.#stop)) process.on('SIGTSTP', this.#stop)
    if (this.#state !== 'stopped') return
    this.#take()
    this.#resized()
  }
}
