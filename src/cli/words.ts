/** Words as a shell handed them over, as one command that the API's parser reads back to the same words. */
export const asCommand = (given: readonly string[]): string =>
  given.length === 1 ? given[0]! : given.map(quoted).join(' ')

const quoted = (text: string): string => {
  const set = /^([A-Za-z_]\w*=)(.*)$/s.exec(text)
  if (set) return set[1]! + (set[2] === '' ? "''" : quoted(set[2]!))
  // A variable stays one: only the host knows what it holds.
  if (/^[\w@%+=:,./~${}-]+$/.test(text)) return text
  return text.includes("'") ? `"${text.replaceAll(/(["\\$`])/g, '\\$1')}"` : `'${text}'`
}

/** Verbs that people try for one another: whichever of them a noun has is meant. */
const ALIKE = [
  ['list', 'ls', 'tasks'],
  ['get', 'show', 'view', 'read', 'task'],
  ['add', 'new', 'create'],
  ['edit', 'update', 'change'],
  ['rm', 'remove', 'delete', 'del'],
]

const meantBy = (said: string | undefined, verbs: readonly string[]): string | undefined =>
  ALIKE.find(alike => said !== undefined && alike.includes(said))?.find(verb => verbs.includes(verb))

/** `ithaca memory` lists memories, and `ithaca search words` searches: a noun with one thing to do needs no verb. */
export const withVerb = (
  argv: readonly string[],
  verbsOf: (noun: string) => readonly string[] | null,
): string[] => {
  let at = 0
  while (argv[at]?.startsWith('-')) at += argv[at] === '--remote' ? 2 : 1
  const noun = argv[at]
  const verbs = noun === undefined ? null : verbsOf(noun)
  if (!verbs || verbs.length === 0) return [...argv]
  const next = argv[at + 1]
  if (next === '-h' || next === '--help' || next === 'help' || (next !== undefined && verbs.includes(next)))
    return [...argv]
  const meant = meantBy(next, verbs)
  if (meant !== undefined) return [...argv.slice(0, at + 1), meant, ...argv.slice(at + 2)]
  const only = verbs.length === 1 ? verbs[0] : undefined
  const listing = ['list', 'tasks'].find(verb => verbs.includes(verb))
  const verb = only ?? (next === undefined || next.startsWith('-') ? listing : undefined)
  return verb === undefined ? [...argv] : [...argv.slice(0, at + 1), verb, ...argv.slice(at + 1)]
}
