import { type Capabilities, capabilities } from '../views/terminal/capabilities.ts'

/** A screen was asked for: by no words at all on a terminal, or by name. */
export interface Asked {
  remote: string | null
  /** Nothing can be changed from it. */
  readOnly: boolean
  /** One frame as text, and that is all: of the pane that is named, or else of the one that was looked at last. */
  once: boolean
  pane: string | null
  terminal: Capabilities
}

/** Whether these words ask for the screen; null where they ask for something else. */
export const asked = (argv: readonly string[]): Asked | null => {
  const words = [...argv]
  const at = words.findIndex(word => word === '--remote' || word.startsWith('--remote='))
  let remote: string | null = null
  if (at >= 0) {
    const [flag] = words.splice(at, 1) as [string]
    remote = flag.includes('=') ? flag.slice('--remote='.length) : (words.splice(at, 1)[0] ?? '')
  }
  const takes = (flag: string): boolean => {
    const found = words.indexOf(flag)
    if (found >= 0) words.splice(found, 1)
    return found >= 0
  }
  const readOnly = takes('--read-only')
  const place = words.findIndex(word => word === '--once' || word.startsWith('--once='))
  const once = place >= 0
  const [flag, ...after] = once ? words.splice(place) : ['']
  const named = once && flag === '--once' && after[0]?.startsWith('-') === false
  const pane = named ? after.shift()! : flag?.slice('--once='.length) || null
  words.push(...after)
  if (words.length > 0) return null
  const input = Boolean(process.stdin.isTTY)
  const output = Boolean(process.stdout.isTTY)
  if (!once && !(input && output)) return null
  return { remote, readOnly, once, pane, terminal: capabilities(process.env, { input, output }) }
}

/** Whether the terminal is taken for it; what is only printed leaves it alone. */
export const takesTerminal = ({ once, terminal }: Asked): boolean => !once && terminal.view !== 'lines'
