import type { ModelStore } from '../../store/models.ts'
import { roomWords } from '../contract/room.ts'
import { type DiskRoom, HUB_CACHE, placeWord, readDisks } from '../hosts/disks.ts'
import type { Model } from '../models/model.ts'
import { weightByName } from '../models/weight.ts'
import { cacheOf } from './hubs.ts'
import type { Place } from './machines.ts'

export interface Disk extends DiskRoom {
  what: 'cache' | 'models' | 'home'
}

/** Where models fill a host: where downloads go, where more of them lie, and its home; as words of its shell. */
export const diskPlaces = (place: Pick<Place, 'settings'>): { what: Disk['what']; word: string }[] => {
  const moved = cacheOf(place)
  return [
    { what: 'cache', word: moved === undefined ? HUB_CACHE : placeWord(moved) },
    ...place.settings.model_dirs.map(dir => ({ what: 'models' as const, word: placeWord(dir) })),
    { what: 'home', word: '"$HOME"' },
  ]
}

export const disksOf = async (place: Place, deadline?: number): Promise<Disk[]> => {
  const places = diskPlaces(place)
  const found = await readDisks(
    place.host,
    places.map(({ word }) => word),
    deadline,
  )
  return found.flatMap((room, n) => (room ? [{ what: places[n]!.what, ...room }] : []))
}

/** Bytes of a model: as found on any host, or else by its name. */
export const openWeights =
  (store: ModelStore) =>
  (hosts: readonly string[], model: string): { bytes: number; guessed: boolean } | null => {
    for (const host of hosts)
      for (const one of (store.get(host)?.models ?? []) as Model[])
        if (one.id === model && one.state === 'ready' && one.bytes !== null)
          return { bytes: one.bytes, guessed: false }
    const bytes = weightByName(model)
    return bytes === null ? null : { bytes, guessed: true }
  }

const GIB = 1024 ** 3
/** With less disk left than this, a download is likely not to end well. */
const SHORT = 20 * GIB

/** What is to be said before that much is written to a host's disk. */
export const roomWarnings = (
  place: Place,
  disks: readonly Disk[],
  model: string,
  weight: { bytes: number; guessed: boolean } | null,
): string[] => {
  const disk = disks.find(({ what }) => what === 'cache')
  if (!disk) return []
  const free = `${roomWords(disk.freeBytes)} are free at ${disk.path}`
  if (weight && weight.bytes > disk.freeBytes)
    return [
      `${model} does not fit on the disk of ${place.name}: it takes ${weight.guessed ? 'about ' : ''}${roomWords(weight.bytes)}${weight.guessed ? ' by its name' : ''}, ${free}. Remove models (ithaca models list --host ${place.name}) or move its cache (HF_HOME in the host's variables).`,
    ]
  return disk.freeBytes < SHORT ? [`Disk is short on ${place.name}: ${free}.`] : []
}
