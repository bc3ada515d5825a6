import type { Host } from '../../../src/contract/hosts.ts'
import type { Diagnosis, Serve } from '../../../src/contract/serve.ts'
import { sanitiseText } from '../../terminal/sanitise.ts'
import { cut, wrapText } from '../../widgets/text.ts'
import { toned } from '../../widgets/theme.ts'
import { age, day } from '../words.ts'
import { causeRows } from './cause.ts'
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

type Said = readonly [head: string, words: string, watch: string]

/** What was found of why one that lives is as it is. */
export interface Found {
  diagnosis: Diagnosis | null
  /** Why that could not be told. */
  whyNot: string | null
  /** Which fix is selected. */
  fix: number
}

/** Of one that lives: how it is, and what was found of why; where that could not be told, that it could not. */
export function livingSide(
  serve: Serve,
  { diagnosis, whyNot, fix }: Found,
  reach: Host['reach'] | undefined,
  width: number,
  now: number,
): string[] {
  const living = livingRows(serve, reach, width, now)
  if (diagnosis?.verdict !== 'cause' && whyNot === null) return living
  return [...living, '', ...causeRows(serve, diagnosis, whyNot, width, fix)]
}

/** Since when it is as it is, what it waits for, and what to watch; of one whose host is not reached, how it was when it was. */
function livingRows(serve: Serve, reach: Host['reach'] | undefined, width: number, now: number): string[] {
  const isReached = reach?.state !== 'unreachable'
  const [head, words, watch] = isReached ? said(serve, now) : lastSeen(serve, reach)
  return [
    cut(toned(head, isReached ? signOf(serve).tone : 'quiet'), width),
    ...wrapText(words, width),
    ...(watch === '' ? [] : ['', ...wrapText(watch, width).map(row => toned(row, 'quiet'))]),
  ]
}

function lastSeen({ state, seen_at: seen, host_name: host }: Serve, { reason }: Host['reach']): Said {
  const why = reason === null ? '' : `: ${sanitiseText(reason)}`
  return [
    seen === null ? `Last known as ${state}.` : `Last seen ${day(seen)} as ${state}.`,
    `How it is now is not known: ${sanitiseText(host)} is not reached${why}.`.replace(/\.\.$/, '.'),
    '',
  ]
}

function said(serve: Serve, now: number): Said {
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
