import type * as z from 'zod'
import type { Gpu, GpuSample, Host as HostView } from '../contract/hosts.ts'
import type { GpuProcess, GpuReading } from '../gpus/reading.ts'
import { holder, orphans } from '../gpus/reading.ts'
import type { Reach } from '../hosts/host.ts'
import type { Place } from './machines.ts'

/** A host as callers see it: its settings without the secret, how it is reached, what its GPUs did last. */
export const viewOf = (place: Place): HostView => {
  const { hf_token, ...settings } = place.settings
  const { reading } = place.gpus
  return {
    ...settings,
    hf_token_set: hf_token !== null,
    reach: reachOf(place.host.reach),
    devices: reading ? devicesOf(reading, place.gpus.claims) : [],
    devices_at: reading?.at ?? null,
    disks: place.disks.map(({ what, path, mount, freeBytes, totalBytes }) => ({
      what,
      path,
      mount,
      free_bytes: freeBytes,
      total_bytes: totalBytes,
    })),
  }
}

const reachOf = (reach: Reach): HostView['reach'] => ({
  state: reach.state,
  since: 'since' in reach ? reach.since : null,
  round_trip_ms: reach.state === 'connected' ? reach.roundTripMs : null,
  reason: reach.state === 'unreachable' ? reach.reason : null,
  retry_at: reach.state === 'unreachable' ? reach.retryAt : null,
})

/** The serve that a process on a GPU belongs to, ours or found. */
export const serveOf = (claims: Place['gpus']['claims'], process: GpuProcess): string | null =>
  claims.get(holder(process)) ?? process.session

const devicesOf = (reading: GpuReading, claims: ReadonlyMap<string, string>): Gpu[] => {
  const ours = reading.processes.filter(one => one.session !== null && !claims.has(holder(one)))
  const owned = new Set(ours.map(one => one.pid))
  const lost = new Set(orphans(reading, owned).map(one => one.pid))
  return reading.gpus.map(gpu => ({
    index: gpu.index,
    uuid: gpu.uuid,
    name: gpu.name,
    total_mib: gpu.totalMiB,
    used_mib: gpu.usedMiB,
    utilisation: gpu.utilisation,
    temperature: gpu.temperature,
    power_w: gpu.power,
    power_limit_w: gpu.powerLimit,
    processes: reading.processes
      .filter(one => one.gpu === gpu.index)
      .map(one => ({
        pid: one.pid,
        name: one.name,
        user: one.user,
        container: one.place.container,
        used_mib: one.usedMiB,
        serve: serveOf(claims, one),
        orphan: lost.has(one.pid),
      })),
  }))
}

/** The rings of all its GPUs, one row for each moment. */
export const historyOf = (place: Place, since: number): z.output<typeof GpuSample>[] => {
  const rows = new Map<number, z.output<typeof GpuSample>>()
  for (const gpu of place.gpus.reading?.gpus ?? [])
    for (const { at, usedMiB, utilisation, power, temperature } of place.gpus.history.of(gpu.uuid)) {
      if (at <= since) continue
      const row = rows.get(at) ?? { at, gpus: [] }
      row.gpus.push({ index: gpu.index, used_mib: usedMiB, utilisation, power_w: power, temperature })
      rows.set(at, row)
    }
  return [...rows.values()].sort((a, b) => a.at - b.at)
}
