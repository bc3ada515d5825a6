import { printfWords, quote } from './quote.ts'

/*
 * A script with a channel of its own. Where the channel carries no input for it, a second subshell reads the channel
 * to its end and then ends the process group this shell leads: so a job dies with its channel or its connection.
 */

/** What the script reads: nothing, bytes that are known now, or what the caller writes to the channel. */
export type StreamInput = { kind: 'none' } | { kind: 'bytes'; bytes: Uint8Array } | { kind: 'channel' }

export function streamScript(nonce: string, script: string, input: StreamInput): string {
  const ready = `printf '\\n%s\\n' ${nonce}; printf '\\n%s\\n' ${nonce} >&2`
  if (input.kind === 'channel') return `{ ${ready}; eval ${quote(script)}; exit; }\n`
  const words = input.kind === 'bytes' ? printfWords(input.bytes).join(' ') : ''
  const feed = words === '' ? '' : `for _it_w in ${words}; do printf "$_it_w"; done | `
  return `{ ${ready}; exec 9<&0 </dev/null
( exec 9<&-; ${feed}( eval ${quote(script)} ) ) &
_it_p=$!
( while read -r _it_x; do :; done; trap '' TERM
  for _it_s in TERM KILL; do kill -"$_it_s" "-$$" || kill -"$_it_s" "$_it_p"; sleep 2; done ) <&9 9<&- >/dev/null 2>&1 &
_it_w=$!
wait "$_it_p"; _it_c=$?; kill -KILL "$_it_w"; exit "$_it_c"; }
`
}
