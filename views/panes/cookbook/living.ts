import type { Serve } from '../../../src/contract/serve.ts'
import { sanitiseText } from '../../terminal/sanitise.ts'
import { cut, wrapText } from '../../widgets/text.ts'
import { toned } from '../../widgets/theme.ts'
import { age } from '../words.ts'
import { signOf } from './rows.ts'

/** What each phase of a start waits for, by the beginning of the words the phase has. */
const waits: readonly (readonly [phase: string, waitsFor: string])[] = [
  ['starting', 'It has begun, and waits for its workers; after that it reads the weights.'],
  ['downloading', 'It waits for its download. The free disk of the host goes down meanwhile.'],
  ['weights', 'It waits for its weights, which are read from the disk.'],
  ['loaded', 'Its weights are there. It waits for its KV cache.'],
  ['compiling', 'It waits for its graphs to be compiled: no line may come for a minute or more.'],
  ['making the KV cache', 'It waits for its KV cache; after that it captures graphs.'],
  ['capturing graphs', 'It waits for its CUDA graphs to be captured.'],
  ['warming up', 'It warms up: it waits for its first answer to itself.'],
  ['up', 'It says that it serves. It waits for its health check to be answered.'],
]

/** Of one that lives: since when it is as it is, what it waits for, and what to watch. */
export function livingRows(serve: Serve, width: number, now: number): string[] {
  const [head, words, watch] = said(serve, now)
  return [
    cut(toned(head, signOf(serve).tone), width),
    ...wrapText(words, width),
    ...(watch === '' ? [] : ['', ...wrapText(watch, width).map(row => toned(row, 'quiet'))]),
  ]
}

function said(serve: Serve, now: number): readonly [head: string, words: string, watch: string] {
  const { state, percent, ready_at: ready, launched_at: launched } = serve
  const since = age(now - launched)
  switch (state) {
    case 'queued':
      return [
        `Queued for ${since}.`,
        `It waits for what it asked for to be free: its port${serve.gpus.length > 0 ? ' and its GPUs' : ''}.`,
        'Watch what holds them in the list. X gives it up.',
      ]
    case 'launching':
      return [
        `Launching for ${since}.`,
        'It waits for its host to say that its process runs.',
        'Watch its log (l), where the first lines come.',
      ]
    case 'loading': {
      const done = percent === null ? '' : `, ${Math.round(percent)}% done`
      return [
        `Loading for ${since}${done}.`,
        phaseWords(serve.phase),
        'Watch its log (l) and the memory of its GPU (M): while either goes on, so does the start. Where both stand still for minutes, l shows the last it said, and X stops it.',
      ]
    }
    case 'unhealthy':
      return [
        `Unhealthy, ${age(now - (ready ?? launched))} after it was ready.`,
        'Its process lives, but its health check is not answered.',
        'Watch its log (l) and its metrics (M); i talks to it.',
      ]
    case 'stopping':
      return [
        'It is being stopped.',
        'Its process is asked to end, then made to; its port and its memory are looked at after that.',
        'Watch the memory of its GPU in the row of the host.',
      ]
    default:
      return [
        `Nothing wrong: ready for ${age(now - (ready ?? launched))}.`,
        'It answers its health check.',
        '',
      ]
  }
}

function phaseWords(phase: string | null): string {
  if (phase === null) return 'Nothing it has said so far is recognised as a step of a start.'
  const words = waits.find(([known]) => phase.startsWith(known))?.[1] ?? 'It waits for that to be done.'
  return `${words} The last it said: ${sanitiseText(phase)}.`
}
