import type { Host } from '../hosts/host.ts'
import { quote } from '../hosts/quote.ts'

export interface Pane {
  /** Path of the tmux socket; null for the user's own server. */
  socket: string | null
  session: string
}

/** The pane's scrollback and screen, for sessions without a log of ours. Null where there is no such session. */
export async function capture(
  host: Host,
  pane: Pane,
  lines: number,
  options: { colours?: boolean; deadline?: number } = {},
): Promise<string | null> {
  const server = pane.socket === null ? '' : `-S ${quote(pane.socket)}`
  // The `=` and the colon keep tmux from taking a name that only begins so.
  const target = quote(`=${pane.session}:`)
  const answer = await host.ask(
    `PATH=$PATH:$HOME/.local/bin:$HOME/bin:/usr/local/bin:/opt/homebrew/bin; unset TMUX; tmux -u ${server} capture-pane -p -J ${options.colours ? '-e' : ''} -S -${Math.max(1, Math.floor(lines))} -t ${target}`,
    { lane: 'pages', deadline: options.deadline },
  )
  if (answer.code !== 0) return null
  const text = answer.stdout.toString().replace(/\s+$/, '')
  const kept = text.split('\n').slice(-lines)
  return text === '' ? '' : `${kept.join('\n')}\n`
}
