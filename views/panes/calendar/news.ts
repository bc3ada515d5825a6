import type { Event } from '../../../src/contract/events.ts'
import type { Shell } from '../../shell/shell.ts'

const told = new Set(['calendar.request', 'calendar.cancel', 'calendar.reply'])

/** Says what others did to what is in the calendar: an organizer who moved it, somebody who answered. */
export function tellNews(shell: Shell): void {
  shell.live.onEvent(({ action, actor, summary }: Event) => {
    if (actor === 'ithaca' && told.has(action)) shell.toast('info', summary)
  })
}
