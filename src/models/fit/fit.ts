import { spareWords } from '../../contract/spare.ts'
import { checkLaunch, type Problem } from './checks.ts'
import { type Estimate, estimate, type Verdict } from './estimate.ts'
import type { FitGpu, FitQuestion } from './question.ts'
import { type Suggestion, suggest } from './suggest.ts'

export interface Fit {
  estimate: Estimate
  problems: Problem[]
  suggestions: Suggestion[]
  /** The answer in one sentence for a person. */
  sentence: string
}

/** Whether a launch fits before it is tried, by how much, and what would make it fit. */
export function fitLaunch(question: FitQuestion): Fit {
  if (question.gpus.length === 0) throw new RangeError('A fit needs at least one GPU to fit on.')
  const answer = estimate(question)
  const problems = checkLaunch(question)
  const suggestions = suggest(question)
  return { estimate: answer, problems, suggestions, sentence: sentence(answer, suggestions) }
}

const GIB = 1024 ** 3
const gib = (bytes: number) => `${(bytes / GIB).toFixed(1)} GiB`

const TERMS = {
  weights: 'weights',
  cache: 'the KV cache',
  activations: 'activations',
  graphs: 'CUDA graphs',
  runtime: 'the runtime',
}

function sentence(answer: Estimate, suggestions: readonly Suggestion[]): string {
  const about = answer.bound === 'upper' ? 'at most ' : ''
  const need = `${about}${gib(answer.need)} of ${gib(answer.budget)} per GPU, most of it ${TERMS[answer.largest]}`
  const [first] = suggestions
  const flag = first ? `; ${first.flag}${first.value === null ? '' : ` ${first.value}`} would fit` : ''
  switch (answer.verdict) {
    case 'fits':
      return `Fits: needs ${need}, ${spareWords(answer.spare / GIB)}.`
    case 'tight':
      return `Tight: needs ${need}, only ${spareWords(answer.spare / GIB)}${flag}.`
    case 'does not':
      if (answer.occupied > 0)
        return `Does not start: other processes hold ${gib(answer.occupied)} of the ${gib(answer.budget)} it wants free on a GPU${flag}.`
      return `Does not fit: needs ${need}, short by ${gib(-answer.spare)}${flag}.`
    case 'unknown':
      return 'Cannot tell: the type of the KV cache is not one whose size is known.'
  }
}

/**
 * For a model whose files say nothing of its architecture: a fifth more than the weights, and a reserve. Published
 * launches of models from half a billion to 72 billion parameters lie there.
 */
export function roughNeed(weightBytes: number): number {
  return weightBytes * 1.2 + 2 * 1024 ** 3
}

export function fitRoughly(
  weightBytes: number,
  gpus: readonly FitGpu[],
): { verdict: Verdict; spare: number; sentence: string } {
  const free = gpus.reduce((sum, gpu) => sum + gpu.freeBytes, 0)
  const spare = free - roughNeed(weightBytes)
  const verdict = spare < 0 ? 'does not' : spare < free * 0.1 ? 'tight' : 'fits'
  const about = `about ${gib(roughNeed(weightBytes))} of ${gib(free)} free, judged by the size of its files alone`
  const words = { fits: 'Fits', tight: 'Tight', 'does not': 'Does not fit' }[verdict]
  return { verdict, spare, sentence: `${words}: needs ${about}.` }
}
