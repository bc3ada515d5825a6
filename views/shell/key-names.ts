import { everywhere } from '../actions/registry.ts'
import type { Shell } from './shell.ts'

/** Every action with its keys, by the name and in the form the config file takes. */
export function keyNames(shell: Shell): string {
  const rows = shell.actions.all.map(({ id, title, help, where }) => {
    const keys = (shell.keys[id] ?? []).map(key => JSON.stringify(key)).join(', ')
    const here = where.includes(everywhere) ? 'everywhere' : where.join(', ')
    return `# ${title}, ${here}: ${help}\n${JSON.stringify(id)} = [${keys}]\n`
  })
  const about =
    "# What is here under [screen.keys] of the config file ('ithaca config path' names it) counts at once.\n" +
    '# An empty list takes the keys away. What two actions of one place claim is said.\n' +
    '# Cancel, redraw and suspend are heard while you type, too: they take keys with ctrl+, and f1 to f12. ctrl+c always cancels.\n'
  return `${about}\n[screen.keys]\n${rows.join('\n')}`
}
