import { randomBytes } from 'node:crypto'
import { type Host, HostError } from '../../hosts/host.ts'
import type { Inventory, Model } from '../model.ts'
import { directoryModels } from './directory.ts'
import { hubModels } from './hub.ts'
import { ollamaModels, taggedModels } from './ollama.ts'
import { parseListing } from './records.ts'
import { inventoryScript } from './script.ts'

/** Looks for models on a host, on the lane where slow questions wait for each other. */
export async function takeInventory(
  host: Host,
  directories: readonly string[],
  options: { signal?: AbortSignal; deadline?: number } = {},
): Promise<Inventory> {
  const mark = `models-${randomBytes(9).toString('hex')}`
  const { stdout } = await host.ask(inventoryScript(mark, directories), {
    lane: 'slow',
    deadline: options.deadline ?? 120_000,
    signal: options.signal,
  })
  const inventory = readInventory(stdout.toString('utf8'), mark, Date.now())
  if (inventory === null)
    throw new HostError('lost', `The list of models on ${host.name} was cut off before its end; scan again.`)
  return inventory
}

/** The script's answer as models, each id once; null when it was cut off. */
export function readInventory(text: string, mark: string, scannedAt: number): Inventory | null {
  const listing = parseListing(text.replace(/\n$/, ''), mark)
  if (!listing.whole) return null
  const read = {
    hub: hubModels,
    ollama: ollamaModels,
    tags: taggedModels,
    directory: directoryModels,
  }
  const models = new Map<string, Model>()
  for (const root of listing.roots)
    for (const model of read[root.kind]?.(root) ?? []) {
      const known = models.get(model.id)
      // The same name twice: the one that can be loaded wins, the first of equals.
      if (!known || (known.state !== 'ready' && model.state === 'ready')) models.set(model.id, model)
    }
  return { scannedAt, models: [...models.values()], problems: listing.problems }
}
