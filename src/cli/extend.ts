import type { Command } from 'commander'
import { addCalendar } from './calendar.ts'
import { addCompletion } from './completion.ts'
import { addConfig, type Settings } from './config.ts'
import { addDaemon, type Daemon } from './daemon.ts'
import { addDoctor, type Check } from './doctor.ts'
import type { Around } from './program.ts'
import { addService } from './service.ts'
import { addUndo } from './undo.ts'
import { addWorkspace } from './workspace.ts'

/** What only this machine can do, handed in by whoever may open a workspace. */
export interface Machine {
  daemon: Daemon
  settings: Settings
  doctor(): AsyncIterable<Check>
  /** How to start this program again: the words before its arguments. */
  self: readonly string[]
}

/** The commands that are more than one call of the API. */
export const extend =
  (machine: Machine) =>
  (program: Command, around: Around): void => {
    addDaemon(program, around, machine.daemon)
    addWorkspace(program, around)
    addUndo(program, around)
    addCalendar(program, around)
    addConfig(program, around, machine.settings)
    addDoctor(program, around, machine.doctor)
    addService(program, around, machine.self)
    addCompletion(program, around)
  }
