import type { Part, Word } from '../../sessions/word.ts'
import { badCharacters } from './refusal.ts'

/**
 * The few command substitutions that launch forms of existing clients write. They are recognised by shape and
 * turned into data; nothing here is ever run as it stands.
 */

const TEXT = String.raw`[^'"\\;&|${'`'}$()<>\r\n]+`
const PATH = String.raw`(?:'${TEXT}'|\$\{HOME\}'/${TEXT}'|"\$(?:HOME|\{HOME\})/${TEXT}"|[\w./~@%+=:,-]+)`
const QUIET = String.raw`(?:[ \t]+2>[ \t]*/dev/null)?`
const SORTED = String.raw`[ \t]*\|[ \t]*sort`
const FIRST = String.raw`[ \t]*\|[ \t]*head[ \t]+-(?:n[ \t]*)?1[ \t]*`
const FIND = String.raw`find[ \t]+(?:${PATH})[ \t]+-i?name[ \t]+'[\w.*-]+\.gguf'${QUIET}${SORTED}`

const PRINTF = new RegExp(String.raw`\$\(printf[ \t]+%s[ \t]+('${TEXT}'|\$\{HOME\}'/${TEXT}')[ \t]*\)`, 'y')
const PROJECTOR = new RegExp(
  String.raw`\$\(find[ \t]+(${PATH})[ \t]+-iname[ \t]+'mmproj\*\.gguf'${QUIET}${SORTED}${FIRST}\)`,
  'y',
)
const FIND_FILE = new RegExp(
  String.raw`\$\([ \t]*(?:\{[ \t]+(${FIND}(?:[ \t]*;[ \t]*${FIND})*)[ \t]*;[ \t]*\}|(${FIND}))${FIRST}\)`,
  'y',
)
const EACH_FIND = new RegExp(String.raw`find[ \t]+(${PATH})[ \t]+-(i?)name[ \t]+'([\w.*-]+\.gguf)'`, 'g')

export interface Substitution {
  parts: Part[]
  end: number
}

export function substitutionAt(text: string, at: number): Substitution | null {
  const printf = matchAt(PRINTF, text, at)
  if (printf) return { parts: [...path(printf[1]!)], end: PRINTF.lastIndex }
  const projector = matchAt(PROJECTOR, text, at)
  if (!projector) return null
  const part: Part = { kind: 'find', below: path(projector[1]!), patterns: ['mmproj*.gguf'], anyCase: true }
  return { parts: [part], end: PROJECTOR.lastIndex }
}

const MODEL_TEST = String.raw`(?:\[[ \t]+-[efns][ \t]+"\$MODEL_FILE"[ \t]+\]|test[ \t]+-[efns][ \t]+"\$MODEL_FILE")`
const GUARD = new RegExp(
  String.raw`"?[ \t]*&&[ \t]*\{[ \t]+${MODEL_TEST}(?:[ \t]*&&[ \t]*${MODEL_TEST})*[ \t]*;?[ \t]*\}` +
    String.raw`[ \t]*\|\|[ \t]*\{[ \t]+(?:echo[ \t]+(?:"([^"$\\]*)"|'([^']*)')(?:[ \t]*>&2)?[ \t]*;[ \t]*)?exit[ \t]+\d{1,3}[ \t]*;?[ \t]*\}` +
    String.raw`[ \t]*&&[ \t]*`,
  'y',
)

export interface Prelude {
  file: Word
  message: string
  /** Where the command itself begins. */
  end: number
}

/** "Find the model file or fail", in front of a command; null where the text does not begin that way. */
export function preludeOf(text: string): Prelude | null {
  const head = /^MODEL_FILE="?(?=\$\()/.exec(text)
  if (!head) return null
  const found = substitutionAt(text, head[0].length) ?? findFileAt(text, head[0].length)
  if (!found) throw badCharacters()
  const guard = matchAt(GUARD, text, found.end)
  if (!guard || text.startsWith('"', found.end) !== head[0].endsWith('"')) {
    if (!text.slice(found.end).includes('&&')) return null
    throw badCharacters()
  }
  const message = guard[1] ?? guard[2] ?? 'The model file was not found on this host.'
  return { file: found.parts, message, end: GUARD.lastIndex }
}

function findFileAt(text: string, at: number): Substitution | null {
  const found = matchAt(FIND_FILE, text, at)
  if (!found) return null
  const finds = [...(found[1] ?? found[2])!.matchAll(EACH_FIND)]
  const [first] = finds
  if (!first || finds.some(find => find[1] !== first[1] || find[2] !== first[2])) return null
  const patterns = finds.map(find => find[3]!)
  const part: Part = { kind: 'find', below: path(first[1]!), patterns, anyCase: first[2] === 'i' }
  return { parts: [part], end: FIND_FILE.lastIndex }
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at
  return pattern.exec(text)
}

/** A path in one of the spellings PATH admits. */
function path(source: string): Word {
  const underHome = /^(?:\$\{HOME\}'(.*)'|"\$(?:HOME|\{HOME\})(.*)"|~(\/.*)?)$/.exec(source)
  if (underHome) {
    const text = underHome[1] ?? underHome[2] ?? underHome[3] ?? ''
    return text === '' ? [{ kind: 'home' }] : [{ kind: 'home' }, { kind: 'text', text }]
  }
  return [{ kind: 'text', text: source.startsWith("'") ? source.slice(1, -1) : source }]
}
