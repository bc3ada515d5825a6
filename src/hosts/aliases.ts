import { globSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, isAbsolute, join } from 'node:path'
import SSHConfig from 'ssh-config'

const DEEPEST_INCLUDE = 16

/**
 * The hosts an ssh config names, wildcards left out, as candidates to choose from. Only names are read here: what they
 * mean is `ssh -G`'s business.
 */
export function listAliases(pattern = '*', configFile = join(homedir(), '.ssh', 'config')): string[] {
  const found = new Set<string>()
  collect(configFile, dirname(configFile), 0, found)
  const wanted = globPattern(pattern)
  return [...found]
    .filter(alias => wanted.test(alias))
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
}

function collect(file: string, base: string, depth: number, found: Set<string>): void {
  if (depth > DEEPEST_INCLUDE) return
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    // ssh passes over a config that is not there; one that may not be read is worth saying.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw new Error(`The ssh config ${file} cannot be read: ${(error as Error).message}`)
  }
  for (const line of directives(SSHConfig.parse(text))) {
    if (line.param === 'host') for (const alias of line.values) if (!/[*?!]/.test(alias)) found.add(alias)
    if (line.param !== 'include') continue
    for (const include of line.values) {
      const path = include.startsWith('~/') ? join(homedir(), include.slice(2)) : include
      for (const each of globSync(isAbsolute(path) ? path : join(base, path)).sort())
        collect(each, base, depth + 1, found)
    }
  }
}

interface Directive {
  param: string
  values: string[]
}

/** Every directive of a config, those inside Host and Match sections included. */
function directives(config: Iterable<unknown>): Directive[] {
  return [...config].flatMap(entry => {
    const line = entry as { param?: string; value?: unknown; config?: Iterable<unknown> }
    if (!line.param) return []
    const values = Array.isArray(line.value)
      ? line.value.map(v => (typeof v === 'string' ? v : v.val))
      : String(line.value).split(/\s+/)
    return [
      { param: line.param.toLowerCase(), values: values.filter(Boolean) },
      ...(line.config ? directives(line.config) : []),
    ]
  })
}

function globPattern(pattern: string): RegExp {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  return new RegExp(`^${source}$`)
}
