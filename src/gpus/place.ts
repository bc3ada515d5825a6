import type { Place } from './reading.ts'

const CONTAINER = [
  /\/docker[-/]([0-9a-f]{12,64})/,
  /\/libpod-(?:payload-)?([0-9a-f]{12,64})/,
  /cri-containerd-([0-9a-f]{12,64})/,
  /crio-([0-9a-f]{12,64})/,
  /\/kubepods[^ ]*\/([0-9a-f]{32,64})/,
  /\/lxc(?:\.payload)?[./]([^/ ]+)/,
]

/** Reads the paths of a process's control groups, joined by blanks. */
export function placeOf(cgroup: string): Place {
  const id = CONTAINER.map(pattern => pattern.exec(cgroup)?.[1]).find(found => found !== undefined)
  const slurmJob = /\/job_(\d+)/.exec(cgroup)?.[1] ?? null
  // A login's scope and the user manager say nothing about who looks after a process.
  const units = [...cgroup.matchAll(/\/([^/ ]+\.service)/g)].map(match => match[1] ?? '')
  const unit = units.filter(name => !/^user@\d+\.service$|^ssh(d)?(@.*)?\.service$/.test(name)).at(-1) ?? null
  return { container: id?.slice(0, 12) ?? null, unit: id === undefined ? unit : null, slurmJob }
}
