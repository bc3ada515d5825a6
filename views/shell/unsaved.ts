import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** A text that came back from $EDITOR and is not where it belongs yet. */
export interface UnsavedText {
  /** The same for the same text: `document 3f…`. */
  key: string
  text: string
  /** What it was written over. */
  mark: unknown
  /** Where it lies; null where the disk did not take it. */
  file: string | null
}

/** What was written and is not saved, each in a file of its own: it outlives the screen, however that ends. */
export class Unsaved {
  readonly #folder: string
  /** What the disk did not take. */
  readonly #held = new Map<string, UnsavedText>()

  constructor(folder: string) {
    this.#folder = folder
  }

  keep(key: string, extension: string, text: string, mark: unknown = null): void {
    this.drop(key)
    const named = `${nameOf(key)}.${extension}`
    let file: string | null = join(this.#folder, named)
    try {
      mkdirSync(this.#folder, { recursive: true, mode: 0o700 })
      this.#write(named, text)
      this.#write(`${nameOf(key)}.json`, JSON.stringify({ key, named, mark }))
    } catch {
      file = null
    }
    if (file === null) this.#held.set(key, { key, text, mark, file })
  }

  get(key: string): UnsavedText | undefined {
    return this.#held.get(key) ?? this.#read(`${nameOf(key)}.json`, key)
  }

  drop(key: string): void {
    const file = this.get(key)?.file
    this.#held.delete(key)
    if (file == null) return
    for (const gone of [file, join(this.#folder, `${nameOf(key)}.json`)]) rmSync(gone, { force: true })
  }

  /** Those of earlier screens, too. */
  get all(): UnsavedText[] {
    return [...this.#files().flatMap(name => this.#read(name) ?? []), ...this.#held.values()]
  }

  #write(name: string, text: string): void {
    const file = join(this.#folder, name)
    writeFileSync(`${file}.part`, text, { mode: 0o600, flush: true })
    renameSync(`${file}.part`, file)
  }

  #files(): string[] {
    try {
      return readdirSync(this.#folder).filter(name => name.endsWith('.json'))
    } catch {
      // Nothing was ever kept here.
      return []
    }
  }

  #read(name: string, wanted?: string): UnsavedText | undefined {
    try {
      const about = JSON.parse(readFileSync(join(this.#folder, name), 'utf8'))
      const { key, named, mark } = about as { key: string; named: string; mark: unknown }
      if (wanted !== undefined && key !== wanted) return
      const file = join(this.#folder, named)
      return { key, mark, file, text: readFileSync(file, 'utf8') }
    } catch {
      // It was never kept, or was thrown away by hand.
      return
    }
  }
}

const nameOf = (key: string): string => key.replace(/[^\w]+/g, '-').slice(0, 150)

/** Where everything lies that is not saved, for whoever leaves. */
export function unsavedWords(folder: string): string {
  const files = new Unsaved(folder).all.flatMap(({ file }) => file ?? [])
  if (files.length === 0) return ''
  return `What you wrote is not saved yet; the key that opened it opens it again:\n${files.map(file => `  ${file}\n`).join('')}`
}
