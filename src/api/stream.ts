import type { Changes } from '../../store/changes.ts'
import type { Event } from '../contract/events.ts'

const QUEUE = 2000
const REPLAY_PAGE = 500
/** What is handed over at once: a reader that does not read holds no more than this of what there is. */
const HANDFUL = 64 * 1024
const KEEP_ALIVE = 15_000

/**
 * Events as server-sent events. What was missed is read from the store first, then live ones follow without a seam.
 * A reader that does not keep up loses its place: it gets one `gap` with the newest `seq` and reads again.
 */
export const streamEvents = (wanted: {
  changes: Changes
  from: number | undefined
  sees: (event: Event) => boolean
  /** An event as the reader sees it. */
  shown: (event: Event) => Event
  /** Whether the reader may go on reading: asked before anything is told. */
  may: () => boolean
  signal: AbortSignal
}): Response => {
  const { changes, sees, shown, may, signal } = wanted
  const encoder = new TextEncoder()
  let unsubscribe = (): void => undefined
  let queue: Event[] = []
  // Who knows more than there is knew another database: everything has to be read again.
  let gap = wanted.from !== undefined && wanted.from > changes.newest()
  let cursor = gap ? undefined : wanted.from
  let wake = (): void => undefined
  let ended = false

  const end = (): void => {
    ended = true
    changes.ended.removeEventListener('abort', end)
    unsubscribe()
    wake()
  }

  const body = new ReadableStream<Uint8Array>(
    {
      start() {
        unsubscribe = changes.subscribe(events => {
          if (gap) return
          queue.push(...events)
          if (queue.length > QUEUE) {
            queue = []
            gap = true
          }
          wake()
        }, 'reader')
        signal.addEventListener('abort', end, { once: true })
        changes.ended.addEventListener('abort', end, { once: true })
        if (changes.ended.aborted) end()
      },
      async pull(controller) {
        if (!ended && !may()) end()
        if (!ended && cursor !== undefined) {
          const missed = changes.since(cursor, REPLAY_PAGE, HANDFUL)
          const last = missed.at(-1)?.seq ?? 0
          cursor = missed.length === 0 || last >= changes.newest() ? undefined : last
          queue = queue.filter(event => event.seq === null || event.seq > last)
          const text = missed.filter(sees).map(shown).map(toText).join('')
          controller.enqueue(encoder.encode(text === '' ? ': here\n\n' : text))
          return
        }
        if (queue.length === 0 && !gap && !ended) {
          let timer: NodeJS.Timeout | undefined
          await new Promise<void>(resolve => {
            wake = resolve
            timer = setTimeout(resolve, KEEP_ALIVE)
          })
          clearTimeout(timer)
          wake = () => undefined
        }
        if (ended || !may()) {
          end()
          controller.close()
          return
        }
        if (gap) {
          gap = false
          queue = []
          controller.enqueue(encoder.encode(`event: gap\ndata: {"newest":${changes.newest()}}\n\n`))
          return
        }
        let text = ''
        let taken = 0
        for (; taken < queue.length && text.length < HANDFUL; taken++)
          if (sees(queue[taken]!)) text += toText(shown(queue[taken]!))
        queue = queue.slice(taken)
        controller.enqueue(encoder.encode(text === '' ? ': still here\n\n' : text))
      },
      cancel: end,
    },
    { highWaterMark: 1 },
  )
  return new Response(body, {
    headers: {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    },
  })
}

const toText = (event: Event): string =>
  `${event.seq === null ? '' : `id: ${event.seq}\n`}event: ${event.action}\ndata: ${JSON.stringify(event)}\n\n`
