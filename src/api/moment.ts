import { Problem } from '../contract/problem.ts'
import type { Workspace } from '../workspace/workspace.ts'

/** The moment that some words name in the owner's zone; it has to be ahead. A day alone means its beginning. */
export const momentAhead = async (workspace: Workspace, words: string): Promise<number> => {
  const { parseWhen } = await import('../time/phrase.ts')
  const speaker = { now: workspace.now(), zone: workspace.zone(), dayStart: '00:00' }
  const when = await parseWhen(words, speaker)
  if (!when.ok) throw new Problem('invalid', when.reason)
  const at = Date.parse(when.at)
  if (at <= workspace.now()) throw new Problem('invalid', `'${words.slice(0, 100)}' is in the past.`)
  return at
}
