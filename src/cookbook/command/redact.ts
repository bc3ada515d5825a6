import { type Invocation, literal, quote, quoteWord, type Word, word } from '../../sessions/word.ts'

const MASK = '***'

const SECRET_NAME = String.raw`(?:api[-_]?key|access[-_]?key|secret[-_]?key|private[-_]?key|(?<![a-z])token|password|passwd|secret|credentials?)`
const SECRET_FLAG = new RegExp(String.raw`^--?(?:[\w-]*[-_])?${SECRET_NAME}$`, 'i')
const SECRET_VARIABLE = new RegExp(String.raw`(?:^|_)${SECRET_NAME}$`, 'i')

export const isSecretName = (name: string): boolean => SECRET_VARIABLE.test(name)

const KNOWN_TOKENS =
  /\b(?:hf_[A-Za-z0-9]{6,}|ith_[\w-]{8,}|sk-[\w-]{12,}|gh[pousr]_[A-Za-z0-9]{16,}|github_pat_\w{16,}|glpat-[\w-]{12,}|nvapi-[\w-]{12,}|AKIA[A-Z0-9]{16})/g

const VALUE = String.raw`(?:"[^"\r\n]*"?|'[^'\r\n]*'?|\[[^\]\r\n]*\]?|[^\s,;}\])"']+)`
const FLAGGED = new RegExp(
  String.raw`(?<=^|[\s'"])(--?(?:[A-Za-z][\w-]*[-_])?${SECRET_NAME})(=|[ \t]+)(?!-)(${VALUE})`,
  'gi',
)
const NAMED = new RegExp(
  String.raw`\b((?:[A-Za-z]\w*_)?${SECRET_NAME})(["']?[ \t]*[=:][ \t]*)(?!None\b|null\b|false\b|true\b)(${VALUE})`,
  'gi',
)
const BEARER = /\b(Bearer|Basic)[ \t]+[A-Za-z0-9._~+/=-]{6,}/g
const IN_URL = /(\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:)[^\s/@]+(?=@)/gi

/** Text with everything that looks like a secret masked: shown commands, answers, audit rows. */
export const redactText = (text: string): string =>
  text
    .replaceAll(KNOWN_TOKENS, MASK)
    .replaceAll(BEARER, `$1 ${MASK}`)
    .replaceAll(IN_URL, `$1${MASK}`)
    .replaceAll(FLAGGED, `$1$2${MASK}`)
    .replaceAll(NAMED, `$1$2${MASK}`)

/** A command as a person would type it, its secrets masked. */
export function showCommand(invocation: Invocation): string {
  const set = invocation.assignments.map(({ name, value }) =>
    isSecretName(name)
      ? `${name}=${MASK}`
      : `${name}=${value.length === 0 ? "''" : redactText(quoteWord(value))}`,
  )
  return [...set, quote(redactArguments(invocation.argv))].join(' ')
}

export function redactArguments(argv: readonly Word[]): Word[] {
  let secret = false
  return argv.map(argument => {
    const text = literal(argument)
    const isFlag = text?.startsWith('-') === true
    if (secret && !isFlag) return word(MASK)
    const equals = text === null ? -1 : text.indexOf('=')
    secret = text !== null && isFlag && equals < 0 && SECRET_FLAG.test(text)
    if (text === null) return argument
    if (isFlag && equals > 0 && SECRET_FLAG.test(text.slice(0, equals)))
      return word(`${text.slice(0, equals)}=${MASK}`)
    return word(redactText(text))
  })
}
