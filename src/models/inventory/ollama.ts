import type { Model } from '../model.ts'
import { baseName, lastUse, type Root } from './records.ts'

interface Layer {
  digest: string
  size: number
}

const HOME = 'registry.ollama.ai/library/'

/** What Ollama's manifests say is there, checked against its blobs where those can be read. */
export function ollamaModels(root: Root): Model[] {
  const blobs = new Map(root.files.map(file => [baseName(file.path), file]))
  return [...root.texts].flatMap(([path, text]): Model[] => {
    const name = path.slice(`${root.path}/manifests/`.length)
    const layers = layersOf(text)
    const cut = name.lastIndexOf('/')
    if (layers === null || cut < 0) return []
    const family = name.slice(0, cut)
    const own = layers.flatMap(layer => blobs.get(layer.digest.replace(':', '-')) ?? [])
    const missing =
      blobs.size === 0
        ? []
        : layers
            .filter(layer => (blobs.get(layer.digest.replace(':', '-'))?.bytes ?? -1) < layer.size)
            .map(layer => `layer ${layer.digest.slice(0, 19)} is missing`)
    const id = `${(family.startsWith(HOME) ? family.slice(HOME.length) : family).replace(/^registry\.ollama\.ai\//, '')}:${name.slice(cut + 1)}`
    return [
      {
        id,
        source: 'ollama',
        root: root.path,
        path,
        bytes: layers.reduce((sum, layer) => sum + layer.size, 0),
        files: layers.length,
        state: missing.length > 0 ? 'incomplete' : 'ready',
        missing,
        lastUsedAt: lastUse(own),
        revision: null,
        format: 'ollama',
        gguf: [],
      },
    ]
  })
}

function layersOf(text: string): Layer[] | null {
  const manifest = parseJson(text) as { layers?: unknown; config?: unknown } | null
  if (!manifest || !Array.isArray(manifest.layers)) return null
  return [...manifest.layers, manifest.config].filter(isLayer)
}

function isLayer(value: unknown): value is Layer {
  const layer = value as Partial<Layer> | null
  return typeof layer?.digest === 'string' && typeof layer.size === 'number'
}

/** What a running Ollama says of itself, where its files may not be read. */
export function taggedModels(root: Root): Model[] {
  const answer = parseJson(root.texts.get('tags') ?? '') as { models?: unknown } | null
  const tags = Array.isArray(answer?.models) ? answer.models : []
  return tags.flatMap((tag: { name?: unknown; size?: unknown }): Model[] => {
    if (typeof tag?.name !== 'string') return []
    return [
      {
        id: tag.name,
        source: 'ollama',
        root: 'ollama',
        path: 'ollama',
        bytes: typeof tag.size === 'number' ? tag.size : null,
        files: 1,
        state: 'ready',
        missing: [],
        lastUsedAt: null,
        revision: null,
        format: 'ollama',
        gguf: [],
      },
    ]
  })
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // A manifest being written, or no manifest at all: nothing is known of the model.
    return null
  }
}
