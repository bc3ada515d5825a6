import { setTimeout as pause } from 'node:timers/promises'
import { quote } from '../hosts/quote.ts'
import { type Site, siteScript } from '../sessions/shell.ts'
import type { Process, StopResult, StopStep } from '../sessions/stop.ts'
import type { StopForeign } from './control.ts'
import type { Machines } from './machines.ts'

type Signal = '' | 'INT' | 'TERM' | 'KILL'

/** Ends what we did not start, by exact identity and in the same steps as our own. Its pane or session stays. */
export const foreignStop =
  (machines: Machines): StopForeign =>
  async ({ kept }, { force }) => {
    const place = machines.at(kept.host)
    const at = kept.place
    const began = performance.now()
    const result = (step: StopStep | null, left: Process[], pids: number[]): StopResult => ({
      step,
      left,
      port: null,
      pids,
      tookMs: Math.round(performance.now() - began),
    })
    if (!at?.pid || !at.started) return result('already ended', [], [])
    /** Who was seen below it: children that are handed to process 1 stay known. */
    const members = new Map<number, string>([[at.pid, at.started]])
    const look = async (signal: Signal): Promise<Process[]> => {
      const asked = { boot: at.boot ?? '', container: at.container ?? null, root: at.pid!, members, signal }
      const answer = await place.host.ask(lookScript(place.site, asked))
      const left: Process[] = []
      for (const [, pid, started, state = '', rest = ''] of answer.stdout
        .toString()
        .matchAll(/^process (\d+) (\d+) (\S) (.*)$/gm)) {
        members.set(Number(pid), started!)
        left.push({ pid: Number(pid), state, name: rest })
      }
      return left
    }
    const steps: [StopStep, Signal, number][] = [
      ['interrupt', 'INT', force ? 0 : 15_000],
      ['terminate', 'TERM', force ? 0 : 10_000],
      ['kill', 'KILL', 5_000],
    ]
    let left = await look('')
    let step: StopStep | null = 'already ended'
    for (const [name, signal, patience] of steps) {
      if (left.length === 0) break
      if (force && signal !== 'KILL') continue
      step = name
      left = await look(signal)
      const until = performance.now() + patience
      for (let wait = 50; left.length > 0 && performance.now() < until; wait = Math.min(wait * 1.5, 500)) {
        await pause(wait)
        left = await look(signal === 'KILL' ? 'KILL' : '')
      }
    }
    const ended = result(left.length > 0 ? null : step, left, [...members.keys()])
    return kept.port === null ? ended : { ...ended, port: await portOf(place, kept.port) }
  }

const portOf = async (
  place: ReturnType<Machines['at']>,
  number: number,
): Promise<{ number: number; free: boolean }> => {
  const hex = number.toString(16).toUpperCase().padStart(4, '0')
  const { code } = await place.host.ask(`${siteScript(place.site)}\nithaca_listening | grep -q '^${hex} '`)
  return { number, free: code !== 0 }
}

/**
 * The process and all below it, or all of its container, as far as they are who they were. An interrupt goes to the
 * first of them, as a person at its keyboard would send it; what may not be signalled says whose it is.
 */
const lookScript = (
  site: Site,
  asked: {
    boot: string
    container: string | null
    root: number
    members: ReadonlyMap<number, string>
    signal: Signal
  },
): string => `(
${siteScript(site)}
ithaca_boot; [ "$ithaca_out" = ${quote(asked.boot)} ] || exit 0
ithaca_tree=$({
  printf '%s\\n' ${[...asked.members].map(([pid, started]) => `'seen ${pid} ${started}'`).join(' ')}
  ${asked.container ? `grep -ls ${quote(asked.container)} /proc/[0-9]*/cgroup 2>/dev/null | sed -n 's|^/proc/\\([0-9]*\\)/.*|inside \\1|p'` : ':'}
  cat /proc/[0-9]*/stat 2>/dev/null | sed -n 's/^\\([0-9]*\\) (\\(.*\\)) \\(.*\\)$/p \\1 \\3|\\2/p'
} | awk -v lane="$$" '
  $1 == "seen" { seen[$2] = $3; next }
  $1 == "inside" { inside[$2] = 1; next }
  { bar = index($0, "|"); split(substr($0, 1, bar - 1), f, " "); pid = f[2]
    state[pid] = f[3]; parent[pid] = f[4]; began[pid] = f[22]; title[pid] = substr($0, bar + 1)
    if (inside[pid] || (seen[pid] != "" && seen[pid] == f[22])) in_it[pid] = 1 }
  END {
    do { grown = 0; for (pid in state) if (!in_it[pid] && in_it[parent[pid]]) { in_it[pid] = 1; grown = 1 } } while (grown)
    for (pid in in_it) if (in_it[pid] && pid > 1 && pid != lane && state[pid] !~ /[ZXx]/) print pid, began[pid], state[pid], title[pid]
  }')
[ -n "$ithaca_tree" ] || exit 0
printf '%s\\n' "$ithaca_tree" | while read -r ithaca_p ithaca_s ithaca_state ithaca_name; do
  ithaca_whose=
  ${
    asked.signal === ''
      ? ':'
      : `if ${asked.signal === 'INT' ? `[ "$ithaca_p" = ${asked.root} ] && ` : ''}ithaca_start "$ithaca_p" && [ "$ithaca_out" = "$ithaca_s" ]; then kill -${asked.signal} "$ithaca_p" 2>/dev/null; fi`
  }
  if ! kill -0 "$ithaca_p" 2>/dev/null && ithaca_start "$ithaca_p"; then
    ithaca_whose=" (belongs to $(ls -ld "/proc/$ithaca_p" 2>/dev/null | awk '{ print $3 }'), may not be signalled by $(id -un))"
  fi
  printf 'process %s %s %s %s%s\\n' "$ithaca_p" "$ithaca_s" "$ithaca_state" "$ithaca_name" "$ithaca_whose"
done
)`
