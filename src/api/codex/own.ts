import type { Changes } from '../../../store/changes.ts'
import type { Actor } from '../../contract/actor.ts'
import { own as routes } from '../../contract/codex/mirror.ts'
import type { Event } from '../../contract/events.ts'
import type { Parsed } from '../../contract/route.ts'
import { FINDABLE } from '../../contract/search.ts'
import type { Workspace } from '../../workspace/workspace.ts'
import type { Bind } from '../bind.ts'
import { eventTo, hears, ownOnly, readable } from '../sight.ts'
import { takeBack } from '../undo.ts'

const LONGEST_WAIT = 10

export const bindOwn = (bind: Bind, { approvals, changes, search }: Workspace): void => {
  bind(routes.approvals, (input, { actor }) => approvals.list({ ...input, token: ownOnly(actor) }))
  bind(routes.approval, ({ id, wait }, { actor, signal }) => {
    approvals.get(id, ownOnly(actor))
    return approvals.settled(id, Math.min(wait, LONGEST_WAIT) * 1000, signal)
  })
  bind(routes.search, ({ q, nouns, limit }, { actor }) =>
    search.find({ text: q, nouns: (nouns ?? [...FINDABLE]).filter(noun => readable(actor, noun)), limit }),
  )
  bind(routes.events, (input, { actor, signal }) => eventsAfter(changes, actor, input, signal))
  bind(routes.undo, (asked, call) => takeBack(call, asked))
}

const PAGE = 500
const MOST_PAGES = 8

const eventsAfter = async (
  changes: Changes,
  actor: Actor,
  asked: Parsed<typeof routes.events>,
  signal: AbortSignal,
): Promise<{ events: Event[]; next: number }> => {
  const wanted = asked.nouns === undefined ? null : new Set(asked.nouns.split(','))
  const sees = (event: Event): boolean => (wanted === null || wanted.has(event.noun)) && hears(actor, event)
  let next = Math.min(asked.since ?? Number.POSITIVE_INFINITY, changes.newest())
  const read = (): Event[] => {
    const found: Event[] = []
    for (let page = 0; page < MOST_PAGES && found.length < asked.limit; page++) {
      const events = changes.since(next, PAGE)
      for (const event of events) {
        next = event.seq ?? next
        if (sees(event)) found.push(eventTo(actor, event))
        if (found.length === asked.limit) break
      }
      if (events.length < PAGE) break
    }
    return found
  }
  const events = read()
  if (events.length > 0 || asked.wait === 0) return { events, next }
  await somethingSeen(changes, sees, asked.wait * 1000, signal)
  return { events: read(), next }
}

const somethingSeen = async (
  changes: Changes,
  sees: (event: Event) => boolean,
  ms: number,
  signal: AbortSignal,
): Promise<void> => {
  let forget = (): void => undefined
  await new Promise<void>(resolve => {
    const timer = setTimeout(resolve, ms)
    const unsubscribe = changes.subscribe(events => {
      if (events.some(event => event.seq !== null && sees(event))) resolve()
    })
    const hungUp = (): void => resolve()
    signal.addEventListener('abort', hungUp, { once: true })
    forget = () => {
      clearTimeout(timer)
      unsubscribe()
      signal.removeEventListener('abort', hungUp)
    }
  })
  forget()
}
