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

/** What is no serve, and ends by itself. */
const works: Partial<Record<Serve['kind'], { doing: string; watch: string }>> = {
  download: { doing: 'Downloading', watch: ' and the free disk of the host, which goes down meanwhile' },
  install: { doing: 'Installing', watch: '' },
  copy: { doing: 'Copying', watch: ' and the free disk of the host, which goes down meanwhile' },
}

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
  const { state, kind, reason, ready_at: ready, launched_at: launched } = serve
  const since = age(now - launched)
  const work = works[kind]
  switch (state) {
    case 'queued':
      return [
        `Queued for ${since}.`,
        `It waits for what it asked for to be free: its port${serve.gpus.length > 0 ? ' and its GPUs' : ''}.`,
        'Watch what holds them in the list. X gives it up.',
      ]
    case 'launching':
      if (reason !== null)
        return [
          `Launched ${since} ago: ${sanitiseText(reason)}.`,
          'It waits for its host to start its process again.',
          'Its log (l) says why it ended. X stops it.',
        ]
      return [
        `Launching for ${since}.`,
        'It waits for its host to say that its process runs.',
        'Watch its log (l), where the first lines come.',
      ]
    case 'loading':
      return work === undefined
        ? [
            `Loading for ${since}${doneWords(serve)}.`,
            phaseWords(serve.phase),
            'Watch its log (l) and the memory of its GPU (M): while either goes on, so does the start. Where both stand still for minutes, l shows the last it said, and X stops it.',
          ]
        : [
            `${work.doing} for ${since}${doneWords(serve)}.`,
            `It ends by itself when that is done.${lastWords(serve.phase)}`,
            `Watch its log (l)${work.watch}. X stops it.`,
          ]
    case 'unhealthy':
      return [
        `Unhealthy${ready === null ? '' : `: it was first ready ${age(now - ready)} ago`}.`,
        'Its process lives, but its health check is not answered.',
        'Watch its log (l) and its metrics (M).',
      ]
    case 'stopping':
      if (work !== undefined)
        return ['It is being stopped.', 'Its process is asked to end, then made to.', 'Watch its log (l).']
      return [
        'It is being stopped.',
        'Its process is asked to end, then made to; its port and its memory are looked at after that.',
        'Watch the memory of its GPU in the row of the host.',
      ]
    default:
      return [
        `Nothing wrong: ready for ${age(now - (ready ?? launched))}.`,
        serve.port === null
          ? 'It is there. Its health is not asked for: no port of it is known.'
          : 'It answers its health check.',
        '',
      ]
  }
}

const doneWords = ({ percent }: Serve) => (percent === null ? '' : `, ${Math.round(percent)}% done`)

const lastWords = (phase: string | null) =>
  phase === null ? '' : ` The last it said: ${sanitiseText(phase)}.`

function phaseWords(phase: string | null): string {
  if (phase === null) return 'Nothing it has said so far is recognised as a step of a start.'
  const words = waits.find(([known]) => phase.startsWith(known))?.[1] ?? 'It waits for that to be done.'
  return words + lastWords(phase)
}
