import type { Command } from 'commander'
import { Problem } from '../contract/problem.ts'
import { addAttach } from './attach.ts'
import { addCalendar } from './calendar.ts'
import { addCompletion } from './completion.ts'
import { addConfig, type Settings } from './config.ts'
import { addCookbook } from './cookbook.ts'
import { addDaemon, type Daemon } from './daemon.ts'
import { addDiagnose, type Examine } from './diagnose.ts'
import { addDoctor, type Check } from './doctor.ts'
import { addHosts } from './hosts.ts'
import { addMail } from './mail.ts'
import type { Around } from './program.ts'
import { addService } from './service.ts'
import { addSkill } from './skill.ts'
import { addUndo } from './undo.ts'
import { addWorkspace } from './workspace.ts'

/** What no other machine's workspace can be asked for. */
const HERE = new Set(['up', 'down', 'config', 'doctor', 'service'])

const topmost = (command: Command): string =>
  command.parent?.parent ? topmost(command.parent) : command.name()

/** What only this machine can do, handed in by whoever may open a workspace. */
export interface Machine {
  daemon: Daemon
  settings: Settings
  doctor(): AsyncIterable<Check>
  /** What a log says of the death of what wrote it; no workspace is needed for that. */
  examine: Examine
  /** How to start this program again: the words before its arguments. */
  self: readonly string[]
}

/** The commands that are more than one call of the API. */
export const extend =
  (machine: Machine) =>
  (program: Command, around: Around): void => {
    program.hook('preAction', (_program, command) => {
      const name = topmost(command)
      if (program.opts().remote !== undefined && HERE.has(name))
        throw new Problem(
          'invalid',
          `'${name}' is about this machine: run it there instead of with --remote.`,
        )
    })
    addDaemon(program, around, machine.daemon)
    addWorkspace(program, around)
    addUndo(program, around)
    addCalendar(program, around)
    addCookbook(program, around)
    addHosts(program, around)
    addAttach(program, around)
    addMail(program, around)
    addDiagnose(program, around, machine.examine)
    addSkill(program, around)
    addConfig(program, around, machine.settings)
    addDoctor(program, around, machine.doctor)
    addService(program, around, machine.self)
    addCompletion(program, around)
  }
