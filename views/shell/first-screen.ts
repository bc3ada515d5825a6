import type { Capabilities } from '../terminal/capabilities.ts'
import type { Ending } from '../terminal/terminal.ts'
import { Ahead } from './ahead.ts'
import { firstRows } from './chrome.ts'
import { type OpenScreen, openScreen } from './open-screen.ts'
import type { Shell } from './shell.ts'

/** The screen before anything is loaded: its first frame is shown, and what is pressed waits for the shell. */
export interface FirstScreen {
  readonly capabilities: Capabilities
  readonly open: OpenScreen
  /** How the program ends: once the person left, the terminal went away, or nothing came of it. */
  readonly ended: PromiseWithResolvers<number>
  /** From here on the shell is told, of what was pressed until now, too. */
  give(shell: Shell): Promise<void>
}

/** What a program that was ended answers: asked to go, it has done what it was asked. */
const codes: Partial<Record<Ending, number>> = { SIGTERM: 0, SIGHUP: 0, SIGINT: 130, SIGQUIT: 131 }

export function openFirst(capabilities: Capabilities, version: string): FirstScreen {
  const ended = Promise.withResolvers<number>()
  const ahead = new Ahead()
  let shell: Shell | undefined
  const open = openScreen(capabilities, size => firstRows(size, version), {
    stroke: stroke => {
      if (!shell && 'key' in stroke && stroke.key === 'ctrl+c') ended.resolve(130)
      else return ahead.stroke(stroke)
    },
    resize: size => shell?.resize(size),
    ending: signal => ended.resolve(codes[signal] ?? 1),
    overtakes: key => shell?.overtakes(key),
    stopping: () => shell?.stopping ?? [],
  })
  return {
    capabilities,
    open,
    ended,
    give(made) {
      shell = made
      return ahead.give(made)
    },
  }
}
