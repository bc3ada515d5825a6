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
    if (file === null) this.#held.set(key, { key, reopens: reopens(key), text, mark, file })
  }

  get(key: string): UnsavedText | undefined {
    return this.#held.get(key) ?? this.#read(`${nameOf(key)}.json`, key)
  }

  drop(key: string): void {
    if (key.startsWith('open-')) rmSync(join(this.#folder, key), { recursive: true, force: true })
    const file = this.get(key)?.file
    this.#held.delete(key)
    if (file == null) return
    for (const gone of [file, join(this.#folder, `${nameOf(key)}.json`)]) rmSync(gone, { force: true })
  }

  /** Those of earlier screens, too. */
  get all(): UnsavedText[] {
    const kept = this.#names(/\.json$/).flatMap(name => this.#read(name) ?? [])
    return [...kept, ...this.#names(/^open-/).flatMap(name => this.#leftIn(name)), ...this.#held.values()]
  }

  #write(name: string, text: string): void {
    const file = join(this.#folder, name)
    writeFileSync(`${file}.part`, text, { mode: 0o600, flush: true })
    renameSync(`${file}.part`, file)
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

const nameOf = (key: string): string => key.replace(/[^\w]+/g, '-').slice(0, 150)

/** Where everything lies that is not saved, for whoever leaves. */
export function unsavedWords(folder: string): string {
  const { all } = new Unsaved(folder)
  const files = all.flatMap(({ file }) => file ?? [])
  if (files.length === 0) return ''
  const again = all.some(one => one.reopens) ? '; the key that opened it opens it again' : ''
  return `What you wrote is not saved yet${again}:\n${files.map(file => `  ${file}\n`).join('')}`
}
