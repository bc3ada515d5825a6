import type { Gguf } from './model.ts'

const QUANT =
  /(?:^|[-_.])((?:UD-)?(?:IQ|TQ|Q)\d(?:_[A-Z0-9]+)*|MXFP4(?:_MOE)?|NVFP4|BF16|F16|F32|FP16|FP8)(?=[-_.]|$)/i
const SPLIT = /^(.*)-(\d{5})-of-(\d{5})\.gguf$/i

export function quantOf(name: string): string | null {
  const stem = name.replace(SPLIT, '$1').replace(/\.gguf$/i, '')
  const found = [...stem.matchAll(new RegExp(QUANT, 'gi'))].at(-1)?.[1]
  return found ? found.toUpperCase() : null
}

export interface FoundFile {
  /** Path below the model's own folder. */
  name: string
  path: string
  bytes: number
}

/** Groups the parts of split files, and tells models from projectors. */
export function groupGguf(files: readonly FoundFile[]): Gguf[] {
  const groups = new Map<string, { files: Map<number, FoundFile>; total: number }>()
  for (const file of files) {
    if (!/\.gguf$/i.test(file.name)) continue
    const [, stem, part, total] = SPLIT.exec(file.name) ?? []
    const key = stem === undefined ? file.name : `${stem}-of-${total}`
    const group = groups.get(key) ?? { files: new Map(), total: Number(total ?? 1) }
    group.files.set(Number(part ?? 1), file)
    groups.set(key, group)
  }
  return [...groups.values()].map(({ files: parts, total }): Gguf => {
    const first = [...parts].sort(([a], [b]) => a - b)[0]?.[1] as FoundFile
    const base = first.name.split('/').at(-1) ?? first.name
    const missingParts = Array.from({ length: total }, (_, i) => i + 1).filter(
      n => !(parts.get(n)?.bytes ?? 0),
    )
    return {
      name: first.name,
      path: first.path,
      bytes: [...parts.values()].reduce((sum, file) => sum + file.bytes, 0),
      role: /mmproj|projector/i.test(base) ? 'projector' : 'model',
      quant: quantOf(base),
      parts: total,
      missingParts,
    }
  })
}
