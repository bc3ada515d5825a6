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
    limit,
    threshold: 0.2,
    scoreFn(found) {
      const [title = 0, words = 0, id = 0] = [0, 1, 2].map(key => found[key]?.score ?? 0)
      if (title === 0 && id === 0 && words > 0 && words < spelled) return 0
      return found.score > 0 && found.obj.near ? found.score + nearer : found.score
    },
  })
  return found.map(result => result.obj)
}
