import { roomWords } from '../contract/room.ts'
import { diskScript, HUB_CACHE } from './disks.ts'
import { bad, gather, good, type ProbeStep, readDf, size, skipped, warn } from './facts.ts'
import type { Host } from './host.ts'
import type { ProbeOptions } from './probe.ts'

const GIB = 1 << 20

/** Limits, memory shared between processes, disks, clock: what a launch trips over without a card being at fault. */
export async function* probeMachine(host: Host, options: ProbeOptions): AsyncGenerator<ProbeStep> {
  const before = Date.now()
  const found = await gather(host, {
    now: 'date +%s',
    shm: 'df -Pk /dev/shm',
    locked: 'ulimit -l',
    infiniband: 'ls /sys/class/infiniband 2>/dev/null || true',
    files: 'ulimit -n',
    filesMost: 'ulimit -Hn',
    linger: 'loginctl show-user "$(id -un)" -p Linger --value 2>/dev/null || true',
    killing:
      'busctl get-property org.freedesktop.login1 /org/freedesktop/login1 org.freedesktop.login1.Manager KillUserProcesses 2>/dev/null || true',
    agent:
      '[ -z "$SSH_AUTH_SOCK" ] || { ssh-add -l >/dev/null 2>&1; [ $? -ne 2 ] && echo alive || echo stale; }',
  })
  const clock = clockStep(Number(found.now), before, Date.now())
  yield shmStep(found.shm)
  yield memlockStep(found.locked, found.infiniband !== '')
  yield filesStep(Number(found.files), found.files, found.filesMost)
  yield lingerStep(found.linger, found.killing)
  yield* disks(host, options.disks ?? [HUB_CACHE])
  yield clock
  if (found.agent === 'stale')
    yield warn(
      'forwarded-agent',
      'Forwarded SSH agent',
      'its socket on the machine is stale',
      'Log in again with ForwardAgent, or do without: git and rsync from there will ask for keys.',
    )
}

function clockStep(theirs: number, before: number, after: number): ProbeStep {
  const [id, title] = ['clock', 'Clock']
  if (!Number.isFinite(theirs) || theirs === 0)
    return skipped(id, title, 'the machine does not tell its time')
  const low = theirs * 1000 - after
  const high = theirs * 1000 + 999 - before
  const off = low > 0 ? low : high < 0 ? high : 0
  if (Math.abs(off) < 2000) return good(id, title, 'agrees with ours')
  const words = `${Math.round(Math.abs(off) / 1000)} s ${off > 0 ? 'ahead of' : 'behind'} ours`
  return warn(
    id,
    title,
    words,
    'Turn on time synchronisation there (timedatectl set-ntp true): tokens and logs depend on it.',
  )
}

function shmStep(df: string): ProbeStep {
  const [id, title] = ['shm', '/dev/shm']
  const row = readDf(df)[0]
  if (!row) return skipped(id, title, 'not there')
  const detail = `${size(row.free)} free of ${size(row.total)}`
  return row.total < GIB || row.free < GIB
    ? warn(
        id,
        title,
        detail,
        'Engines on several cards need some GiB: start the container with --shm-size=16g or --ipc=host, or remove what dead processes left there.',
      )
    : good(id, title, detail)
}

function memlockStep(limit: string, infiniband: boolean): ProbeStep {
  const [id, title] = ['memlock', 'Locked memory']
  const detail = limit === 'unlimited' ? limit : /^\d+$/.test(limit) ? size(Number(limit)) : 'unknown'
  return limit !== 'unlimited' && infiniband
    ? warn(
        id,
        title,
        detail,
        'InfiniBand needs more: memlock unlimited in /etc/security/limits.conf, then log in again.',
      )
    : good(id, title, detail)
}

function filesStep(soft: number, softText: string, hard: string): ProbeStep {
  const [id, title] = ['nofile', 'Open files']
  const detail = `${softText}, at most ${hard}`
  return Number.isFinite(soft) && soft < 4096
    ? warn(
        id,
        title,
        detail,
        'Raise nofile to 65536 in /etc/security/limits.conf: a busy server opens one file for each client.',
      )
    : good(id, title, detail)
}

function lingerStep(linger: string, killing: string): ProbeStep {
  const [id, title] = ['linger', 'Processes after logout']
  if (linger === '' && killing === '') return skipped(id, title, 'systemd does not look after logins here')
  if (linger === 'yes' || !killing.includes('true'))
    return good(id, title, linger === 'yes' ? 'they stay (lingering is on)' : 'they stay')
  return bad(
    id,
    title,
    'this machine ends all processes of an account that logs out, model servers included',
    'loginctl enable-linger for the account, or KillUserProcesses=no in logind.conf.',
  )
}

const SHARED =
  /^(nfs|lustre|gpfs|beegfs|cifs|smb|ceph|afs|glusterfs|fuse\.sshfs|wekafs|panfs|orangefs|virtiofs|9p)/

async function* disks(host: Host, places: readonly string[]): AsyncGenerator<ProbeStep> {
  const scripts: Record<string, string> = {
    type: 'df -PT "$HOME" 2>/dev/null | tail -n 1 | { read -r _ t _; echo "$t"; }',
  }
  for (const [n, place] of places.entries()) scripts[`disk${n}`] = diskScript(place)
  const found = await gather(host, scripts, { lane: 'slow', deadline: 20_000 })
  const type = found.type ?? ''
  yield SHARED.test(type)
    ? good('home', 'Home directory', `shared between machines (${type}); sessions are kept apart by machine`)
    : good('home', 'Home directory', type ? `on this machine (${type})` : 'on an unknown file system')
  for (const n of places.keys()) yield diskStep(found[`disk${n}`] ?? '')
}

function diskStep(text: string): ProbeStep {
  const [place = '', second = ''] = text.split('\n')
  const title = `Disk of ${place}`
  const row = readDf(text)[0]
  if (!row)
    return bad('disk', title, 'the file system does not answer', 'Check that the path is right and mounted.')
  const detail = `${roomWords(row.free * 1024)} free of ${roomWords(row.total * 1024)} at ${row.mount}${second === 'absent' ? ' (the directory is not there yet)' : ''}`
  if (row.free < 5 * GIB)
    return bad(
      'disk',
      title,
      detail,
      'Hardly any model fits: remove old ones (ithaca cookbook models) or choose another directory.',
    )
  return row.free < 50 * GIB
    ? warn('disk', title, detail, 'A model of 30 B parameters takes about 60 GiB.')
    : good('disk', title, detail)
}
