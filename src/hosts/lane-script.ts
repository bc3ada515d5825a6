import { printfWords, quote } from './quote.ts'

/*
 * What a lane's shell is told. Answers are kept in files of a private name until the script has ended, so that a
 * process it leaves behind can neither hold up the lane nor write into a later answer. Files in memory come first:
 * a full disk must not silence the machine whose disk is full. Where nothing at all can be written, the output is
 * passed on as it comes, between marks, and what goes to stderr is lost.
 */

/** The lane that a new one replaces and cleans up after. */
export interface Predecessor {
  nonce: string
  /** Its process group, ended before the new lane takes questions; null where it is known to be gone. */
  pid: number | null
}

/** Sent once, when the shell has started. It answers with its nonce and process id on a line of their own. */
export function prelude(nonce: string, dead: Predecessor | null): string {
  return `exec 2>/dev/null
${dead?.pid ? `kill -KILL -${dead.pid}` : ':'}
_it_u=$(umask); umask 077
for _it_b in "$XDG_RUNTIME_DIR" /dev/shm "$TMPDIR" /tmp /var/tmp "$HOME"; do
  case $_it_b in /*) ;; *) continue ;; esac
  ${dead ? `rm -f "$_it_b/.ithaca-${dead.nonce}".?` : ':'}
  _it_d=$_it_b/.ithaca-${nonce}
  ( printf '%01024d' 0 >"$_it_d.x" ) && rm -f "$_it_d.x" && break
  rm -f "$_it_d.x"; _it_d=
done
trap 'rm -f "$_it_d".?' EXIT
trap 'exit 1' HUP PIPE TERM
_it_run() {
  if [ $# -eq 0 ]; then ( umask "$_it_u"; eval "$_it_s" ) </dev/null
  else ( for _it_w do printf "$_it_w"; done ) | ( umask "$_it_u"; set --; eval "$_it_s" ); fi
}
_it_ask() {
  _it_n=$1 _it_s=$2; shift 2
  if [ -z "$_it_d" ]; then
    printf '%s 0 0 0 direct\\n' "$_it_n"; _it_run "$@" 2>/dev/null
    printf '\\n%s %d\\n' "$_it_n" $?; return
  fi
  _it_run "$@" >"$_it_d.o" 2>"$_it_d.e"
  _it_c=$? _it_o=0 _it_e=0 _it_v=ok
  [ -s "$_it_d.o" ] && _it_o=$(wc -c <"$_it_d.o")
  [ -s "$_it_d.e" ] && _it_e=$(wc -c <"$_it_d.e")
  printf . >"$_it_d.x" || _it_v=full
  printf '%s %d %d %d %s\\n' "$_it_n" $_it_c $_it_o $_it_e $_it_v
  [ "$_it_o" = 0 ] || cat "$_it_d.o"
  [ "$_it_e" = 0 ] || cat "$_it_d.e"
  rm -f "$_it_d.o" "$_it_d.e" "$_it_d.x"
}
printf '\\n%s %d\\n' ${nonce} $$
`
}

/** One question, as a single command of the lane's shell. */
export function question(nonce: string, script: string, stdin: Uint8Array | null): string {
  const words = stdin === null ? [] : stdin.length === 0 ? ["''"] : printfWords(stdin)
  return `_it_ask ${nonce} ${quote(script)} ${words.join(' ')}\n`
}
