import { randomBytes } from 'node:crypto'
import type { Host } from '../hosts/host.ts'
import { type Site, siteScript } from '../sessions/shell.ts'

export interface FoundPane {
  socket: string
  /** `%3`: unique on its server, exact as a target. */
  pane: string
  pid: number
  session: string
}

export interface FoundProcess {
  pid: number
  parent: number
  /** Clock ticks after boot; with pid and boot it is an identity. */
  started: string
  argv: string[]
  /** Only the few that say which model server this is. */
  variables: Record<string, string>
}

/** What a host's tmux servers hold and what runs in their panes, beside the ancestors of some processes. */
export interface Swept {
  boot: string
  /** Seconds since the host started, and how many ticks make one. */
  uptime: number
  ticks: number
  panes: FoundPane[]
  processes: Map<number, FoundProcess>
}

/** Looks at our tmux socket and at the user's own, and tells the real arguments of everything below their panes. */
export const sweep = async (host: Host, site: Site, pids: readonly number[]): Promise<Swept> => {
  const mark = `sweep-${randomBytes(9).toString('hex')}`
  const answer = await host.ask(script(site, mark, pids), { lane: 'slow', deadline: 20_000 })
  return readSweep(answer.stdout.toString('utf8'), mark)
}

export const readSweep = (text: string, mark: string): Swept => {
  const found: Swept = { boot: '', uptime: 0, ticks: 100, panes: [], processes: new Map() }
  const argvs = new Map<number, string[]>()
  let section = ''
  let argument = ''
  for (const line of text.split('\n')) {
    if (line.startsWith(`${mark} `)) {
      const [, kind = '', ...rest] = line.split(' ')
      section = kind
      argument = kind === 'environ' ? argument : rest.join(' ')
      if (kind === 'site') {
        const [boot = '', uptime, ticks] = rest
        Object.assign(found, { boot, uptime: Number(uptime) || 0, ticks: Number(ticks) || 100 })
      } else if (kind === 'process') argvs.set(Number(argument), [])
    } else if (section === 'panes') {
      const [pane = '', pid, ...name] = line.split('|')
      if (/^%\d+$/.test(pane))
        found.panes.push({ socket: argument, pane, pid: Number(pid), session: name.join('|') })
    } else if (section === 'table') {
      const [pid, parent, started = ''] = line.split(' ')
      if (started !== '')
        found.processes.set(Number(pid), {
          pid: Number(pid),
          parent: Number(parent),
          started,
          argv: [],
          variables: {},
        })
    } else if (section === 'process' && line.startsWith('a '))
      argvs.get(Number(argument))?.push(line.slice(2))
    else if (section === 'environ' && line.startsWith('e ')) {
      const at = line.indexOf('=')
      const process = found.processes.get(Number(argument))
      if (process) process.variables[line.slice(2, at)] ??= line.slice(at + 1)
    }
  }
  for (const [pid, argv] of argvs) {
    const process = found.processes.get(pid)
    // Arguments end in NUL, so the split leaves an empty one behind the last.
    if (process) process.argv = argv.at(-1) === '' ? argv.slice(0, -1) : argv
  }
  return found
}

/** The process and everything below it, nearest first. */
export const below = (swept: Swept, root: number): FoundProcess[] => {
  const found: FoundProcess[] = []
  const first = swept.processes.get(root)
  const queue = first ? [first] : []
  const all = [...swept.processes.values()].sort((a, b) => a.pid - b.pid)
  for (let one = queue.shift(); one; one = queue.shift()) {
    if (found.includes(one)) continue
    found.push(one)
    for (const child of all) if (child.parent === one.pid) queue.push(child)
  }
  return found
}

/** The process, then its parent, and so on up. */
export const above = (swept: Swept, pid: number): FoundProcess[] => {
  const chain: FoundProcess[] = []
  for (let one = swept.processes.get(pid); one && !chain.includes(one); one = swept.processes.get(one.parent))
    chain.push(one)
  return chain
}

/** A name may hold anything, so it stands last; arguments travel line by line, newlines in them as blanks. */
const script = (site: Site, mark: string, pids: readonly number[]): string => `(
m=${mark}
${siteScript(site)}
[ -d /proc/self ] || exit 0
ithaca_boot
{ read -r ithaca_up ithaca_rest </proc/uptime; } 2>/dev/null
printf '%s site %s %s %s\\n' "$m" "$ithaca_out" "$ithaca_up" "$(getconf CLK_TCK 2>/dev/null || echo 100)"
ithaca_limit=; command -v timeout >/dev/null 2>&1 && ithaca_limit='timeout 5'
ithaca_panes=$(for ithaca_s in "$ithaca_socket" "\${TMUX_TMPDIR:-/tmp}/tmux-$ithaca_uid"/*; do
  [ -S "$ithaca_s" ] || continue
  printf '%s panes %s\\n' "$m" "$ithaca_s"
  ( PATH=$PATH:$HOME/.local/bin:$HOME/bin:/usr/local/bin:/opt/homebrew/bin; unset TMUX TMUX_PANE
    $ithaca_limit tmux -u -S "$ithaca_s" list-panes -a -F '#{pane_id}|#{pane_pid}|#{session_name}' 2>/dev/null )
done)
printf '%s\\n' "$ithaca_panes"
ithaca_table=$({
  printf '%s\\n' "$ithaca_panes" | sed -n 's/^%[0-9]*|\\([0-9]*\\)|.*/pane \\1/p'
  for ithaca_p in ${pids.map(Number).filter(Number.isInteger).join(' ')}; do echo "up $ithaca_p"; done
  cat /proc/[0-9]*/stat 2>/dev/null | sed -n 's/^\\([0-9]*\\) (.*) \\(.*\\)$/p \\1 \\2/p'
} | awk '
  $1 == "pane" { wanted[$2] = 1; next }
  $1 == "up" { up[$2] = 1; next }
  $3 !~ /[ZXx]/ { parent[$2] = $4; began[$2] = $22 }
  END {
    do { grown = 0; for (pid in parent) if (!wanted[pid] && wanted[parent[pid]]) { wanted[pid] = 1; grown = 1 } } while (grown)
    for (pid in up) for (one = pid; one in parent && one > 1 && !wanted[one]; one = parent[one]) wanted[one] = 1
    for (pid in wanted) if (pid in parent) print pid, parent[pid], began[pid]
  }')
printf '%s table\\n%s\\n' "$m" "$ithaca_table"
printf '%s\\n' "$ithaca_table" | while read -r ithaca_p ithaca_rest; do
  [ -n "$ithaca_p" ] || continue
  printf '\\000%s process %s\\000' "$m" "$ithaca_p"
  cat "/proc/$ithaca_p/cmdline" 2>/dev/null
  printf '\\000%s environ\\000' "$m"
  cat "/proc/$ithaca_p/environ" 2>/dev/null
done | tr '\\n\\000' ' \\n' | awk -v m="$m" '
  index($0, m " ") == 1 { env = ($2 == "environ"); print; next }
  !env { print "a " $0; next }
  /^(CUDA_VISIBLE_DEVICES|HIP_VISIBLE_DEVICES|OLLAMA_HOST|LLAMA_ARG_PORT|ITHACA_MARK|ITHACA_SESSION)=/ { print "e " $0 }'
)`
