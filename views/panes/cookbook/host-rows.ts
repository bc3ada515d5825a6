import type { Host } from '../../../src/contract/hosts.ts'
import { roomShort } from '../../../src/contract/room.ts'
import { sanitiseText } from '../../terminal/sanitise.ts'
import { bar } from '../../widgets/charts.ts'
import { cut, type Glyphs, toWidth } from '../../widgets/text.ts'
import { toned } from '../../widgets/theme.ts'
import { factRows } from '../facts.ts'
import { day } from '../words.ts'
import { disksOf } from './host-row.ts'
import type { Item } from './kitchen.ts'

/** No time of day: each try that fails as the one before would change it, and write. */
function retriesOf({ state, retry_at }: Host['reach']): string {
  if (state !== 'unreachable') return ''
  return retry_at === null ? 'none, before it is changed' : 'by itself'
}

/** A host and its GPUs, each with what is on it. */
export function hostRows(host: Host, width: number, glyphs: Glyphs): string[] {
  const { reach } = host
  const rows = factRows(
    [
      ['host', host.name],
      [
        'reached',
        host.target === '' ? 'this machine' : `${host.target}${host.port ? ` port ${host.port}` : ''}`,
      ],
      ['state', `${reach.state}${reach.since === null ? '' : ` since ${day(reach.since)}`}`],
      ['reason', reach.reason ?? ''],
      ['retries', retriesOf(reach)],
      ...disksOf(host).map(
        ({ what, path, mount, free_bytes, total_bytes }) =>
          [
            what === 'home' ? 'home' : what === 'cache' ? 'downloads' : 'models',
            `${roomShort(free_bytes)} of ${roomShort(total_bytes)} free at ${path}${mount === path ? '' : ` (${mount})`}`,
          ] as const,
      ),
    ],
    width,
  )
  const gpus = host.devices.flatMap(gpu => {
    const share = (gpu.used_mib ?? 0) / (gpu.total_mib ?? 1)
    const facts = [
      `${gib(gpu.used_mib)}/${gib(gpu.total_mib)}G`,
      gpu.utilisation === null ? '' : `${gpu.utilisation}%`,
      gpu.temperature === null ? '' : `${gpu.temperature}C`,
      gpu.power_w === null ? '' : `${Math.round(gpu.power_w)}W`,
    ].filter(Boolean)
    const line = `${String(gpu.index).padStart(2)} ${bar(share, Math.max(4, Math.min(20, Math.floor(width / 5))), glyphs, 'good')} ${facts.join('  ')}  ${sanitiseText(gpu.name)}`
    const processes = gpu.processes.map(one => {
      const what = one.orphan
        ? 'ORPHAN'
        : one.container
          ? `container ${sanitiseText(one.container)}`
          : (one.serve ?? 'not ours')
      return toned(
        cut(
          `     pid ${toWidth(String(one.pid), 8)} ${toWidth(`${gib(one.used_mib)}G`, 5, 'right')}  ${what}  ${sanitiseText(one.name)}  ${sanitiseText(one.user ?? '')}`,
          width,
        ),
        'quiet',
      )
    })
    return [cut(line, width), ...processes]
  })
  return [...rows, '', ...(gpus.length > 0 ? gpus : [toned('No GPUs were seen.', 'quiet')])]
}

const gib = (mib: number | null): string => (mib === null ? '?' : String(Math.round(mib / 1024)))

export function processRows(item: Extract<Item, { kind: 'process' }>, width: number): string[] {
  const { process, host, gpus } = item
  return factRows(
    [
      ['process', `${process.pid} ${process.name}`],
      ['host', host.name],
      ['gpus', gpus.join(', ')],
      ['memory', process.used_mib === null ? '' : `${(process.used_mib / 1024).toFixed(1)} GiB`],
      ['user', process.user ?? ''],
      ['container', process.container ?? ''],
      [
        '',
        process.orphan ? 'Its parent is gone: what started it will not stop it.' : 'It was not started here.',
      ],
    ],
    width,
  )
}
