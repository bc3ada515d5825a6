import { randomBytes } from 'node:crypto'
import { type Host, HostError } from '../hosts/host.ts'
import { quote as shellText } from '../hosts/quote.ts'
import { RUNNER, secretsScript, sessionScript } from './runner.ts'
import { type Meta, SESSION_ID, type Spec } from './session.ts'
import { ENDED, LOCK, type Site, siteScript } from './shell.ts'
import { TMUX_CONFIG } from './tmux.ts'
import { literal } from './word.ts'

export type Launch =
  | { outcome: 'launched'; meta: Meta; socket: string }
  /** The id was used before: this is what the first launch made. Null where that one was cut off. */
  | { outcome: 'exists'; meta: Meta | null; socket: string }
  | { outcome: 'held'; by: Holder }
  | { outcome: 'no_tmux' }

export interface Holder {
  what: 'port' | 'gpu'
  number: number
  /** The session that holds it; null where a process outside our sessions does. */
  session: string | null
  /** Processes that listen on the port, as far as we may see them. */
  pids: number[]
}

/**
 * Claims the id, holds port and GPUs, and starts the runner: one round trip, under the host's lock. Asking again
 * with the same id never starts a second process, so a caller that lost the answer just asks again.
 */
export async function launch(
  host: Host,
  site: Site,
  spec: Spec,
  options: { deadline?: number } = {},
): Promise<Launch> {
  check(spec)
  const mark = randomBytes(16).toString('hex')
  const secrets = Object.keys(spec.secrets ?? {}).length > 0 ? secretsScript(spec.secrets!) : ''
  const answer = await host.ask(script(site, spec, mark), {
    stdin: secrets,
    deadline: options.deadline ?? 10_000,
  })
  const said = answer.stdout.toString()
  const [, verdict = '', rest = ''] = new RegExp(`${mark} ([^\\n]*)\\n([\\s\\S]*)`).exec(said) ?? []
  const [word = '', ...values] = verdict.split(' ')
  const socket = values.join(' ')
  if (word === 'launched') return { outcome: 'launched', meta: JSON.parse(rest), socket }
  if (word === 'exists')
    return { outcome: 'exists', meta: rest.trim() === '' ? null : JSON.parse(rest), socket }
  if (word === 'no_tmux') return { outcome: 'no_tmux' }
  if (word === 'held') return { outcome: 'held', by: holder(values, rest) }
  const why = word === 'failed' ? rest : answer.stderr.toString()
  throw new HostError(
    'refused',
    `The session ${spec.id} could not be started on ${host.name}: ${why.trim() || `sh ended with ${answer.code}`}`,
  )
}

function check(spec: Spec): void {
  if (!SESSION_ID.test(spec.id)) throw new TypeError(`'${spec.id}' cannot name a session.`)
  const program = spec.run.argv[0]
  if (program === undefined || program.length === 0 || literal(program)?.startsWith('-')) {
    throw new TypeError('A session needs a program to run.')
  }
  if (spec.port != null && !(spec.port >= 1 && spec.port <= 65_535))
    throw new TypeError(`${spec.port} is not a port.`)
}

function holder([what, number, session]: string[], pids: string): Holder {
  return {
    what: what === 'gpu' ? 'gpu' : 'port',
    number: Number(number),
    session: session || null,
    pids: [...new Set((pids.match(/\d+/g) ?? []).map(Number))],
  }
}

/** The record without its braces: the host puts in front of it what only the host knows. */
function record({ secrets: _, ...spec }: Spec): string {
  return JSON.stringify(spec).slice(1)
}

const script = (site: Site, spec: Spec, mark: string): string => `(
umask 077
${siteScript(site)}${LOCK}
ithaca_say() { printf '%s %s\\n' ${mark} "$1"; }
ithaca_dir=$ithaca_root/${spec.id}
mkdir -p "$ithaca_root" || exit 1
if [ -z ${site.socket === undefined ? "''" : '1'} ]; then
  mkdir -p "\${ithaca_socket%/*}" && ithaca_owner=$(ls -ldn "\${ithaca_socket%/*}" | awk '{ print substr($1, 1, 10), $3 }')
  if [ "$ithaca_owner" != "drwx------ $ithaca_uid" ]; then
    ithaca_say failed; echo "\${ithaca_socket%/*} belongs to somebody else or is open to others"; exit 1
  fi
fi
ithaca_lock || { ithaca_say failed; echo "another launch has held the lock of this host for too long"; exit 1; }
if [ -d "$ithaca_dir" ]; then
  ithaca_say "exists $ithaca_socket"; cat "$ithaca_dir/meta.json" 2>/dev/null; exit 0
fi
ithaca_tmux -V >/dev/null 2>&1 || { ithaca_say no_tmux; exit 0; }
${ENDED}${HELD}
ithaca_check_held '${spec.port ?? ''}' '${(spec.gpus ?? []).map(Number).join(' ')}'
mkdir "$ithaca_dir" || { ithaca_say "exists $ithaca_socket"; exit 0; }
ithaca_boot
printf '{"version":1,"machine":"%s","boot":"%s","mark":"%s","at":%s,%s\\n' "$ithaca_machine_name" "$ithaca_out" ${mark} "$(date +%s)" ${shellText(record(spec))} | ithaca_put "$ithaca_dir/meta.json"
printf '%s\\n' '${spec.port ?? '-'}' '${(spec.gpus ?? []).map(Number).join(' ')}' >"$ithaca_dir/holds"
echo ${mark} >"$ithaca_dir/mark"
printf '%s' ${shellText(sessionScript(spec))} >"$ithaca_dir/session.sh"
printf '%s' ${shellText(RUNNER)} >"$ithaca_dir/run.sh"
printf '%s' ${shellText(TMUX_CONFIG)} | ithaca_put "$ithaca_state/tmux.conf"
cat >"$ithaca_dir/secrets"
[ -s "$ithaca_dir/secrets" ] || rm -f "$ithaca_dir/secrets"
ithaca_error=$(ithaca_tmux -f "$ithaca_state/tmux.conf" new-session -d -s ${spec.id} -x 200 -y 50 \\
  ${(site.shell ?? ['/bin/sh']).map(shellText).join(' ')} "$ithaca_dir/run.sh" "$ithaca_dir" 2>&1 </dev/null) || {
  rm -rf "$ithaca_dir"
  ithaca_say failed; printf 'tmux: %s\\n' "$ithaca_error"; exit 1
}
ithaca_say "launched $ithaca_socket"
cat "$ithaca_dir/meta.json"
)`

/** Who holds a port or a GPU: a session that has not ended, or whatever listens on the port. */
const HELD = String.raw`
ithaca_check_held() {
  [ -n "$1$2" ] || return 0
  ithaca_ports=$(ithaca_listening)
  for ithaca_other in "$ithaca_root"/*/; do
    ithaca_other=${'$'}{ithaca_other%/}
    { read -r ithaca_port && read -r ithaca_gpus; } <"$ithaca_other/holds" 2>/dev/null || continue
    ithaca_ended "$ithaca_other" && continue
    if [ -n "$1" ] && [ "$ithaca_port" = "$1" ]; then ithaca_say "held port $1 ${'$'}{ithaca_other##*/}"; exit 0; fi
    if [ "$ithaca_port" != - ] && ithaca_is_listening "$ithaca_port"; then continue; fi
    for ithaca_gpu in $2; do
      case " $ithaca_gpus " in *" $ithaca_gpu "*) ithaca_say "held gpu $ithaca_gpu ${'$'}{ithaca_other##*/}"; exit 0 ;; esac
    done
  done
  if [ -n "$1" ] && ithaca_is_listening "$1"; then
    ithaca_say "held port $1 "
    ithaca_inode=$(printf '%s\n' "$ithaca_ports" | awk -v p="$ithaca_hex" '$1 == p { print $2; exit }')
    ls -l /proc/[0-9]*/fd 2>/dev/null | awk -v s="socket:[$ithaca_inode]" '/^\/proc/ { split($1, a, "/") } $NF == s { print a[3] }'
    exit 0
  fi
}
ithaca_is_listening() {
  ithaca_hex=$(printf '%04X' "$1")
  case "
$ithaca_ports" in *"
$ithaca_hex "*) return 0 ;; esac
  return 1
}
`
