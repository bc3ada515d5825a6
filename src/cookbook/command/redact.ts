import { Problem } from '../../contract/problem.ts'
import { type Invocation, literal, quote, quoteWord, type Word, word } from '../../sessions/word.ts'

const MASK = '***'

const SECRET_NAME = String.raw`(?:api[-_]?key|access[-_]?key|secret[-_]?key|private[-_]?key|(?<![a-z])token|[a-z]*(?:password|passwd|passphrase)|secret|credentials?)(?:_?\d+)?`
const SECRET_FLAG = new RegExp(String.raw`^--?(?:[\w-]*[-_])?${SECRET_NAME}$`, 'i')
const SECRET_VARIABLE = new RegExp(String.raw`(?:^|_)(?:${SECRET_NAME}|authorization)$`, 'i')

export const isSecretName = (name: string): boolean => SECRET_VARIABLE.test(name)

const KNOWN_TOKENS =
  /\b(?:hf_[A-Za-z0-9]{6,}|(?:ith|ody)_[\w-]{8,}|sk[-_][\w-]{12,}|xox[a-z]-[\w-]{8,}|gh[pousr]_[A-Za-z0-9]{16,}|github_pat_\w{16,}|glpat-[\w-]{12,}|nvapi-[\w-]{12,}|A[KS]IA[A-Z0-9]{16})/g

const VALUE = String.raw`(?:"[^"\r\n]*"?|'[^'\r\n]*'?|\[[^\]\r\n]*\]?|[^\s,;}\])"']+)`
const FLAGGED = new RegExp(
  String.raw`(?<=^|[\s'"])(--?(?:[A-Za-z][\w-]*[-_])?${SECRET_NAME})(=|["']?[ \t]+)(?!-)(${VALUE})`,
  'gi',
)
const NAMED = new RegExp(
  String.raw`\b((?:[A-Za-z]\w*_)?${SECRET_NAME})(["']?[ \t]*[=:][ \t]*)(?!None\b|null\b|false\b|true\b)(${VALUE})`,
  'gi',
)
const BEARER = /\b([Bb]earer|Basic)[ \t]+[A-Za-z0-9._~+/=-]{6,}/g
const IN_URL = /(\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:)[^\s/@]+(?=@)/gi
const IN_QUERY = /([?&](?:[\w-]*signature|sig|key|auth)=)[^\s&#"']+/gi
const HOOK = /(\/\/(?:hooks\.slack\.com\/services|discord(?:app)?\.com\/api\/webhooks)\/)[^\s"']+/gi

/** Text with everything that looks like a secret masked: shown commands, answers, audit rows. */
export const redactText = (text: string): string =>
  text
    .replaceAll(KNOWN_TOKENS, MASK)
    .replaceAll(BEARER, `$1 ${MASK}`)
    .replaceAll(IN_URL, `$1${MASK}`)
    .replaceAll(IN_QUERY, `$1${MASK}`)
    .replaceAll(HOOK, `$1${MASK}`)
    .replaceAll(FLAGGED, `$1$2${MASK}`)
    .replaceAll(NAMED, `$1$2${MASK}`)

/** What was read with a secret starred out would start, and fail where nobody looks for stars. */
export const refuseStarred = (command: string): void => {
  if (command.includes(MASK))
    throw new Problem(
      'conflict',
      `The command has a secret starred out ('${MASK}'), and could not be launched so; write the secret itself, or set it with a variable. A preset launched by its name has its own.`,
    )
}

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
