import { randomBytes } from 'node:crypto'
import { type Host, HostError } from '../hosts/host.ts'
import { type Attempt, type Meta, SESSION_ID, type Session, type SessionState } from './session.ts'
import { type Site, siteScript } from './shell.ts'

export interface StatusOptions {
  /** What is known of these does not change any more: they are left out. */
  settled?: Iterable<string>
  /** Whose records are known: they are not sent again. Pass them as they were answered. */
  known?: ReadonlyMap<string, Meta>
  /** How much of the end of each log to bring along. Default none. */
  tailBytes?: number
  /** Which processes belong to which session. Default no. */
  processes?: boolean
  deadline?: number
}

export interface Status {
  machine: string
  boot: string
  /** The host's clock, in seconds. */
  now: number
  socket: string
  root: string
  sessions: Session[]
  /** Ports that something on the host listens on. */
  listening: Set<number>
}

/** How long a launch may take to get from its claim to a process before it counts as cut off. */
const LAUNCH_SECONDS = 60

/** Everything about every session of this machine, from its files and processes alone, in one round trip. */
export async function status(host: Host, site: Site, options: StatusOptions = {}): Promise<Status> {
  const mark = randomBytes(16).toString('hex')
  const answer = await host.ask(script(site, mark, options), {
    lane: 'status',
    deadline: options.deadline ?? 10_000,
  })
  const [head, ...sections] = split(answer.stdout, mark)
  if (head?.title !== 'site') {
    throw new HostError(
      'refused',
      `${host.name} did not say what runs on it: ${answer.stderr.toString().trim()}`,
    )
  }
  return read(head, sections, options)
}

interface Section {
  title: string
  body: Buffer
}

function split(output: Buffer, mark: string): Section[] {
  const sections: Section[] = []
  const line = Buffer.from(`\n${mark} `)
  let at = output.indexOf(line)
  while (at >= 0) {
    const titleEnd = output.indexOf(10, at + 1)
    const next = output.indexOf(line, titleEnd)
    sections.push({
      title: output.toString('utf8', at + line.length, titleEnd),
      body: output.subarray(titleEnd + 1, next < 0 ? output.length : next),
    })
    at = next
  }
  return sections
}

function read(head: Section, sections: Section[], options: StatusOptions): Status {
  const [machine = '', boot = '', now = '', root = '', socket = ''] = head.body.toString().split('\n')
  const result: Status = { machine, boot, now: Number(now), root, socket, sessions: [], listening: new Set() }
  const byId = new Map<string, Session>()
  for (const { title, body } of sections) {
    const [kind, id = ''] = title.split(' ')
    const session = byId.get(id)
    if (kind === 'session' && SESSION_ID.test(id)) {
      const made = sessionFrom(id, body.toString(), result, options.known?.get(id) ?? null)
      byId.set(id, made)
      result.sessions.push(made)
    } else if (kind === 'meta' && session) session.meta = metaFrom(body)
    else if (kind === 'tail' && session) session.tail = body
    else if (kind === 'sizes') readSizes(body.toString(), byId, root)
    else if (kind === 'listening')
      for (const hex of body.toString().match(/^[0-9A-F]+/gm) ?? [])
        result.listening.add(Number.parseInt(hex, 16))
    else if (kind === 'processes') readProcesses(body.toString(), result.sessions)
  }
  for (const session of result.sessions) session.state = settle(session, result)
  return result
}

function metaFrom(body: Buffer): Meta | null {
  try {
    return JSON.parse(body.toString())
  } catch {
    // A record cut short says as little as none.
    return null
  }
}

/** Lines as `script` prints them: `key value…`. */
function sessionFrom(id: string, text: string, { root }: Status, meta: Meta | null): Session {
  const facts = new Map(
    text.split('\n').map(line => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)]),
  )
  const attempts: Attempt[] = []
  for (let number = 1; facts.has(`began.${number}`); number++) {
    const [code, endedAt] = numbers(facts.get(`exit.${number}`))
    attempts.push({
      number,
      log: `${root}/${id}/${number}.log`,
      pid: numbers(facts.get(`pid.${number}`))[0] ?? null,
      startedAt: numbers(facts.get(`began.${number}`))[0] ?? null,
      endedAt: endedAt ?? null,
      code: code ?? null,
    })
  }
  const last = attempts.at(-1)
  return {
    id,
    meta,
    state: stateOf(facts, last),
    stopRequested: facts.get('stop') === 'yes',
    attempts,
    supervised: facts.get('runner') === 'lives',
    restartAt: numbers(facts.get('restart'))[0] ?? null,
    log: last ? { path: last.log, size: 0, modifiedAt: 0 } : null,
    tail: Buffer.alloc(0),
    pids: [],
  }
}

const numbers = (text: string | undefined): number[] => text?.match(/\d+/g)?.map(Number) ?? []

function stateOf(facts: Map<string, string>, last: Attempt | undefined): SessionState {
  const runner = facts.get('runner')
  if (facts.get('process') === 'lives') return 'running'
  if (last && last.code !== null) {
    const again = facts.has('restart') && runner === 'lives' && facts.get('stop') !== 'yes'
    return again ? 'restarting' : 'ended'
  }
  if (runner === 'lives') return last?.pid == null ? 'launching' : 'running'
  if (!last && facts.get('stop') === 'yes') return 'ended'
  if (facts.get('rebooted') === 'yes') return 'lost'
  if (facts.get('process') === 'gone') return 'unknown'
  return runner === 'none' ? 'launching' : 'lost'
}

/** What needs the record: a launch that never came to anything, and a reboot before the first process. */
function settle(session: Session, { boot, now }: Status): SessionState {
  if (session.state !== 'launching' || session.supervised) return session.state
  if (session.meta && session.meta.boot !== boot) return 'lost'
  return now - (session.meta?.at ?? 0) > LAUNCH_SECONDS ? 'lost' : 'launching'
}

function readSizes(text: string, byId: Map<string, Session>, root: string): void {
  for (const line of text.split('\n')) {
    const [, size, modifiedAt, path = ''] = /^(\d+) (\d+) (.*)$/.exec(line) ?? []
    const session = byId.get(path.slice(root.length + 1).split('/')[0] ?? '')
    if (session?.log?.path === path)
      session.log = { path, size: Number(size), modifiedAt: Number(modifiedAt) }
  }
}

function readProcesses(text: string, sessions: Session[]): void {
  const byMark = new Map(sessions.map(session => [session.meta?.mark, session]))
  for (const [, pid, mark] of text.matchAll(/^\/proc\/(\d+)\/environ:ITHACA_MARK=(\w+)$/gm)) {
    const session = byMark.get(mark)
    if (session && !session.pids.includes(Number(pid))) session.pids.push(Number(pid))
  }
}

const ids = (values: Iterable<string>): string => [...values].filter(id => SESSION_ID.test(id)).join(' ')

const script = (site: Site, mark: string, options: StatusOptions): string => `
${siteScript(site)}
ithaca_boot
printf '\\n%s site\\n' ${mark}
printf '%s\\n' "$ithaca_machine_name" "$ithaca_out" "$(date +%s)" "$ithaca_root" "$ithaca_socket"
ithaca_settled=' ${ids(options.settled ?? [])} '
ithaca_known=' ${ids(options.known?.keys() ?? [])} '
set --
for ithaca_dir in "$ithaca_root"/*/; do
  ithaca_dir=\${ithaca_dir%/}; ithaca_name=\${ithaca_dir##*/}
  case $ithaca_settled in *" $ithaca_name "*) continue ;; esac
  [ -d "$ithaca_dir" ] || continue
  printf '\\n%s session %s\\n' ${mark} "$ithaca_name"
${FACTS}
  case $ithaca_known in *" $ithaca_name "*) ;; *)
    printf '\\n%s meta %s\\n' ${mark} "$ithaca_name"
    [ -f "$ithaca_dir/meta.json" ] && cat "$ithaca_dir/meta.json" ;;
  esac
  if [ -n "$ithaca_last" ]; then
    set -- "$@" "$ithaca_dir/$ithaca_last.log"
    ${options.tailBytes ? `printf '\\n%s tail %s\\n' ${mark} "$ithaca_name"; tail -c ${options.tailBytes} "$ithaca_dir/$ithaca_last.log"` : ':'}
  fi
done
printf '\\n%s sizes\\n' ${mark}
if [ $# -gt 0 ]; then stat -c '%s %Y %n' "$@" 2>/dev/null || stat -f '%z %m %N' "$@"; fi
printf '\\n%s listening\\n' ${mark}
ithaca_listening
${options.processes ? `printf '\\n%s processes\\n' ${mark}\n${MARKED_PROCESSES}` : ':'}
`

/** Which processes carry the mark of a session in their environment. Some a grep knows no -a. */
export const MARKED_PROCESSES = String.raw`
{ grep -aos 'ITHACA_MARK=[a-z0-9]*' /proc/[0-9]*/environ || [ $? -eq 1 ] || grep -os 'ITHACA_MARK=[a-z0-9]*' /proc/[0-9]*/environ; } 2>/dev/null
`

const FACTS = String.raw`
  ithaca_n=1 ithaca_last=
  while [ -e "$ithaca_dir/$ithaca_n.log" ]; do
    ithaca_last=$ithaca_n
    { read -r ithaca_v <"$ithaca_dir/$ithaca_n.began"; } 2>/dev/null || ithaca_v=
    printf 'began.%s %s\n' "$ithaca_n" "$ithaca_v"
    { read -r ithaca_v <"$ithaca_dir/$ithaca_n.pid"; } 2>/dev/null && printf 'pid.%s %s\n' "$ithaca_n" "$ithaca_v"
    { read -r ithaca_v <"$ithaca_dir/$ithaca_n.exit"; } 2>/dev/null && printf 'exit.%s %s\n' "$ithaca_n" "$ithaca_v"
    ithaca_n=$((ithaca_n + 1))
  done
  ithaca_who=$ithaca_dir/$ithaca_last.pid
  if [ -n "$ithaca_last" ] && [ -e "$ithaca_who" ]; then
    if ithaca_lives "$ithaca_who"; then echo 'process lives'; else echo 'process gone'; fi
  fi
  if [ ! -e "$ithaca_dir/runner" ]; then echo 'runner none'
  elif ithaca_lives "$ithaca_dir/runner"; then echo 'runner lives'
  else
    echo 'runner gone'
    read -r ithaca_p ithaca_s ithaca_b <"$ithaca_dir/runner"
    ithaca_boot
    if [ "$ithaca_b" != "$ithaca_out" ]; then echo 'rebooted yes'; fi
  fi
  { read -r ithaca_v <"$ithaca_dir/restart"; } 2>/dev/null && printf 'restart %s\n' "$ithaca_v"
  if [ -e "$ithaca_dir/stop" ]; then echo 'stop yes'; fi
`
