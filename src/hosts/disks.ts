import { gather, readDf } from './facts.ts'
import type { Host } from './host.ts'
import { quote } from './quote.ts'

export interface DiskRoom {
  path: string
  mount: string
  freeBytes: number
  totalBytes: number
}

/** Where the hub's client keeps what it downloads, unless a launch says otherwise. */
export const HUB_CACHE = `"\${HF_HUB_CACHE:-\${HF_HOME:-$HOME/.cache/huggingface}/hub}"`

/** A directory as a word of the shell there: `~` is the home of that machine. */
export const placeWord = (dir: string): string =>
  dir === '~' ? '"$HOME"' : dir.startsWith('~/') ? `"$HOME"/${quote(dir.slice(2))}` : quote(dir)

/** A directory that is not there yet lies on the file system of the nearest one that is. */
export const diskScript = (place: string): string =>
  `d=${place}; echo "$d"; [ -d "$d" ] || echo absent; while [ ! -d "$d" ] && [ "$d" != / ] && [ "$d" != . ]; do d=$(dirname "$d"); done; df -Pk "$d"`

/** How much room there is at each of these places, in their order; null for one that does not say. */
export const readDisks = async (
  host: Host,
  places: readonly string[],
  deadline = 20_000,
): Promise<(DiskRoom | null)[]> => {
  const scripts = Object.fromEntries(places.map((place, n) => [`disk${n}`, diskScript(place)]))
  const found = await gather(host, scripts, { lane: 'slow', deadline })
  return places.map((_, n) => {
    const text = found[`disk${n}`] ?? ''
    const row = readDf(text)[0]
    if (!row) return null
    const { free, total, mount } = row
    return { path: text.split('\n')[0]!, mount, freeBytes: free * 1024, totalBytes: total * 1024 }
  })
}
