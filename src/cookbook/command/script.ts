import type { Word } from '../../sessions/word.ts'
import { refused } from './refusal.ts'

/** A script may run only from below one of the folders; nothing in its path may be left to the host but `~`. */
export function checkScript(
  script: Word,
  folders: readonly string[] = ['.'],
  ending: RegExp,
  program: string,
): void {
  const path = plainPath(script)
  if (path === null) throw refused(`${program} may not run a script whose path only the host knows`)
  const segments = path.split('/')
  const inside = folders.some(folder => isBelow(path, folder))
  if (segments.includes('..') || !inside || !ending.test(path)) {
    throw refused(
      `${program} may not run '${path}': scripts (${ending.source.replaceAll(/[\\$]/g, '')}) run only below ${folders.join(', ')}`,
    )
  }
}

function plainPath(script: Word): string | null {
  let path = ''
  for (const [index, part] of script.entries()) {
    if (part.kind === 'text') path += part.text
    else if (index === 0 && (part.kind === 'home' || (part.kind === 'variable' && part.name === 'HOME')))
      path += '~'
    else return null
  }
  return path
}

function isBelow(path: string, folder: string): boolean {
  const anchored = (name: string) => name.startsWith('/') || name === '~' || name.startsWith('~/')
  const trim = (name: string) => name.replace(/^(?:\.\/)+/, '').replace(/\/+$/, '')
  const within = trim(folder)
  if (within === '.' || within === '') return !anchored(path)
  return anchored(path) === anchored(within) && trim(path).startsWith(`${within}/`)
}
