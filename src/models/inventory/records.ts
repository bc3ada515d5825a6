/** The script's answer as plain data: what was listed below each root. */
export interface Listing {
  roots: Root[]
  problems: string[]
  /** Whether the listing reached its end. */
  whole: boolean
}

export interface Root {
  kind: 'hub' | 'ollama' | 'directory' | 'tags'
  path: string
  /** Hub only: one entry per `models--…` folder, in which its own files are. */
  folders: string[]
  files: Listed[]
  gone: string[]
  texts: Map<string, string>
}

export interface Listed {
  path: string
  inode: string
  bytes: number
  accessedAt: number
  changedAt: number
}

export function parseListing(text: string, mark: string): Listing {
  const listing: Listing = { roots: [], problems: [], whole: false }
  let root: Root | undefined
  for (const record of `\n${text}`.split(`\n${mark} `).slice(1)) {
    const space = record.indexOf(' ')
    const kind = (space < 0 ? record : record.slice(0, space)).trimEnd()
    const rest = space < 0 ? '' : record.slice(space + 1)
    if (kind === 'end') listing.whole = true
    else if (kind === 'problem')
      listing.problems.push(`${rest}: no such directory, or not one that may hold models`)
    else if (kind === 'root') {
      const cut = rest.indexOf(' ')
      const path = rest.slice(cut + 1)
      root = {
        kind: rest.slice(0, cut) as Root['kind'],
        path,
        folders: [],
        files: [],
        gone: [],
        texts: new Map(),
      }
      listing.roots.push(root)
    } else if (kind === 'hubmodel') root?.folders.push(rest)
    else if (kind === 'gone') root?.gone.push(rest)
    else if (kind === 'text') {
      const cut = rest.indexOf('\n')
      if (cut >= 0) root?.texts.set(rest.slice(0, cut), rest.slice(cut + 1).trim())
    } else if (kind === 'f') {
      const file = /^(\d+:\d+) (\d+) (\d+) (\d+) ([\s\S]+)$/.exec(rest)
      if (!file) continue
      const [, inode = '', bytes, accessed, changed, path = ''] = file
      root?.files.push({
        path,
        inode,
        bytes: Number(bytes),
        accessedAt: Number(accessed) * 1000,
        changedAt: Number(changed) * 1000,
      })
    }
  }
  return listing
}

/** Files by identity: several snapshots, or several links, may lead to one. */
export function once(files: readonly Listed[]): Listed[] {
  return [...new Map(files.map(file => [file.inode, file])).values()]
}

export function totalBytes(files: readonly Listed[]): number {
  return once(files).reduce((sum, file) => sum + file.bytes, 0)
}

export function lastUse(files: readonly Listed[]): number | null {
  let newest: number | null = null
  for (const file of files) newest = Math.max(newest ?? 0, file.accessedAt, file.changedAt)
  return newest
}

export const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1)
export const parentOf = (path: string): string => path.slice(0, path.lastIndexOf('/'))

/** Names between double quotes, as `grep -o` gave them. */
export function shardNames(text: string): string[] {
  return text
    .split('\n')
    .map(line => line.trim())
    .filter(line => line.startsWith('"') && line.endsWith('"'))
    .map(line => line.slice(1, -1))
}
