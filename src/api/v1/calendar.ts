import { calendars as calendarRoutes, calendar as routes } from '../../contract/calendar.ts'
import { calendarAccounts } from '../../contract/calendar-accounts.ts'
import { calendarSubscriptions as feedRoutes } from '../../contract/calendar-subscriptions.ts'
import { calendarSync } from '../../contract/calendar-sync.ts'
import type { Workspace } from '../../workspace/workspace.ts'
import type { Bind } from '../bind.ts'
import { answeredEvent } from '../invitations.ts'
import { listInSlices } from '../slices.ts'

/** How long a caller is kept for the mail server's answer. */
const PATIENCE = 10_000

export const bindCalendar = (bind: Bind, { calendar }: Workspace): void => {
  const { calendars, show, syncing } = calendar
  const { accounts } = syncing
  bind(routes.list, async input => {
    const { entries, text, ...rest } = await calendar.list(input)
    return listInSlices(entries, text, rest)
  })
  bind(routes.agenda, input => calendar.agenda(input))
  bind(routes.search, input => calendar.search(input))
  bind(routes.get, ({ id }) => show(calendar.find(id)))
  bind(routes.when, ({ text }) => calendar.when(text))
  bind(routes.add, async (input, { author }) => {
    const { found, warnings } = await calendar.add(author, input)
    return { event: show(found), warnings }
  })
  bind(routes.edit, async (input, { author }) => {
    const { found, warnings } = await calendar.edit(author, input)
    return { event: show(found), warnings }
  })
  bind(routes.remove, ({ id, scope }, { author }) => {
    calendar.remove(author, id, scope)
    return { ok: true }
  })
  bind(routes.answer, (input, call) => answeredEvent(input, call, PATIENCE))
  bind(routes.import, (input, { author }) => calendar.import(author, input))
  bind(
    routes.export,
    input =>
      new Response(calendar.export(input.calendar), {
        headers: {
          'content-type': 'text/calendar; charset=utf-8',
          'content-disposition': 'attachment; filename="calendar.ics"',
        },
      }),
  )

  bind(calendarSync.conflicts, async input => ({ items: await calendar.conflicts.list(input.calendar) }))
  bind(calendarSync.resolve, async ({ id, keep }, { author }) => {
    await calendar.conflicts.resolve(author, id, keep)
    return { ok: true }
  })

  bind(calendarAccounts.list, () => ({ items: accounts.all().map(syncing.show) }))
  bind(calendarAccounts.add, async (input, { author }) => syncing.show(await accounts.add(author, input)))
  bind(calendarAccounts.edit, async (input, { author }) => syncing.show(await accounts.edit(author, input)))
  bind(calendarAccounts.test, ({ id }) => syncing.test(id))
  bind(calendarAccounts.remove, async ({ id, force }, { author }) => {
    await syncing.remove(author, id, force)
    return { ok: true }
  })
  bind(calendarAccounts.sync, input => syncing.now(input))

  bind(calendarRoutes.list, () => ({ items: calendars.list() }))
  bind(calendarRoutes.add, ({ account, ...input }, { author }) =>
    account === undefined ? calendars.add(author, input) : syncing.make(author, account, input),
  )
  bind(calendarRoutes.edit, async ({ keep, ...input }, { author }) => {
    if (keep !== undefined) await syncing.keep(author, input.id, keep)
    return calendars.edit(author, input)
  })
  const { subscriptions } = calendar
  bind(feedRoutes.subscribe, (input, { author, actor }) => subscriptions.add(author, input, !actor.operator))
  bind(feedRoutes.change, (input, { author, actor }) => subscriptions.edit(author, input, !actor.operator))
  bind(feedRoutes.refresh, ({ id }) => subscriptions.refresh(id))
  bind(calendarRoutes.remove, ({ id }, { author }) => {
    calendars.remove(author, id)
    return { ok: true }
  })
}
