/**
 * Asks a host for everything about its GPUs in one go. The answer is cut into sections by lines that begin with `mark`,
 * which the caller draws at random, so that no process name can pretend to be one.
 */
export function gpuScript(mark: string): string {
  return `m='${mark}'
PATH="$PATH:/usr/bin:/usr/local/bin:/usr/lib/wsl/lib:/opt/rocm/bin"
LC_ALL=C; export LC_ALL
basic='${NVIDIA_BASIC.join(',')}'
pids=
if command -v nvidia-smi >/dev/null 2>&1; then
  gpus=$(nvidia-smi --query-gpu="$basic,${NVIDIA_NEWER.join(',')}" --format=csv,noheader,nounits 2>&1); code=$?
  if [ $code -eq 0 ]; then printf '%s nvidia-all 0\\n%s\\n' "$m" "$gpus"
  else
    first=$gpus
    gpus=$(nvidia-smi --query-gpu="$basic" --format=csv,noheader,nounits 2>&1); code=$?
    if [ $code -eq 0 ]; then printf '%s nvidia-basic 0\\n%s\\n' "$m" "$gpus"
    else printf '%s nvidia-all %s\\n%s\\n' "$m" "$code" "$first"; fi
  fi
  apps=$(nvidia-smi --query-compute-apps=gpu_uuid,pid,used_memory,process_name --format=csv,noheader,nounits 2>/dev/null) &&
    printf '%s nvidia-apps 0\\n%s\\n' "$m" "$apps"
  pids=$(printf '%s\\n' "$apps" | cut -d, -f2 | tr -cd '0-9\\n')
fi
if command -v amd-smi >/dev/null 2>&1; then
  for part in list 'static --asic --driver --limit' metric process; do
    text=$(amd-smi $part --json 2>/dev/null) && printf '%s amd-%s 0\\n%s\\n' "$m" "\${part%% *}" "$text"
  done
  pids="$pids
$(printf '%s\\n' "$text" | sed -n 's/.*"pid": *\\([0-9][0-9]*\\).*/\\1/p')"
elif command -v rocm-smi >/dev/null 2>&1; then
  text=$(rocm-smi --showproductname --showmeminfo vram --showuse --showtemp --showpower --showbus --showdriverversion --showpids --json 2>/dev/null)
  printf '%s rocm %s\\n%s\\n' "$m" "$?" "$text"
  pids=$(printf '%s\\n' "$text" | tr ',{' '\\n\\n' | sed -n 's/.*"PID\\([0-9][0-9]*\\)".*/\\1/p')
fi
if [ -r /proc/meminfo ]; then
  printf '%s memory 0\\n' "$m"; sed -n '/^MemTotal:/p;/^MemAvailable:/p' /proc/meminfo
fi
for p in $(printf '%s\\n' "$pids" | sort -u); do
  [ -r "/proc/$p/stat" ] || continue
  printf '%s process %s\\n' "$m" "$p"
  stat=$(sed 's/^.*) //' "/proc/$p/stat" 2>/dev/null)
  printf '%s\\n' "$stat"
  set -- $stat
  printf 'guardian %s\\n' "$(cat "/proc/$2/comm" 2>/dev/null)"
  uid=$(sed -n 's/^Uid:[[:blank:]]*\\([0-9]*\\).*/\\1/p' "/proc/$p/status" 2>/dev/null)
  # Small versions of id know only their own user.
  name=$(id -un "$uid" 2>/dev/null) || name=$(sed -n "s/^\\([^:]*\\):[^:]*:$uid:.*/\\1/p" /etc/passwd 2>/dev/null | head -n 1)
  printf 'user %s\\n' "\${name:-$uid}"
  printf 'command %s\\n' "$(tr '\\000\\n\\r' '   ' <"/proc/$p/cmdline" 2>/dev/null)"
  printf 'session %s\\n' "$(tr '\\000' '\\n' <"/proc/$p/environ" 2>/dev/null | sed -n 's/^ITHACA_SESSION=//p' | head -n 1)"
  printf 'cgroup %s\\n' "$(cut -d: -f3- "/proc/$p/cgroup" 2>/dev/null | tr '\\n' ' ')"
done
printf '%s end 0\\n' "$m"
`
}

export const NVIDIA_BASIC = [
  'index',
  'uuid',
  'name',
  'pci.bus_id',
  'driver_version',
  'memory.total',
  'memory.used',
  'memory.free',
  'utilization.gpu',
  'utilization.memory',
  'temperature.gpu',
  'power.draw',
  'power.limit',
] as const

/** Fields that drivers of some years ago reject, and with them the whole question. */
export const NVIDIA_NEWER = ['compute_cap', 'compute_mode', 'mig.mode.current'] as const
