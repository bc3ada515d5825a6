import { groupGguf, quantOf } from '../gguf-files.ts'
import type { Model } from '../model.ts'
import { formatOf, isWeight, missingShards } from './hub.ts'
import { baseName, type Listed, lastUse, parentOf, type Root, totalBytes } from './records.ts'

/** Models that lie in plain folders, and single GGUF files beside them. */
export function directoryModels(root: Root): Model[] {
  const byFolder = new Map<string, Listed[]>()
  for (const file of root.files) {
    const folder = parentOf(file.path)
    byFolder.set(folder, [...(byFolder.get(folder) ?? []), file])
  }
  const homes = new Map<string, Listed[]>()
  for (const [folder, files] of byFolder) {
    const home = homeOf(folder, root.path, byFolder)
    homes.set(home, [...(homes.get(home) ?? []), ...files])
  }
  const loose = homes.get(root.path) ?? []
  homes.delete(root.path)
  // The directory may be one model itself, rather than a shelf of them.
  const single = loose.some(file => baseName(file.path) === 'config.json')
  const shelf = single ? [folderModel(root, root.path, loose)] : looseModels(root, loose)
  return [...shelf, ...[...homes].map(([folder, files]) => folderModel(root, folder, files))].filter(
    model => model.files > 0,
  )
}

/** The folder that stands for the whole model: parts of pipelines and quantisations belong to the one above. */
function homeOf(folder: string, root: string, all: ReadonlyMap<string, Listed[]>): string {
  let home = folder
  for (let above = parentOf(folder); above.length > root.length; above = parentOf(above)) {
    const describes = all.get(above)?.some(file => /^(config|model_index)\.json$/.test(baseName(file.path)))
    if (describes || quantOf(`-${baseName(home)}.gguf`) !== null) home = above
  }
  return home
}

function folderModel(root: Root, folder: string, files: readonly Listed[]): Model {
  const relative = files.map(file => file.path.slice(folder.length + 1))
  const gguf = groupGguf(
    files.map((file, i) => ({ name: relative[i] ?? '', path: file.path, bytes: file.bytes })),
  )
  const missing = [
    ...missingShards(root, folder, files),
    ...gguf.flatMap(one => one.missingParts.map(part => `part ${part} of ${one.parts} of ${one.name}`)),
    ...relative.filter(name => name.endsWith('.incomplete')).map(name => `${name} is half downloaded`),
  ]
  if (missing.length === 0 && !relative.some(isWeight)) missing.push('there are no weights')
  const bytes = totalBytes(files.filter(file => isWeight(file.path)))
  return {
    id: folder === root.path ? baseName(folder) : folder.slice(root.path.length + 1),
    source: 'directory',
    root: root.path,
    path: folder,
    bytes: totalBytes(files),
    files: files.length,
    state: bytes === 0 ? 'empty' : missing.length > 0 ? 'incomplete' : 'ready',
    missing,
    lastUsedAt: lastUse(files),
    revision: null,
    format: formatOf(relative),
    gguf,
  }
}

function looseModels(root: Root, files: readonly Listed[]): Model[] {
  const found = files.map(file => ({ name: baseName(file.path), path: file.path, bytes: file.bytes }))
  return groupGguf(found).map((one): Model => {
    const missing = one.missingParts.map(part => `part ${part} of ${one.parts}`)
    return {
      id: one.name.replace(/(-\d{5}-of-\d{5})?\.gguf$/i, ''),
      source: 'directory',
      root: root.path,
      path: one.path,
      bytes: one.bytes,
      files: one.parts - one.missingParts.length,
      state: one.bytes === 0 ? 'empty' : missing.length > 0 ? 'incomplete' : 'ready',
      missing,
      lastUsedAt: lastUse(files.filter(file => file.path === one.path)),
      revision: null,
      format: 'gguf',
      gguf: [one],
    }
  })
}
