import type { Event } from '../../contract/events.ts'
import { events as routes } from '../../contract/events.ts'
import type { Workspace } from '../../workspace/workspace.ts'
import type { Bind } from '../bind.ts'
import { eventTo, hears } from '../sight.ts'
import { streamEvents } from '../stream.ts'
import { takeBack } from '../undo.ts'

export const bindEvents = (bind: Bind, workspace: Workspace): void => {
  const { access, changes } = workspace
  bind(routes.audit, input => changes.audit(input))
  bind(routes.undo, (asked, call) => takeBack(call, asked))
  bind(routes.stream, ({ since, nouns }, { actor, http }) => {
    const last = Number(http.req.header('last-event-id'))
    const from = since ?? (Number.isSafeInteger(last) && last >= 0 ? last : undefined)
    const wanted = nouns === undefined ? null : new Set(nouns.split(','))
    const sees = (event: Event): boolean => (wanted === null || wanted.has(event.noun)) && hears(actor, event)
    const may = (): boolean => access.lives(actor)
    const shown = (event: Event): Event => eventTo(actor, event)
    return streamEvents({ changes, from, sees, shown, may, signal: http.req.raw.signal })
  })
}
