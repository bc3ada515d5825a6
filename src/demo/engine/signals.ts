import type { Fault } from './faults.ts'

/**
 * One handler per signal for the whole life of the process, whose meaning changes: replacing a handler
 * would lose a signal that was caught but not yet delivered.
 */
export class StopSignals {
  #act: (signal: NodeJS.Signals) => void

  constructor(faults: ReadonlySet<Fault>, act: (signal: NodeJS.Signals) => void) {
    this.#act = act
    const deaf = (signal: NodeJS.Signals) =>
      faults.has('hang-on-stop') || (faults.has('hang-on-interrupt') && signal === 'SIGINT')
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.on(signal, () => {
        if (!deaf(signal)) this.#act(signal)
      })
  }

  /** From now on a stop signal means this. */
  means(act: (signal: NodeJS.Signals) => void): void {
    this.#act = act
  }
}

export function exitAtOnce(signal: NodeJS.Signals): void {
  process.exit(signal === 'SIGINT' ? 130 : 143)
}
