import { quote } from '../../hosts/quote.ts'

/** How deep below a directory of models their files may lie: `publisher/model/variant/file`. */
const DEPTH = 4

/**
 * Lists every model file of a host: hub caches, Ollama's store, and the given directories. Each record begins, at the
 * start of a line, with `mark`, drawn at random by the caller, so that file names may hold anything, newlines included.
 *
 *     MARK root KIND PATH      what follows lies below this directory
 *     MARK f DEV:INODE SIZE ATIME MTIME PATH      a file, links followed
 *     MARK gone PATH           a link to nothing
 *     MARK text PATH           followed by the wanted words of a small file
 */
export function inventoryScript(mark: string, directories: readonly string[]): string {
  return `m='${mark}'
LC_ALL=C; export LC_ALL
home() { case $1 in '~') printf %s "$HOME";; '~/'*) printf '%s/%s' "$HOME" "\${1#??}";; *) printf %s "$1";; esac; }
# stat takes many files at once, find hands them over; a function cannot be given to find, so the format is.
if stat -c %i / >/dev/null 2>&1; then s=-c; f="$m f %d:%i %s %X %Y %n"; else s=-f; f="$m f %d:%i %z %a %m %N"; fi
gone() { find -L "$1" -maxdepth "$2" -type l -exec sh -c 'for p do printf "%s gone %s\\n" "$0" "$p"; done' "$m" {} + 2>/dev/null; }
seen=' '
hub() {
  [ -d "$1" ] || return 1
  real=$(cd -P "$1" 2>/dev/null && pwd) || return 1
  case $seen in *" hub:$real "*) return 0;; esac
  seen="$seen hub:$real "
  printf '%s root hub %s\\n' "$m" "$real"
  for d in "$real"/models--*; do
    [ -d "$d" ] || continue
    printf '%s hubmodel %s\\n' "$m" "$d"
    find "$d/blobs" -maxdepth 1 -type f -exec stat -L "$s" "$f" {} + 2>/dev/null
    find -L "$d/snapshots" -maxdepth 5 -type f -exec stat -L "$s" "$f" {} + 2>/dev/null
    gone "$d/snapshots" 5
    for r in "$d"/refs/*; do
      [ -f "$r" ] && { printf '%s text %s\\n' "$m" "$r"; head -c 200 "$r"; echo; }
    done
    for x in "$d"/snapshots/*/*.safetensors.index.json "$d"/snapshots/*/*.bin.index.json; do
      [ -f "$x" ] || continue
      printf '%s text %s\\n' "$m" "$x"
      grep -o '"[^"]*\\.\\(safetensors\\|bin\\)"' "$x" 2>/dev/null | sort -u
    done
  done
}
store() {
  [ -d "$1/manifests" ] || return 1
  real=$(cd -P "$1" 2>/dev/null && pwd) || return 1
  case $seen in *" ollama:$real "*) return 0;; esac
  seen="$seen ollama:$real "
  printf '%s root ollama %s\\n' "$m" "$real"
  find "$real/manifests" -type f -size -64k -exec sh -c 'for p do printf "%s text %s\\n" "$0" "$p"; cat "$p"; echo; done' "$m" {} + 2>/dev/null
  find "$real/blobs" -maxdepth 1 -type f -exec stat -L "$s" "$f" {} + 2>/dev/null
}
directory() {
  given=$(home "$1")
  case $given in home/*|mnt/*|media/*|data/*|opt/*|srv/*|var/*) given=/$given;; esac
  real=$(cd -P "$given" 2>/dev/null && pwd)
  if [ -z "$real" ]; then
    printf '%s problem %s\\n' "$m" "$given"
    return
  fi
  case $real/ in /|/sys/*|/proc/*|/dev/*|/run/*) printf '%s problem %s\\n' "$m" "$given"; return;; esac
  case $seen in *" hub:$real "*|*" directory:$real "*) return;; esac
  seen="$seen directory:$real "
  for d in "$real"/models--*; do [ -d "$d" ] && { hub "$real"; break; }; done
  printf '%s root directory %s\\n' "$m" "$real"
  find "$real" -maxdepth ${DEPTH} \\( -name '.*' -o -name 'models--*' \\) ! -path "$real" -prune -o \\
    -type f \\( -name '*.gguf' -o -name '*.safetensors' -o -name '*.bin' -o -name '*.incomplete' -o -name '*.index.json' \\
    -o -name config.json -o -name model_index.json -o -name '*.GGUF' -o -name '*.pth' \\) -exec stat -L "$s" "$f" {} + 2>/dev/null
  find "$real" -maxdepth ${DEPTH} -type f -name '*.safetensors.index.json' ! -path '*/models--*' -exec sh -c \\
    'for x do printf "%s text %s\\n" "$0" "$x"; grep -o "\\"[^\\"]*\\.safetensors\\"" "$x" | sort -u; done' "$m" {} + 2>/dev/null
}
[ -n "$HUGGINGFACE_HUB_CACHE" ] && hub "$HUGGINGFACE_HUB_CACHE"
[ -n "$HF_HUB_CACHE" ] && hub "$HF_HUB_CACHE"
[ -n "$HF_HOME" ] && hub "$HF_HOME/hub"
hub "$HOME/.cache/huggingface/hub"
hub /app/.cache/huggingface/hub
found=
[ -n "$OLLAMA_MODELS" ] && store "$OLLAMA_MODELS" && found=1
store "$HOME/.ollama/models" && found=1
store /usr/share/ollama/.ollama/models && found=1
if [ -z "$found" ]; then
  tags=
  if command -v curl >/dev/null 2>&1; then tags=$(curl -s -m 2 http://127.0.0.1:11434/api/tags 2>/dev/null)
  elif command -v wget >/dev/null 2>&1; then tags=$(wget -q -T 2 -O - http://127.0.0.1:11434/api/tags 2>/dev/null); fi
  [ -n "$tags" ] && printf '%s root tags ollama\\n%s text tags\\n%s\\n' "$m" "$m" "$tags"
fi
${directories.map(directory => `directory ${quote(directory)}`).join('\n')}
printf '%s end\\n' "$m"
`
}
