import type { Inventory, Model } from './model.ts'

const GIB = 1024 ** 3
const MIB = 1024 ** 2

/** The inventory in the shape that existing clients of `GET /cookbook/cached` read. */
export function codexModels(inventory: Inventory): Record<string, unknown>[] {
  return inventory.models.filter(model => model.state !== 'empty').map(codexModel)
}

function codexModel(model: Model): Record<string, unknown> {
  const incomplete = model.state === 'incomplete'
  return {
    repo_id: model.id,
    size: codexSize(model.bytes ?? 0),
    nb_files: model.files,
    has_incomplete: incomplete,
    status: incomplete ? 'downloading' : 'ready',
    path: model.source === 'ollama' ? 'ollama' : model.root,
    is_diffusion: model.format === 'diffusers',
    ...(model.source === 'ollama' ? { backend: 'ollama', is_ollama: true } : {}),
    ...(model.source === 'directory' ? { is_local_dir: true } : {}),
    ...(model.format === 'gguf' ? { is_gguf: true } : {}),
    ...(model.source === 'ollama' ? {} : { gguf_files: model.gguf.map(codexGguf) }),
    model_path: model.path,
    missing: model.missing,
    last_used_at: model.lastUsedAt,
  }
}

function codexGguf(file: Model['gguf'][number]): Record<string, unknown> {
  return {
    name: file.name.split('/').at(-1),
    rel_path: file.name,
    size_bytes: file.bytes,
    role: file.role,
    quant: file.quant,
    ...(file.parts > 1 ? { split: true, parts: file.parts } : {}),
  }
}

export function codexSize(bytes: number): string {
  return bytes >= GIB ? `${(bytes / GIB).toFixed(1)} GB` : `${Math.round(bytes / MIB)} MB`
}
