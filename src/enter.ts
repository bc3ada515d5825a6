import { type FirstScreen, openFirst } from '../views/shell/first-screen.ts'
import type { Capabilities } from '../views/terminal/capabilities.ts'
import { asked, takesTerminal } from './asked.ts'
import { keepCompiled } from './compiled.ts'

/** Paints a screen's first frame where one is asked for, and goes on to the door. Whatever is not needed for the frame waits until it is shown. */
export const enter = async (argv: readonly string[], version: string, script: string): Promise<void> => {
  let first: FirstScreen | undefined
  const screen = (terminal: Capabilities): FirstScreen => {
    first ??= openFirst(terminal, version)
    return first
  }
  const wanted = asked(argv)
  if (wanted && takesTerminal(wanted)) screen(wanted.terminal)
  keepCompiled(wanted !== null)
  const { run } = await import('./door.ts')
  process.exitCode = await run(argv, { version, script, screen })
  // A terminal that went away can leave a handle behind that never closes; everything is done and written by now.
  setTimeout(() => process.exit(), 1000).unref()
}
