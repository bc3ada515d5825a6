import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'

/** A text that came back from $EDITOR and is not where it belongs yet. */
export interface UnsavedText {
  /** The same for the same text: `document 3f…`. */
  key: string
  /** Whether what opened it opens it again. */
  reopens: boolean
  text: string
  /** What it was written over. */
  mark: unknown
  /** Where it lies; null where the disk did not take it. */
  file: string | null
}

const machine = hostname().replace(/[^\w.]/g, '_')

/** Where an editor works for this program: how the name of its folder begins. */
export function editingIn(folder: string): string | undefined {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    return join(folder, `open-${machine}-${process.pid}-`)
  } catch {
    // A disk that takes nothing: the editor works elsewhere.
    return undefined
  }
}

/** In such a folder, the text as the editor got it. */
export const untouched = '.before'

/** What was written and is not saved, each in a file of its own: it outlives the screen, however that ends. */
export class Unsaved {
  readonly #folder: string
  /** What the disk did not take. */
  readonly #held = new Map<string, UnsavedText>()

  constructor(folder: string) {
    this.#folder = folder
  }

  keep(key: string, extension: string, text: string, mark: unknown = null): void {
    const named = `${nameOf(key)}.${extension}`
    const before = this.#read(aboutOf(key), key)?.file
    try {
      this.#write({ [named]: text, [aboutOf(key)]: JSON.stringify({ key, named, mark }) })
    } catch {
      // What the disk had of it stays: an older text is more than none.
      if (before === undefined) remove(join(this.#folder, named))
      this.#held.set(key, { key, reopens: reopens(key), text, mark, file: null })
      return
    }
    this.#held.delete(key)
    if (before && before !== join(this.#folder, named)) remove(before)
  }

  get(key: string): UnsavedText | undefined {
    return this.#held.get(key) ?? this.#read(aboutOf(key), key)
  }

  drop(key: string): void {
    if (key.startsWith('open-')) rmSync(join(this.#folder, key), { recursive: true, force: true })
    this.#held.delete(key)
    const file = this.#read(aboutOf(key), key)?.file
    if (file == null) return
    for (const gone of [file, join(this.#folder, aboutOf(key))]) rmSync(gone, { force: true })
  }

  /** Those of earlier screens, too. */
  get all(): UnsavedText[] {
    const read = this.#names(/\.json$/).flatMap(name => this.#read(name) ?? [])
    const kept = read.filter(({ key }) => !this.#held.has(key))
    return [...kept, ...this.#names(/^open-/).flatMap(name => this.#leftIn(name)), ...this.#held.values()]
  }

  /** All of the files or none: what was there is replaced once the disk took everything. */
  #write(files: Record<string, string>): void {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 })
    const parts = Object.entries(files).map(([name, text]) => {
      const file = join(this.#folder, name)
      return { file, part: `${file}.part`, text }
    })
    try {
      for (const { part, text } of parts) writeFileSync(part, text, { mode: 0o600, flush: true })
      for (const { part, file } of parts) renameSync(part, file)
    } catch (error) {
      for (const { part } of parts) remove(part)
      throw error
    }
  }

  /** Of an editor whose screen was gone before it. */
  #leftIn(key: string): UnsavedText[] {
    const [, on, pid] = /^open-(.+)-(\d+)-\w+$/.exec(key) ?? []
    // A home may be shared: of the programs of other machines nothing is known.
    if (on !== machine || isThere(Number(pid))) return []
    const folder = join(this.#folder, key)
    const read = (name: string) => readFileSync(join(folder, name), 'utf8')
    try {
      const names = readdirSync(folder).filter(name => name !== untouched)
      const before = read(untouched)
      const written = names.find(name => name.startsWith('text.') && read(name) !== before)
      const name = written ?? names.find(one => !/^text\.\w+$/.test(one))
      if (name !== undefined)
        return [{ key, reopens: false, mark: null, text: read(name), file: join(folder, name) }]
      rmSync(folder, { recursive: true, force: true })
    } catch {
      // It is being written or removed at this moment.
    }
    return []
  }

  #names(like: RegExp): string[] {
    try {
      return readdirSync(this.#folder).filter(name => like.test(name))
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
      return { key, reopens: reopens(key), mark, file, text: readFileSync(file, 'utf8') }
    } catch {
      // It was never kept, or was thrown away by hand.
      return
    }
  }
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/** A form is gone with its screen. */
const reopens = (key: string): boolean => !key.startsWith('form ')

function remove(file: string): void {
  try {
    rmSync(file, { force: true })
  } catch {
    // The disk takes nothing, not even that.
  }
}

const nameOf = (key: string): string => key.replace(/[^\w]+/g, '-').slice(0, 150)

const aboutOf = (key: string): string => `${nameOf(key)}.json`

/** Where everything lies that is not saved, for whoever leaves. */
export function unsavedWords(folder: string): string {
  const { all } = new Unsaved(folder)
  const files = all.flatMap(({ file }) => file ?? [])
  if (files.length === 0) return ''
  const again = all.some(one => one.reopens) ? '; the key that opened it opens it again' : ''
  return `What you wrote is not saved yet${again}:\n${files.map(file => `  ${file}\n`).join('')}`
}
