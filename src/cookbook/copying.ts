import { type Invocation, words } from '../sessions/word.ts'

/** One end of a copy: this machine, or one that `ssh` reaches. */
export interface End {
  target: string
  port: number | null
  folder: string
}

/**
 * Copies a folder between two machines through this one, file by file, so that a copy that was cut off goes on where it
 * stood: what has arrived whole is left alone. Links stay links, as the cache of a hub needs them.
 */
export const copyCommand = (
  from: End,
  to: End,
  ssh: { config: string | null; knownHosts: string | null },
): Invocation => {
  const options = [
    ...(ssh.config ? ['-F', ssh.config] : []),
    ...(ssh.knownHosts ? ['-o', `UserKnownHostsFile=${ssh.knownHosts}`] : []),
    '-o',
    'BatchMode=yes',
  ]
  const end = ({ target, port, folder }: End): string[] => [target, String(port ?? ''), folder]
  const argv = words('/bin/sh', '-c', SCRIPT, 'ithaca-copy', ...end(from), ...end(to), ...options)
  return { assignments: [], argv }
}

const SCRIPT = String.raw`
from=$1 from_port=$2 from_dir=$3 to=$4 to_port=$5 to_dir=$6
shift 6
quoted() { printf "'"; printf %s "$1" | sed "s/'/'\\\\''/g"; printf "'"; }
at() {
  where=$1 port=$2 code=$3
  shift 3
  if [ -z "$where" ]; then /bin/sh -c "$code"
  else ssh "$@" ${'$'}{port:+-p "$port"} "$where" "exec /bin/sh -c $(quoted "$code")"
  fi
}
list='find . -type f ! -name "*.partial" -exec sh -c "for f do printf \"file %s %s\\n\" \$(wc -c <\"\$f\") \"\$f\"; done" sh {} +
find . -type l -exec sh -c "for l do printf \"link %s\\t%s\\n\" \"\$l\" \"\$(readlink \"\$l\")\"; done" sh {} +'
have=$(at "$to" "$to_port" "mkdir -p $(quoted "$to_dir") && cd $(quoted "$to_dir") && { $list
}" "$@" </dev/null) || { echo "The folder to copy to cannot be made."; exit 1; }
want=$(at "$from" "$from_port" "cd $(quoted "$from_dir") && { $list
}" "$@" </dev/null) || { echo "The folder to copy from cannot be read."; exit 1; }
left=$(printf '%s\n' "$want" | grep -vxF -e "$have" | grep .)
all=$(printf '%s\n' "$want" | grep -c .)
todo=$(printf '%s\n' "$left" | grep -c .)
done=$((all - todo))
echo "$all files, $done of them there already."
tab=$(printf '\t')
printf '%s\n' "$left" | while IFS= read -r line; do
  case $line in
    "link "*)
      link=${'$'}{line#link }
      path=${'$'}{link%%"$tab"*} goal=${'$'}{link#*"$tab"}
      at "$to" "$to_port" "cd $(quoted "$to_dir") && mkdir -p $(quoted "${'$'}{path%/*}") && ln -sfn $(quoted "$goal") $(quoted "$path")" "$@" </dev/null || { echo "$path could not be linked."; exit 1; }
      ;;
    "file "*)
      line=${'$'}{line#file }
      size=${'$'}{line%% *} path=${'$'}{line#* }
      at "$from" "$from_port" "cat $(quoted "$from_dir/$path")" "$@" </dev/null |
        at "$to" "$to_port" "cd $(quoted "$to_dir") && mkdir -p $(quoted "${'$'}{path%/*}") && cat >$(quoted "$path.partial") && [ \$(wc -c <$(quoted "$path.partial")) -eq $size ] && mv $(quoted "$path.partial") $(quoted "$path")" "$@" || { echo "$path was cut off."; exit 1; }
      ;;
    *) continue ;;
  esac
  done=$((done + 1))
  echo "Fetching files: $((done * 100 / all))% | $done/$all | ${'$'}{path#./}"
done || exit 1
echo "Copied."
`
