import { type Bindings, bind } from '../keys/bindings.ts'
import { chooseTheme } from '../widgets/theme.ts'
import type { ScreenSettings } from './host.ts'
import type { Shell } from './shell.ts'

/** Takes the theme and the keys of the person; gives the keys, and what is wrong with them. */
export function settle(
  shell: Shell,
  defaults: Bindings,
  { keys, theme }: ScreenSettings,
): { bindings: Bindings; problems: string[] } {
  chooseTheme(theme)
  return bind(defaults, keys, id => shell.actions.get(id)?.where)
}

const topic = 'config'

/** What of the screen waits until one is opened anew. */
const atStart = ['ascii', 'open'] as const

/** Takes the settings again whenever their file has changed, and says what came of it. */
export function followSettings(shell: Shell): void {
  shell.live.onEvent(({ noun, action, data, summary }) => {
    // The file of another machine's workspace is not what this screen was set by.
    if (noun !== 'config' || shell.live.link?.mode === 'remote') return
    const { changed = [] } = (data ?? {}) as { changed?: readonly string[] }
    if (action === 'config.changed') shell.messages.settled(topic)
    if (action === 'config.refused') shell.toast('bad', summary, { topic, said: summary })
    else if (changed.some(key => key.startsWith('screen.')))
      void shell.messages.act('The settings of the screen were not read', () => takeAgain(shell, changed))
  })
}

async function takeAgain(shell: Shell, changed: readonly string[]): Promise<void> {
  const settings = await shell.host.readSettings?.()
  if (!settings) return
  const problems = shell.settle(settings, changed.includes('screen.read_only'))
  if (changed.includes('screen.mouse')) shell.mouse.turn(settings.mouse)
  const waits = atStart.map(key => `screen.${key}`).filter(key => changed.includes(key))
  const taken = changed.filter(key => key.startsWith('screen.') && !waits.includes(key))
  if (taken.length > 0) shell.toast('good', `In effect: ${taken.join(', ')}.`)
  if (waits.length > 0) shell.toast('info', `From the next start of the screen: ${waits.join(', ')}.`)
  for (const problem of problems) shell.toast('warn', problem)
}
