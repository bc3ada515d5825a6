/** Something on a host that an engine could load. */
export interface Model {
  /** `org/name` for the hub, `name:tag` for Ollama, the folder's or file's own name otherwise. */
  id: string
  source: 'hub' | 'ollama' | 'directory'
  /** The hub cache, the Ollama store or the directory it was found under. */
  root: string
  /** Where its own files are: the snapshot, the folder, or the single file. */
  path: string
  /** Bytes of its files, each counted once; null where the source does not say. */
  bytes: number | null
  files: number
  state: 'ready' | 'incomplete' | 'empty'
  /** What is missing, in words for a person; empty when nothing is. */
  missing: string[]
  /** The newest access to any of its files, or its newest change where the disk keeps no accesses. */
  lastUsedAt: number | null
  revision: string | null
  format: 'safetensors' | 'gguf' | 'pytorch' | 'diffusers' | 'ollama' | 'other'
  gguf: Gguf[]
}

/** One GGUF model: a file, or the parts of a split one. */
export interface Gguf {
  /** The file to name on a command line: the first part of a split one. */
  name: string
  path: string
  bytes: number
  role: 'model' | 'projector'
  quant: string | null
  parts: number
  /** Numbers of the parts that are not there. */
  missingParts: number[]
}

export interface Inventory {
  scannedAt: number
  models: Model[]
  /** Directories that were asked for and could not be read, with the reason. */
  problems: string[]
}
