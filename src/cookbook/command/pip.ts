import { literal, type Word } from '../../sessions/word.ts'
import { refused } from './refusal.ts'

// biome-ignore format: a list to read across
const ALONE = new Set([
  '-U', '--upgrade', '--user', '--break-system-packages', '--no-cache-dir', '--pre', '--no-deps', '--force-reinstall', '--no-input',
  '--no-build-isolation', '--prefer-binary', '-q', '--quiet', '-v', '--verbose', '--ignore-installed', '-I', '--no-index',
])
const WITH_URL = new Set(['-i', '--index-url', '--extra-index-url', '-f', '--find-links'])
const WITH_WORD = new Set([
  '--only-binary',
  '--no-binary',
  '--progress-bar',
  '--timeout',
  '--retries',
  '--upgrade-strategy',
])

const PACKAGE = /^[A-Za-z0-9][A-Za-z0-9._[\]<>=!,~-]{0,200}$/
const URL = /^https?:\/\/[\w.-]+(?::\d{1,5})?(?:\/[\w./%+-]*)?$/

export const isPackageSpec = (text: string): boolean => PACKAGE.test(text)

/** `pip install` of named packages: nothing from a folder, a repository or a file. */
export function checkPip(args: readonly Word[]): void {
  const texts = args.map(literal)
  if (texts[0] !== 'install') throw refused("of pip only 'python3 -m pip install PACKAGE …' is allowed")
  let packages = 0
  for (let at = 1; at < texts.length; at++) {
    const text = texts[at]
    if (text === null || text === undefined) throw refused('pip install takes plain package names')
    const [option, attached] = text.startsWith('--') ? split(text) : [text, undefined]
    if (ALONE.has(text)) continue
    if (WITH_URL.has(option) || WITH_WORD.has(option)) {
      const value = attached ?? texts[++at] ?? ''
      const fine = WITH_URL.has(option)
        ? URL.test(value)
        : /^[\w:,.-]+$/.test(value) && !value.startsWith('-')
      if (!fine) throw refused(`pip install ${option} ${value} is not allowed`)
    } else if (isPackageSpec(text)) packages++
    else throw refused(`pip install ${text} is not allowed: name packages of the index`)
  }
  if (packages === 0) throw refused('pip install needs the name of a package')
}

function split(text: string): [string, string | undefined] {
  const equals = text.indexOf('=')
  return equals < 0 ? [text, undefined] : [text.slice(0, equals), text.slice(equals + 1)]
}
