import { setImmediate as turn } from 'node:timers/promises'

const TURN_MS = 5

/** Long work in stretches: others get their turn in between. */
export const inTurns = (): (() => Promise<void>) => {
  let since = performance.now()
  return async () => {
    if (performance.now() - since < TURN_MS) return
    await turn()
    since = performance.now()
  }
}
