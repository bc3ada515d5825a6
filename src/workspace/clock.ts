/** What happens by itself. Timers never keep the process alive, and one that fails does not stop the others. */
export interface Clock {
  every(ms: number, work: () => void | Promise<void>): void
  stop(): void
}

export const openClock = (report: (error: unknown) => void): Clock => {
  const timers = new Set<NodeJS.Timeout>()
  return {
    every(ms, work) {
      let busy = false
      const turn = async (): Promise<void> => {
        if (busy) return
        busy = true
        try {
          await work()
        } catch (error) {
          report(error)
        } finally {
          busy = false
        }
      }
      timers.add(setInterval(turn, ms).unref())
    },
    stop() {
      for (const timer of timers) clearInterval(timer)
      timers.clear()
    },
  }
}
