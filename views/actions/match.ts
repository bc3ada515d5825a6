/** Something the palette can find: an action, or an object by its name. */
export interface Candidate {
  id: string
  title: string
  /** Further words it can be found by. */
  words?: string
  /** It is of where one is: it goes before what fits as well and is elsewhere. */
  near?: boolean
}

const nearer = 0.1
/** Letters scattered over a sentence are in every sentence: in further words, what was typed has to stand as such. */
const spelled = 0.6
/** Nor does a title longer than this abbreviate to a few letters. */
const longest = 30
/** From so many letters on, what was typed is meant also where it stands within a word of a title. */
const within = 3

/** Of all candidates the best for what was typed, best first; without a query, as they come. */
export async function match<T extends Candidate>(
  query: string,
  candidates: readonly T[],
  limit = 50,
): Promise<T[]> {
  if (query.trim() === '') return candidates.slice(0, limit)
  const { default: fuzzysort } = await import('fuzzysort')
  const found = fuzzysort.go(query.trim(), candidates as T[], {
    keys: ['title', candidate => candidate.words ?? '', 'id'],
    limit: candidates.length,
    threshold: 0.2,
    scoreFn(found) {
      const [title = 0, words = 0, id = 0] = [0, 1, 2].map(key => found[key]?.score ?? 0)
      if (title === 0 && id === 0 && words > 0 && words < spelled) return 0
      return found.score > 0 && found.obj.near ? found.score + nearer : found.score
    },
  })
  const all = found.map(({ obj }) => obj)
  // Where something is called as was typed, its letters scattered over something else are noise.
  const typed = query.trim().toLowerCase().split(/\s+/)
  const called = all.filter(candidate => isCalled(candidate, typed))
  return (called.length > 0 ? called : all.filter(({ title }) => title.length <= longest)).slice(0, limit)
}

/** Whether each word that was typed begins a word of it, or stands within its title. */
function isCalled({ title, id, words = '' }: Candidate, typed: readonly string[]): boolean {
  const [name, rest] = [title.toLowerCase(), `${id} ${words}`.toLowerCase()]
  return typed.every(
    word => (word.length >= within && name.includes(word)) || begins(name, word) || begins(rest, word),
  )
}

function begins(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1))
    if (at === 0 || !/[\p{L}\p{N}]/u.test(text[at - 1]!)) return true
  return false
}
