import { groupGguf } from '../gguf-files.ts'
import type { Model } from '../model.ts'
import { baseName, type Listed, lastUse, parentOf, type Root, shardNames, totalBytes } from './records.ts'

const WEIGHTS = /\.(safetensors|bin|gguf|pt|pth|onnx|msgpack|h5)$/i

export function formatOf(names: readonly string[]): Model['format'] {
  if (names.some(name => baseName(name) === 'model_index.json')) return 'diffusers'
  if (names.some(name => /\.gguf$/i.test(name))) return 'gguf'
  if (names.some(name => name.endsWith('.safetensors'))) return 'safetensors'
  if (names.some(name => /\.(bin|pt|pth)$/.test(name))) return 'pytorch'
  return 'other'
}

export function isWeight(name: string): boolean {
  return WEIGHTS.test(name)
}

/** The models of one hub cache. */
export function hubModels(root: Root): Model[] {
  return root.folders.flatMap(folder => {
    const model = hubModel(root, folder)
    return model ? [model] : []
  })
}

function hubModel(root: Root, folder: string): Model | null {
  const id = baseName(folder).slice('models--'.length).replaceAll('--', '/')
  if (id === '') return null
  const below = (path: string) => path.startsWith(`${folder}/`)
  const blobs = root.files.filter(file => file.path.startsWith(`${folder}/blobs/`))
  const linked = root.files.filter(file => file.path.startsWith(`${folder}/snapshots/`))
  const gone = root.gone.filter(below)
  const revision = currentRevision(root, folder, linked)
  const snapshot = `${folder}/snapshots/${revision}`
  const own = linked.filter(file => file.path.startsWith(`${snapshot}/`))
  const relative = own.map(file => file.path.slice(snapshot.length + 1))
  const unfinished = blobs.filter(file => file.path.endsWith('.incomplete'))
  const gguf = groupGguf(
    own.map(file => ({ name: file.path.slice(snapshot.length + 1), path: file.path, bytes: file.bytes })),
  )
  const missing = [
    ...missingShards(root, snapshot, own),
    ...gone
      .filter(path => path.startsWith(`${snapshot}/`))
      .map(path => `${path.slice(snapshot.length + 1)} leads nowhere`),
    ...gguf.flatMap(one => one.missingParts.map(part => `part ${part} of ${one.parts} of ${one.name}`)),
    ...unfinished.map(file => `${baseName(file.path).slice(0, 12)}… is half downloaded`),
  ]
  if (missing.length === 0 && !relative.some(isWeight)) missing.push('no weights were downloaded')
  const bytes = totalBytes([...blobs, ...linked])
  return {
    id,
    source: 'hub',
    root: root.path,
    path: revision === null ? folder : snapshot,
    bytes,
    files: own.length || blobs.length,
    state: bytes === 0 && unfinished.length === 0 ? 'empty' : missing.length > 0 ? 'incomplete' : 'ready',
    missing,
    lastUsedAt: lastUse(blobs.length > 0 ? blobs : linked),
    revision,
    format: formatOf(relative),
    gguf,
  }
}

/** What `main` names, else the only or the newest snapshot there is. */
function currentRevision(root: Root, folder: string, linked: readonly Listed[]): string | null {
  const named = [...root.texts].filter(([path]) => parentOf(path) === `${folder}/refs`)
  const commits = named.sort(([a]) => (a.endsWith('/refs/main') ? -1 : 1)).map(([, commit]) => commit)
  const present = new Map<string, number>()
  for (const file of linked) {
    const commit = file.path.slice(`${folder}/snapshots/`.length).split('/')[0] ?? ''
    present.set(commit, Math.max(present.get(commit) ?? 0, file.changedAt))
  }
  const wanted = commits.find(
    commit => /^[\w.-]+$/.test(commit) && (present.size === 0 || present.has(commit)),
  )
  return wanted ?? [...present].sort(([, a], [, b]) => b - a)[0]?.[0] ?? null
}

/** Shards that an index names and that are not there, or empty. */
export function missingShards(root: Root, folder: string, own: readonly Listed[]): string[] {
  const sizes = new Map(own.map(file => [file.path, file.bytes]))
  return [...root.texts].flatMap(([path, text]) => {
    if (!path.endsWith('.index.json') || parentOf(path) !== folder) return []
    const shards = shardNames(text)
    // A repository may index two formats; only one of them is normally downloaded.
    if (path.endsWith('.bin.index.json') && own.some(file => file.path.endsWith('.safetensors'))) return []
    return shards.filter(name => !sizes.get(`${folder}/${name}`)).map(name => `${name} is missing`)
  })
}
