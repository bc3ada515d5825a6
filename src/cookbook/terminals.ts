import type { Author, Changes } from '../../store/changes.ts'
import { Problem } from '../contract/problem.ts'
import type { Terminal, TerminalShape } from '../contract/terminal.ts'
import { exactly } from '../sessions/tmux.ts'
import type { Machines, Place } from './machines.ts'
import type { Serves } from './serves.ts'
import { asProblem } from './trouble.ts'

/** Terminals for a person: the session of a serve, or a shell on its host. */
export interface Terminals {
  attach(author: Author, id: string, shape: TerminalShape, signal: AbortSignal): Promise<Terminal>
  shell(author: Author, host: string, shape: TerminalShape, signal: AbortSignal): Promise<Terminal>
}

const MOST = 32

/** One line that every login shell reads alike. A terminal the host does not know would end tmux before it begins. */
const PREPARE = [
  'PATH="$PATH:$HOME/.local/bin:$HOME/bin:/usr/local/bin:/opt/homebrew/bin"',
  'export PATH',
  'unset TMUX TMUX_PANE',
  'if command -v infocmp >/dev/null 2>&1; then infocmp "$TERM" >/dev/null 2>&1 || TERM=xterm-256color; fi',
  'export TERM',
].join('; ')
const ATTACH = `${PREPARE}; exec tmux -u -S "\${1:-/tmp/ithaca-$(id -u)/tmux}" attach-session -t "$2"`
/** On a server of the user's own our size must not become everybody's; a tmux before 3.2 cannot help it. */
const ATTACH_THEIRS = `${PREPARE}; if tmux list-commands attach-session 2>/dev/null | grep -q -e "-f flags"; then set -- "$1" "$2" -f ignore-size; fi; socket=$1; session=$2; shift 2; exec tmux -u \${socket:+-S "$socket"} attach-session "$@" -t "$session"`
const SHELL = `${PREPARE}; cd; exec "\${SHELL:-/bin/sh}" -l`

export const openTerminals = (deps: { machines: Machines; serves: Serves; changes: Changes }): Terminals => {
  const { machines, serves, changes } = deps
  let open = 0

  const start = async (
    place: Place,
    argv: readonly string[],
    shape: TerminalShape,
    signal: AbortSignal,
  ): Promise<Terminal> => {
    if (open >= MOST)
      throw new Problem('conflict', `${MOST} terminals are open already; close one of them first.`)
    open++
    try {
      const terminal = await place.host.terminal(argv, shape, signal)
      void terminal.ended.then(() => open--)
      return terminal
    } catch (error) {
      open--
      throw asProblem(error, place.name)
    }
  }

  /** Nobody has a terminal that the trail does not know of. */
  const noted = (
    author: Author,
    terminal: Terminal,
    said: { action: string; id: string; summary: string },
  ): Terminal => {
    try {
      changes.write(author, tx => tx.say({ ...said, noun: 'terminal' }))
    } catch (error) {
      terminal.close()
      throw error
    }
    return terminal
  }

  return {
    async attach(author, id, shape, signal) {
      const { kept } = serves.get(id)
      const place = machines.at(kept.host)
      const theirs = kept.place
      if (kept.origin !== 'launched' && !theirs?.session)
        throw new Problem('conflict', `${kept.name} runs in no tmux session: there is nothing to attach to.`)
      const argv = theirs?.session
        ? ['/bin/sh', '-c', ATTACH_THEIRS, 'sh', theirs.socket ?? '', exactly(theirs.session)]
        : ['/bin/sh', '-c', ATTACH, 'sh', place.site.socket ?? '', exactly(kept.id)]
      const terminal = await start(place, argv, shape, signal)
      const summary = `Attached to ${kept.name} on ${place.name}`
      return noted(author, terminal, { action: 'cookbook.attach', id: kept.id, summary })
    },
    async shell(author, host, shape, signal) {
      const place = machines.at(host)
      const terminal = await start(place, ['/bin/sh', '-c', SHELL], shape, signal)
      const summary = `Opened a shell on ${place.name}`
      return noted(author, terminal, { action: 'hosts.shell', id: place.id, summary })
    },
  }
}
