import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isAnotherThere, isThere, us, type Writer } from './writer.ts'

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
  /** How a person opens the workspace it is of; null where that is the one of this screen. */
  of: string | null
  /** What is removed with it. */
  lies: readonly string[]
}

/** What stands beside a text on the disk. */
interface About extends Writer {
  key: string
  named: string
  mark: unknown
  workspace: string
}

/** Where an editor works for this program: how the name of its folder begins. */
export function editingIn(folder: string): string | undefined {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    return join(folder, `open-${us.machine}-${us.pid}-${us.born}-`)
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
  /** How a person opens the workspace of this screen: all workspaces that are opened from here share the folder. */
  readonly #workspace: string
  /** What the disk did not take. */
  readonly #held = new Map<string, UnsavedText>()

  constructor(folder: string, workspace: string) {
    this.#folder = folder
    this.#workspace = workspace
  }

  keep(key: string, extension: string, text: string, mark: unknown = null): void {
    const [named, name] = [`${this.#nameOf(key)}.${extension}`, this.#aboutOf(key)]
    const before = this.#own(key)?.file
    const about: About = { key, named, mark, workspace: this.#workspace, ...us }
    try {
      this.#write({ [named]: text, [name]: JSON.stringify(about) })
    } catch {
      // What the disk had of it stays: an older text is more than none.
      if (before === undefined) remove(join(this.#folder, named))
      this.#held.set(key, { key, reopens: reopens(key), text, mark, file: null, of: null, lies: [] })
      return
    }
    this.#held.delete(key)
    if (before && before !== join(this.#folder, named)) remove(before)
  }

  get(key: string): UnsavedText | undefined {
    return this.#held.get(key) ?? this.#own(key)
  }

  /** It is where it belongs. */
  drop(key: string): void {
    this.#held.delete(key)
    this.throwAway(this.#own(key))
  }

  throwAway(one: UnsavedText | undefined): void {
    if (one?.file === null) this.drop(one.key)
    for (const gone of one?.lies ?? []) rmSync(gone, { recursive: true, force: true })
  }

  /** Those of earlier screens, and of other workspaces, too. */
  get all(): UnsavedText[] {
    const read = this.#names(/\.json$/).flatMap(name => this.#read(name) ?? [])
    const kept = read.filter(({ key, of }) => of !== null || !this.#held.has(key))
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
    const [, machine, pid, born] = /^open-(.+)-(\d+)-(\d+)-\w+$/.exec(key) ?? []
    // A home may be shared: of the programs of other machines nothing is known.
    if (machine !== us.machine || isThere({ machine, pid: Number(pid), born: born! })) return []
    const folder = join(this.#folder, key)
    const read = (name: string) => readFileSync(join(folder, name), 'utf8')
    try {
      const names = readdirSync(folder).filter(name => name !== untouched)
      const before = read(untouched)
      const written = names.find(name => name.startsWith('text.') && read(name) !== before)
      const name = written ?? names.find(one => !/^text\.\w+$/.test(one))
      if (name !== undefined)
        return [
          {
            key,
            reopens: false,
            mark: null,
            text: read(name),
            file: join(folder, name),
            of: null,
            lies: [folder],
          },
        ]
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

  #own(key: string): UnsavedText | undefined {
    return this.#read(this.#aboutOf(key), true)
  }

  /** What another screen that is open has is not told, unless it is asked for. */
  #read(name: string, asked = false): UnsavedText | undefined {
    const path = join(this.#folder, name)
    try {
      const about = JSON.parse(readFileSync(path, 'utf8')) as About
      if (!asked && isAnotherThere(about)) return
      const { key, named, mark, workspace } = about
      const file = join(this.#folder, named)
      const of = workspace === this.#workspace ? null : workspace
      const opens = of === null && reopens(key)
      return { key, reopens: opens, mark, file, of, text: readFileSync(file, 'utf8'), lies: [file, path] }
    } catch {
      // It was never kept, or was thrown away by hand.
      return
    }
  }

  /** The same key means another text in another workspace. */
  #nameOf(key: string): string {
    const told = createHash('sha256').update(`${this.#workspace}\n${key}`).digest('hex').slice(0, 8)
    return `${key.replace(/[^\w]+/g, '-').slice(0, 100)}-${told}`
  }

  #aboutOf(key: string): string {
    return `${this.#nameOf(key)}.json`
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

/** Where everything lies that is not saved, for whoever leaves. */
export function unsavedWords(folder: string, workspace: string): string {
  const all = new Unsaved(folder, workspace).all.filter(({ file }) => file !== null)
  if (all.length === 0) return ''
  const again = all.some(one => one.reopens) ? '; the key that opened it opens it again' : ''
  const files = all.map(({ file, of }) => `  ${file}${of === null ? '' : ` (of '${of}')`}\n`)
  return `What you wrote is not saved yet${again}:\n${files.join('')}`
}
