import type { Host } from '../hosts/host.ts'
import { quote } from '../hosts/quote.ts'
import { type Site, siteScript } from '../sessions/shell.ts'

/** Where Odysseus keeps the output of a session; literally there, whatever the machine's own temporary folder. */
const ODYSSEUS = '/tmp/odysseus-tmux'
const PLAIN = /^[A-Za-z0-9_-]{1,64}$/

/** The log that Odysseus writes for a session, if there is one: it is there, and empty, before the server's first word. */
export const odysseusLog = async (host: Host, session: string): Promise<string | null> => {
  if (!PLAIN.test(session)) return null
  const path = `${ODYSSEUS}/${session}.log`
  const { code } = await host.ask(`[ -f ${quote(path)} ] && [ -r ${quote(path)} ]`, { lane: 'slow' })
  return code === 0 ? path : null
}

/**
 * Saves what a pane shows into a log of ours and keeps adding what it prints. Capture and pipe begin in one command of
 * tmux, and the pipe waits until the capture is written: nothing is lost or doubled between them. A pane that is piped
 * already is left alone; where that pipe is ours, its log is the answer.
 */
export const keepPane = async (
  host: Host,
  site: Site,
  pane: { socket: string; pane: string },
  name: string,
): Promise<string | null> => {
  const answer = await host.ask(
    `(
umask 077
${siteScript(site)}
ithaca_socket=${quote(pane.socket)}
ithaca_log=$ithaca_state/adopted/$ithaca_machine_name/${name}.log
ithaca_piped=$(ithaca_tmux display-message -p -t ${quote(pane.pane)} '#{pane_pipe}') || exit 1
if [ "$ithaca_piped" = 1 ]; then if [ -e "$ithaca_log" ]; then printf '%s' "$ithaca_log"; fi; exit 0; fi
mkdir -p "\${ithaca_log%/*}" && : >"$ithaca_log" && rm -f "$ithaca_log.read" || exit 1
ithaca_quoted=$(printf '%s' "$ithaca_log" | sed "s/'/'\\\\\\\\''/g")
ithaca_tmux capture-pane -p -e -J -S - -t ${quote(pane.pane)} \\; pipe-pane -t ${quote(pane.pane)} \\
  "n=0; while [ ! -e '$ithaca_quoted.read' ] && [ \\$n -lt 100 ]; do sleep 0.1; n=\\$((n + 1)); done; rm -f '$ithaca_quoted.read'; exec cat >>'$ithaca_quoted'" |
  awk '/^[[:space:]]*$/ { blank = blank $0 "\\n"; next } { printf "%s%s\\n", blank, $0; blank = "" }' >>"$ithaca_log"
: >"$ithaca_log.read"
printf '%s' "$ithaca_log"
)`,
    { lane: 'slow', deadline: 15_000 },
  )
  const path = answer.stdout.toString()
  return answer.code === 0 && path !== '' ? path : null
}

export interface Alive {
  alive: boolean
  log: { size: number; modifiedAt: number } | null
  tail: Buffer
}

/** Whether processes are still who they were, and what their logs grew to: one question for all of a host. */
export const lookAfter = async (
  host: Host,
  site: Site,
  mark: string,
  wanted: readonly { pid: number; started: string; boot: string; log: string | null }[],
  tailBytes: number,
): Promise<Alive[]> => {
  const lines = wanted.map(({ pid, started, boot, log }, at) =>
    [
      `ithaca_is ${at} ${pid} ${quote(started)} ${quote(boot)}`,
      log ? `ithaca_log ${at} ${quote(log)}` : '',
    ].join('\n'),
  )
  const answer = await host.ask(
    `(
${siteScript(site)}
ithaca_boot; ithaca_now=$ithaca_out
ithaca_is() {
  if [ "$4" = "$ithaca_now" ] && ithaca_start "$2" && [ "$ithaca_out" = "$3" ]; then printf '\\n${mark} lives %s\\n' "$1"; fi
}
ithaca_log() {
  ithaca_v=$(stat -c '%s %Y' "$2" 2>/dev/null || stat -f '%z %m' "$2" 2>/dev/null) || return
  printf '\\n${mark} log %s %s\\n' "$1" "$ithaca_v"; tail -c ${tailBytes} "$2"
}
${lines.join('\n')}
)`,
    { lane: 'status' },
  )
  const found: Alive[] = wanted.map(() => ({ alive: false, log: null, tail: Buffer.alloc(0) }))
  const text = answer.stdout
  const line = `\n${mark} `
  for (let at = text.indexOf(line); at >= 0; ) {
    const end = text.indexOf(10, at + 1)
    const next = text.indexOf(line, end)
    const [kind, index, size, modified] = text.toString('utf8', at + line.length, end).split(' ')
    const one = found[Number(index)]
    if (one && kind === 'lives') one.alive = true
    else if (one) {
      one.log = { size: Number(size), modifiedAt: Number(modified) }
      one.tail = text.subarray(end + 1, next < 0 ? text.length : next)
    }
    at = next
  }
  return found
}
