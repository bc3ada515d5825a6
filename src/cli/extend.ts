import type { Command } from 'commander'
import { addDaemon, type Daemon } from './daemon.ts'
import type { Surroundings } from './derive.ts'
import type { Door } from './program.ts'

/** What only this machine can do, handed in by whoever may open a workspace. */
export interface Machine {
  daemon: Daemon
}

/** The commands that are more than one call of the API. */
export const extend =
  (machine: Machine) =>
  (program: Command, around: Surroundings & { door(): Promise<Door> }): void => {
    addDaemon(program, around, machine.daemon)
  }
