import type { Host } from '../hosts/host.ts'
import { LIBRARY } from './shell.ts'

/** The ports that each of these processes listens on, as far as we may see them. */
export async function listeningPorts(host: Host, pids: readonly number[]): Promise<Map<number, number[]>> {
  const found = new Map<number, number[]>()
  const wanted = pids.filter(pid => Number.isInteger(pid) && pid > 0)
  if (wanted.length === 0) return found
  const answer = await host.ask(`${LIBRARY}${script(wanted)}`)
  for (const [, pid, hex] of answer.stdout.toString().matchAll(/^(\d+) ([0-9A-F]+)$/gm)) {
    const ports = found.get(Number(pid)) ?? []
    const port = Number.parseInt(hex!, 16)
    if (!ports.includes(port)) found.set(Number(pid), [...ports, port])
  }
  return found
}

/** Sockets are known by their inode, both in the table of the kernel and in the list of a process's files. */
const script = (pids: readonly number[]): string => `
{
  ithaca_listening | sed 's/^/port /'
  for ithaca_pid in ${pids.join(' ')}; do
    ls -l "/proc/$ithaca_pid/fd" 2>/dev/null | sed -n "s/^.* -> socket:\\[\\([0-9]*\\)\\]$/socket $ithaca_pid \\1/p"
  done
} | awk '$1 == "port" { port[$3] = port[$3] " " $2; next } port[$3] != "" { n = split(port[$3], p, " "); for (i = 1; i <= n; i++) print $2, p[i] }'
`
