import type { Notify } from './notify.ts'

/** Something that is to be told at its time: a todo's reminder, an event's alarm. */
export interface Ring {
  key: string
  noun: string
  object: string
  title: string
  body: string
  due_at: number
  channels: readonly string[] | null
}

/** Whoever has such things. `rang` moves a repeating one on; it may be called twice for the same ring. */
export interface RingSource {
  ringing(until: number): Ring[]
  rang(ring: Ring): Promise<void>
}

/** Later than this, and the person is told that it is late. */
const LATE = 90_000

/** Looks at every source and tells what is due, once. */
export const openBell = (deps: {
  notify: Notify
  now: () => number
  sources: RingSource[]
  /** Puts on the disk what was written so far, or takes it away. */
  settle(): void
}) => ({
  async look(): Promise<void> {
    for (const source of deps.sources) {
      // A ring cannot be taken back: what may still fail to reach the disk does not ring.
      deps.settle()
      for (const ring of source.ringing(deps.now())) {
        if (!deps.notify.told(ring.key))
          deps.notify.tell({
            ...ring,
            kind: 'reminder',
            priority: 'normal',
            late: deps.now() - ring.due_at > LATE,
            urgent: false,
          })
        await source.rang(ring)
      }
    }
  },
})
