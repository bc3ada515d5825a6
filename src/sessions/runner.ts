import { quote as shellText } from '../hosts/quote.ts'
import { activation, ENVIRONMENT_LIBRARY } from './environment.ts'
import type { Spec } from './session.ts'
import { LIBRARY } from './shell.ts'
import { type Invocation, shellWord, variablesOf } from './word.ts'

/** What both halves of a runner call. */
export const FUNCTIONS = String.raw`${LIBRARY}${ENVIRONMENT_LIBRARY}
ithaca_fail() { echo "ithaca: $2"; exit "$1"; }
ithaca_find() {
  ithaca_how=$1 ithaca_below=$2; shift 2
  case $ithaca_below in /*) ;; *) ithaca_below=./$ithaca_below ;; esac
  for ithaca_pattern do
    ithaca_found=$(find "$ithaca_below" "-$ithaca_how" "$ithaca_pattern" 2>/dev/null | LC_ALL=C sort | head -n 1)
    if [ -n "$ithaca_found" ]; then printf '%s' "$ithaca_found"; return; fi
  done
}
ithaca_paths() {
  for ithaca_bin in "$HOME/.local/bin" "$HOME/bin" /usr/local/bin /opt/homebrew/bin /usr/local/cuda/bin; do
    case :$PATH: in *:"$ithaca_bin":*) ;; *) [ -d "$ithaca_bin" ] && PATH=$PATH:$ithaca_bin ;; esac
  done
}
ithaca_secrets() { :; }
`

/**
 * The outer shell. It outlives its command whatever happens to it, says how it ended, and only then lets the pane go.
 * Its traps are commands: ignored signals would be inherited by the engine. Hang-up alone is ignored by the engine,
 * as under nohup, since the pane may be closed and the runner killed while it serves.
 */
export const RUNNER = String.raw`ithaca_dir=$1
trap : HUP INT QUIT TERM
umask 077
${FUNCTIONS}
. "$ithaca_dir/session.sh"
if [ -f "$ithaca_dir/secrets" ]; then
  . "$ithaca_dir/secrets"
  rm -f "$ithaca_dir/secrets"
fi
ithaca_self; ithaca_identity "$$" && printf '%s\n' "$ithaca_out" | ithaca_put "$ithaca_dir/runner"

ithaca_attempt() (
  trap - INT QUIT TERM
  trap '' HUP
  exec >>"$ithaca_log" 2>&1 </dev/null
  ithaca_self
  ithaca_identity "$ithaca_out" && printf '%s\n' "$ithaca_out" | ithaca_put "$ithaca_dir/$ithaca_n.pid"
  unset TMUX TMUX_PANE
  umask 022
  ithaca_paths
  read -r ithaca_mark <"$ithaca_dir/mark"
  export ITHACA_SESSION="$ithaca_id" ITHACA_MARK="$ithaca_mark" ITHACA_ATTEMPT="$ithaca_n" PYTHONUNBUFFERED=1 PATH
  export CUDA_DEVICE_ORDER="${'$'}{CUDA_DEVICE_ORDER:-PCI_BUS_ID}"
  ithaca_enter
  ithaca_secrets
  ithaca_command
)

ithaca_n=1
while [ ! -e "$ithaca_dir/stop" ]; do
  ithaca_log=$ithaca_dir/$ithaca_n.log
  : >>"$ithaca_log"
  tail -n +1 -f "$ithaca_log" &
  ithaca_tail=$!
  ithaca_began=$(date +%s)
  printf '%s\n' "$ithaca_began" >"$ithaca_dir/$ithaca_n.began"
  ithaca_attempt
  ithaca_code=$?
  ithaca_ended=$(date +%s)
  ithaca_again=
  if [ "$ithaca_code" -ne 0 ] && [ "$ithaca_n" -le "$ithaca_restarts" ] && [ ! -e "$ithaca_dir/stop" ] &&
    [ $((ithaca_ended - ithaca_began)) -ge "$ithaca_restart_after" ]; then
    ithaca_again=$((ithaca_ended + ithaca_pause))
    printf '%s\n' "$ithaca_again" | ithaca_put "$ithaca_dir/restart"
  fi
  printf '%s %s\n' "$ithaca_code" "$ithaca_ended" | ithaca_put "$ithaca_dir/$ithaca_n.exit"
  if [ -t 1 ]; then sleep 1; fi
  { kill "$ithaca_tail"; wait "$ithaca_tail"; } 2>/dev/null
  if [ -z "$ithaca_again" ]; then break; fi
  while [ "$(date +%s)" -lt "$ithaca_again" ] && [ ! -e "$ithaca_dir/stop" ]; do sleep 1; done
  rm -f "$ithaca_dir/restart"
  ithaca_pause=$((ithaca_pause * 2))
  if [ "$ithaca_pause" -gt 300 ]; then ithaca_pause=300; fi
  ithaca_n=$((ithaca_n + 1))
done

if [ -e "$ithaca_dir/stop" ] || [ "${'$'}{ithaca_code:-0}" -eq 0 ] || [ ! -t 0 ]; then exit 0; fi
printf '\n[ithaca] %s ended with code %s. This is a shell in its environment.\n' "$ithaca_id" "$ithaca_code"
trap - HUP INT QUIT TERM
unset TMUX TMUX_PANE
ithaca_enter
exec "${'$'}{SHELL:-/bin/sh}"
`

/** The part of the runner that differs from session to session: data, and words that expand to arguments. */
export function sessionScript(spec: Spec): string {
  const rule = spec.restart ?? { times: 0 }
  const workdir = spec.workdir ?? '~'
  const variables = Object.entries(spec.variables ?? {}).map(
    ([name, value]) => `  export ${variableName(name)}=${shellText(value)}`,
  )
  return `ithaca_id=${shellText(spec.id)}
ithaca_restarts=${whole(rule.times)}
ithaca_restart_after=${whole(rule.afterSeconds ?? 300)}
ithaca_pause=${whole(rule.pauseSeconds ?? 5)}
ithaca_enter() {
  cd ${workdir === '~' || workdir.startsWith('~/') ? `"$HOME"${shellText(workdir.slice(1))}` : shellText(workdir)} || cd "$HOME" || cd /
${variables.join('\n')}
  ${activation(spec.environment)}
}
ithaca_command() {
${commandLines(spec.run, spec.lineBuffered ?? false)}
}
`
}

export function secretsScript(secrets: Readonly<Record<string, string>>): string {
  const lines = Object.entries(secrets).map(
    ([name, value]) => `  export ${variableName(name)}=${shellText(value)}`,
  )
  return `ithaca_secrets() {\n${lines.join('\n')}\n}\n`
}

function commandLines(run: Invocation, lineBuffered: boolean): string {
  const otherwise = run.otherwise
  const start = [...requirement(run), ...settings(run), ...execution(run, lineBuffered)].join('\n')
  if (!otherwise) return start
  const program = shellWord(run.argv[0] ?? [])
  const requires = run.requires && { requires: run.requires }
  return `  if command -v ${program} >/dev/null 2>&1; then
${start}
  else
${commandLines({ ...otherwise, ...requires }, lineBuffered)}
  fi`
}

function requirement(run: Invocation): string[] {
  if (!run.requires) return []
  return [
    `  ithaca_file=${shellWord(run.requires.file)}`,
    `  [ -f "$ithaca_file" ] || ithaca_fail 66 ${shellText(run.requires.message)}`,
  ]
}

/** Arguments are filled in before the command's own variables are set, as a shell does. */
function settings(run: Invocation): string[] {
  const own = new Set(run.assignments.map(({ name }) => name))
  const needed = new Set(run.argv.flatMap(variablesOf))
  const setSoFar = new Set<string>()
  for (const { name, value } of run.assignments) {
    for (const used of variablesOf(value)) if (!setSoFar.has(used)) needed.add(used)
    setSoFar.add(name)
  }
  return [
    ...[...needed].map(name => demand(name, own.has(name))),
    `  set -- ${run.argv.map(shellWord).join(' ')}`,
    ...run.assignments.map(
      ({ name, value }) => `  ${variableName(name)}=${shellWord(value)}; export ${name}`,
    ),
  ]
}

function demand(name: string, setByCommand: boolean): string {
  const hint = setByCommand ? ' (what the command itself sets is not visible to its own arguments)' : ''
  const message = `the variable ${name} is used in the command but is not set on this host${hint}`
  return `  [ "\${${variableName(name)}+set}" = set ] || ithaca_fail 78 ${shellText(message)}`
}

function execution(run: Invocation, lineBuffered: boolean): string[] {
  if (run.argv.length === 0) throw new TypeError('There is no program to run.')
  const buffered = '  if command -v stdbuf >/dev/null 2>&1; then exec stdbuf -oL -eL "$@"; fi'
  return [...(lineBuffered ? [buffered] : []), '  exec "$@"']
}

function variableName(name: string): string {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
    throw new TypeError(`'${name}' cannot be the name of a variable.`)
  return name
}

function whole(value: number): string {
  if (!Number.isInteger(value) || value < 0)
    throw new TypeError(`${value} is not a whole number of at least 0.`)
  return String(value)
}
