import { setTimeout as pause } from 'node:timers/promises'
import type { Host } from '../hosts/host.ts'
import { quote as shellText } from '../hosts/quote.ts'
import { SESSION_ID } from './session.ts'
import { ENDED, type Site, siteScript } from './shell.ts'
import { MARKED_PROCESSES } from './status.ts'
import { exactly } from './tmux.ts'

export interface StopOptions {
  /** How long an interrupt may take to work. Default 15 s. */
  interruptMs?: number
  /** How long a request to terminate may take after that. Default 10 s. */
  termMs?: number
  /** How long to look for what SIGKILL should have ended. Default 5 s. */
  killMs?: number
  signal?: AbortSignal
}

export type StopStep = 'already ended' | 'interrupt' | 'terminate' | 'kill'

export interface StopResult {
  /** What ended it; null where something is still there. */
  step: StopStep | null
  left: Process[]
  /** Null where the session has no port. */
  port: { number: number; free: boolean } | null
  /** Everything that had to be gone, for a look at the GPUs. */
  pids: number[]
  tookMs: number
}

export interface Process {
  pid: number
  state: string
  name: string
}

/**
 * Interrupts, waits, terminates, kills, and looks again. What belongs to a session is found in three ways, since each
 * alone misses some: descendants, the mark in the environment, and whatever was seen before.
 */
export async function stop(
  host: Host,
  site: Site,
  id: string,
  options: StopOptions = {},
): Promise<StopResult> {
  if (!SESSION_ID.test(id)) throw new TypeError(`'${id}' cannot name a session.`)
  const began = performance.now()
  const pids = new Set<number>()
  const look = async (signal: '' | 'INT' | 'TERM' | 'KILL'): Promise<Look> => {
    options.signal?.throwIfAborted()
    const found = readLook(
      (await host.ask(lookScript(site, id, signal), { signal: options.signal })).stdout.toString(),
    )
    for (const { pid } of found.processes) pids.add(pid)
    return found
  }
  const steps: [StopStep, 'INT' | 'TERM' | 'KILL', number][] = [
    ['interrupt', 'INT', options.interruptMs ?? 15_000],
    ['terminate', 'TERM', options.termMs ?? 10_000],
    ['kill', 'KILL', options.killMs ?? 5_000],
  ]
  let seen = await look('')
  let step: StopStep | null = 'already ended'
  for (const [name, signal, patience] of steps) {
    if (!seen.busy) break
    step = name
    seen = await look(signal)
    const until = performance.now() + patience
    for (let wait = 50; seen.busy && performance.now() < until; wait = Math.min(wait * 1.5, 500)) {
      await pause(wait, undefined, { signal: options.signal })
      seen = await look(signal === 'KILL' ? 'KILL' : '')
    }
  }
  if (seen.processes.length > 0) step = null
  const left = seen.processes
  const port = await finish(host, site, id, step !== null)
  return { step, left, port, pids: [...pids], tookMs: Math.round(performance.now() - began) }
}

interface Look {
  processes: Process[]
  /** Processes are left, or a runner that has yet to write down how it ended, or may start another. */
  busy: boolean
}

function readLook(text: string): Look {
  const processes: Process[] = []
  for (const [, pid, state = '', name = ''] of text.matchAll(/^process (\d+) \d+ (\S) (.*)$/gm)) {
    processes.push({ pid: Number(pid), state, name })
  }
  return { processes, busy: processes.length > 0 || /^supervised$/m.test(text) }
}

/** Closes the pane and looks at the port. */
async function finish(host: Host, site: Site, id: string, gone: boolean): Promise<StopResult['port']> {
  const answer = await host.ask(`${siteScript(site)}
${gone ? `ithaca_tmux kill-session -t ${shellText(exactly(id))} 2>/dev/null` : ':'}
{ read -r ithaca_port <"$ithaca_root/${id}/holds"; } 2>/dev/null || ithaca_port=-
[ "$ithaca_port" = - ] && exit 0
ithaca_hex=$(printf '%04X' "$ithaca_port")
if ithaca_listening | grep -q "^$ithaca_hex "; then echo "port $ithaca_port taken"; else echo "port $ithaca_port free"; fi
`)
  const [, number, how] = /^port (\d+) (\w+)$/m.exec(answer.stdout.toString()) ?? []
  return number === undefined ? null : { number: Number(number), free: how === 'free' }
}

/** Lists what is alive of a session and, where a signal is named, sends it to exactly that. */
const lookScript = (site: Site, id: string, signal: '' | 'INT' | 'TERM' | 'KILL'): string => `
umask 077
${siteScript(site)}
ithaca_dir=$ithaca_root/${id}
[ -d "$ithaca_dir" ] || exit 0
${ENDED}
if ! ithaca_ended "$ithaca_dir"; then
  [ -e "$ithaca_dir/stop" ] || date +%s | ithaca_put "$ithaca_dir/stop"
  if ithaca_lives "$ithaca_dir/runner"; then echo supervised; fi
fi
${TREE}
${MARK_STOP}
printf '%s\\n' "$ithaca_tree"
${signal === '' ? '' : `ithaca_signal ${signal}`}
`

const MARK_STOP = String.raw`
ithaca_signal() {
  if [ "$1" = INT ] && [ -n "$ithaca_main" ] && [ "$ithaca_group" = "$ithaca_runner" ]; then
    kill -INT "-$ithaca_group" 2>/dev/null
    return
  fi
  printf '%s\n' "$ithaca_tree" | while read -r ithaca_w ithaca_p ithaca_s ithaca_rest; do
    if [ "$1" = INT ] && [ -n "$ithaca_main" ] && [ "$ithaca_p" != "$ithaca_main" ]; then continue; fi
    ithaca_start "$ithaca_p" && { [ "$ithaca_s" = 0 ] || [ "$ithaca_out" = "$ithaca_s" ]; } && kill "-$1" "$ithaca_p" 2>/dev/null
  done
}
`

/**
 * The process table once through awk. Members of the pane's session count only while the command itself is alive:
 * after its end the pane belongs to whoever sits in front of it. The runner and what reads the log are not part of it.
 */
const TREE = String.raw`
ithaca_main= ithaca_runner= ithaca_group=
{ read -r ithaca_mark <"$ithaca_dir/mark"; } 2>/dev/null || ithaca_mark=none
for ithaca_f in "$ithaca_dir"/*.pid; do
  if ithaca_lives "$ithaca_f"; then
    ithaca_main=$ithaca_p
    { read -r ithaca_line <"/proc/$ithaca_p/stat"; } 2>/dev/null && { set -- ${'$'}{ithaca_line##*) }; ithaca_group=$3; }
  fi
done
if ithaca_lives "$ithaca_dir/runner"; then ithaca_runner=$ithaca_p; fi
ithaca_table() {
  if [ -d /proc/self ]; then cat /proc/[0-9]*/stat 2>/dev/null | sed -n 's/^\([0-9]*\) (\(.*\)) \(.*\)$/\1 \3|\2/p'
  else LC_ALL=C ps -A -o pid=,stat=,ppid=,pgid=,sess=,comm= | awk '{ print $1, substr($2, 1, 1), $3, $4, $5 "|" $6 }'; fi
}
ithaca_tree=$({
  cat "$ithaca_dir/seen" 2>/dev/null | sed 's/^/seen /'
  ${MARKED_PROCESSES.trim()} | sed -n "s|^/proc/\([0-9]*\)/environ:ITHACA_MARK=$ithaca_mark$|marked \1|p"
  ithaca_table | sed 's/^/p /'
} | awk -v main="$ithaca_main" -v runner="$ithaca_runner" -v lane="$$" '
  $1 == "seen" { seen[$2] = $3; next }
  $1 == "marked" { mark[$2] = 1; next }
  {
    bar = index($0, "|"); name = substr($0, bar + 1); split(substr($0, 1, bar - 1), f, " ")
    pid = f[2]; state[pid] = f[3]; parent[pid] = f[4]; sid[pid] = f[6]; began[pid] = f[22] == "" ? 0 : f[22]; title[pid] = name
  }
  END {
    for (pid in state) {
      if (pid == main || mark[pid] || (seen[pid] != "" && seen[pid] == began[pid])) in_it[pid] = 1
      if (main != "" && runner != "" && pid != runner && sid[pid] == runner && parent[pid] != runner) in_it[pid] = 1
    }
    do {
      grown = 0
      for (pid in state) if (!in_it[pid] && in_it[parent[pid]]) { in_it[pid] = 1; grown = 1 }
    } while (grown)
    for (pid in in_it) if (in_it[pid] && pid != runner && pid != lane && state[pid] !~ /[ZXx]/ && state[pid] != "") print "process", pid, began[pid], state[pid], title[pid]
  }')
printf '%s\n' "$ithaca_tree" | awk 'NF { print $2, $3 }' | sort -u - "$ithaca_dir/seen" 2>/dev/null >"$ithaca_dir/seen.new" || printf '%s\n' "$ithaca_tree" | awk 'NF { print $2, $3 }' >"$ithaca_dir/seen.new"
mv -f "$ithaca_dir/seen.new" "$ithaca_dir/seen"
`
