import { quote as shellText } from '../hosts/quote.ts'

/** Where the sessions of a host live, and what runs them. Whatever is left out, the host fills in. */
export interface Site {
  /** State directory on the host, absolute or below `~`. Default `~/.local/state/ithaca`. */
  readonly stateDir?: string
  /** Path of the tmux socket. Default one below /tmp that only the user can reach. */
  readonly socket?: string
  /** The shell that runs the runner. Default `/bin/sh`. */
  readonly shell?: readonly string[]
}

/**
 * Who a process is (`start`, `boot`), where sessions are kept (`site`), and who may change them (`lock`).
 * Answers come back in `ithaca_out`: a command substitution would cost a fork each.
 */
export const LIBRARY = String.raw`
ithaca_boot() {
  ithaca_out=
  if [ -r /proc/sys/kernel/random/boot_id ]; then read -r ithaca_out </proc/sys/kernel/random/boot_id
  else ithaca_out=$(sysctl -n kern.boottime 2>/dev/null | tr -c '[:alnum:]\n' _); fi
  ithaca_out=${'$'}{ithaca_out:-unknown}
}
ithaca_start() {
  ithaca_out=
  if [ -d /proc/self ]; then
    { read -r ithaca_line <"/proc/$1/stat"; } 2>/dev/null || return 1
    set -- ${'$'}{ithaca_line##*) }
    case $1 in Z | X | x) return 1 ;; esac
    ithaca_out=${'$'}{20}
  else
    ithaca_out=$(LC_ALL=C ps -o lstart= -p "$1" 2>/dev/null | tr -s ' ' _)
  fi
  [ -n "$ithaca_out" ]
}
ithaca_identity() {
  ithaca_boot; ithaca_b=$ithaca_out
  ithaca_start "$1" || return 1
  ithaca_out="$1 $ithaca_out $ithaca_b"
}
ithaca_lives() {
  { read -r ithaca_p ithaca_s ithaca_b <"$1"; } 2>/dev/null || return 1
  ithaca_boot
  [ "$ithaca_b" = "$ithaca_out" ] && ithaca_start "$ithaca_p" && [ "$ithaca_s" = "$ithaca_out" ]
}
ithaca_self() { ithaca_out=$(exec /bin/sh -c 'echo "$PPID"'); }
ithaca_put() { cat >"$1.new" && mv -f "$1.new" "$1"; }
ithaca_nap() { sleep 0.1 2>/dev/null || sleep 1; }
ithaca_listening() {
  if [ -r /proc/net/tcp ]; then
    cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | awk '$4 == "0A" { n = split($2, a, ":"); print a[n], $10 }'
  elif command -v lsof >/dev/null 2>&1; then
    lsof -nP -iTCP -sTCP:LISTEN 2>/dev/null | awk 'NR > 1 { n = split($9, a, ":"); printf "%04X 0\n", a[n] }'
  fi
}
`

/** Finds the state directory, the machine's own folder in it, and the socket. */
const SITE = String.raw`
ithaca_machine() {
  ithaca_id=
  for ithaca_f in /etc/machine-id /var/lib/dbus/machine-id; do
    if [ -s "$ithaca_f" ] && [ -z "$ithaca_id" ]; then read -r ithaca_id <"$ithaca_f"; fi
  done
  ithaca_out=$(printf '%s-%s' "$ithaca_id" "$(uname -n)" | tr -c '[:alnum:]_.\n-' _)
}
ithaca_machine; ithaca_machine_name=$ithaca_out
ithaca_root=$ithaca_state/sessions/$ithaca_machine_name
ithaca_uid=$(id -u)
ithaca_socket=${'$'}{ithaca_socket:-/tmp/ithaca-$ithaca_uid/tmux}
ithaca_tmux() { ( PATH=$PATH:$HOME/.local/bin:$HOME/bin:/usr/local/bin:/opt/homebrew/bin; unset TMUX TMUX_PANE; exec tmux -u -S "$ithaca_socket" "$@" ); }
`

/** A script without what every one begins with, and tmux as it is really called. */
export function bareScript(script: string, site: Site): string {
  const socket = site.socket ?? '/tmp/ithaca-$(id -u)/tmux'
  return script
    .replace(siteScript(site), '')
    .replace(LIBRARY, '')
    .replaceAll(/\bithaca_tmux (?=\S)/g, `tmux -u -S ${shellText(socket)} `)
    .trim()
}

export function siteScript(site: Site): string {
  const state =
    site.stateDir === undefined ? '"${XDG_STATE_HOME:-$HOME/.local/state}/ithaca"' : homed(site.stateDir)
  const socket = site.socket === undefined ? '' : homed(site.socket)
  return `${LIBRARY}ithaca_state=${state}\nithaca_socket=${socket}\n${SITE}`
}

function homed(path: string): string {
  if (path === '~' || path.startsWith('~/')) return `"$HOME"${shellText(path.slice(1))}`
  if (!path.startsWith('/'))
    throw new TypeError(`A path on a host is absolute or begins with ~/: '${path}' is neither.`)
  return shellText(path)
}

/**
 * One launch at a time per host. The lock is a symbolic link whose target names its owner, so it appears whole or
 * not at all. One whose owner is dead is taken away under a second lock, lest two take it away one after the other.
 */
export const LOCK = String.raw`
ithaca_lock() {
  ithaca_lock=$ithaca_root/.lock
  ithaca_self; ithaca_identity "$ithaca_out" || ithaca_out="$ithaca_out ? ?"
  ithaca_me=$(printf '%s' "$ithaca_out" | tr ' ' :)
  ithaca_tries=0
  until ln -s "$ithaca_me" "$ithaca_lock" 2>/dev/null; do
    ithaca_tries=$((ithaca_tries + 1))
    if [ "$ithaca_tries" -gt 60 ]; then return 1; fi
    ithaca_owner=$(readlink "$ithaca_lock" 2>/dev/null) && ithaca_is_dead "$ithaca_owner" && ithaca_break_lock
    ithaca_nap
  done
  trap 'rm -f "$ithaca_lock"' EXIT
}
ithaca_is_dead() {
  ithaca_boot; ithaca_b=$ithaca_out
  ithaca_p=${'$'}{1%%:*}; ithaca_rest=${'$'}{1#*:}
  [ "${'$'}{ithaca_rest#*:}" = "$ithaca_b" ] || return 0
  ithaca_start "$ithaca_p" || return 0
  [ "${'$'}{ithaca_rest%%:*}" != "$ithaca_out" ]
}
ithaca_break_lock() {
  find "$ithaca_lock.breaking" -prune -type d -mmin +1 -exec rmdir {} \; 2>/dev/null
  mkdir "$ithaca_lock.breaking" 2>/dev/null || return 0
  [ "$(readlink "$ithaca_lock" 2>/dev/null)" = "$ithaca_owner" ] && rm -f "$ithaca_lock"
  rmdir "$ithaca_lock.breaking"
}
`

/** Whether the session in a folder holds nothing any more: it ended, or nobody is left who could start it. */
export const ENDED = String.raw`
ithaca_ended() {
  ithaca_last=
  for ithaca_f in "$1"/*.log; do
    ithaca_f=${'$'}{ithaca_f##*/}; ithaca_f=${'$'}{ithaca_f%.log}
    case $ithaca_f in *[!0-9]*) ;; *) [ "$ithaca_f" -gt "${'$'}{ithaca_last:-0}" ] && ithaca_last=$ithaca_f ;; esac
  done
  if [ -z "$ithaca_last" ]; then
    if [ -e "$1/runner" ]; then ithaca_lives "$1/runner" && return 1; return 0; fi
    [ -n "$(find "$1" -prune -mmin +1)" ]
    return
  fi
  if [ -e "$1/restart" ]; then ithaca_lives "$1/runner" && return 1; return 0; fi
  [ -e "$1/$ithaca_last.exit" ] && return 0
  ithaca_lives "$1/$ithaca_last.pid" && return 1
  [ ! -e "$1/$ithaca_last.pid" ] && ithaca_lives "$1/runner" && return 1
  return 0
}
`
