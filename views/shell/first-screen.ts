import type { Input } from '../keys/decode.ts'
import type { Capabilities } from '../terminal/capabilities.ts'
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

export function openFirst(capabilities: Capabilities, version: string): FirstScreen {
  const ended = Promise.withResolvers<number>()
  const early: Input[] = []
  let shell: Shell | undefined
  const open = openScreen(capabilities, size => firstRows(size, version), {
    stroke: stroke => {
      if (shell) return shell.stroke(stroke)
      if ('key' in stroke && stroke.key === 'ctrl+c') ended.resolve(130)
      else early.push(stroke)
    },
    resize: size => shell?.resize(size),
    ending: signal => ended.resolve(signal === 'SIGINT' ? 130 : 0),
  })
  return {
    capabilities,
    open,
    ended,
    async give(made) {
      shell = made
      for (const stroke of early.splice(0)) await made.stroke(stroke)
    },
  }
}
