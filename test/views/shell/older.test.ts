import { expect, test } from 'vitest'
import type { Carry } from '../../../src/client/client.ts'
import { todos } from '../../../src/contract/todos.ts'
import { invitationRows } from '../../../views/panes/mail/invitation.ts'
import { testWorkspace } from '../../peers/workspace.ts'
import { ScreenStage } from './screen-stage.tsx'

/** What earlier daemons, to which a screen may be attached, do not tell. */
const later = ['channels', 'doubts', 'whole_day', 'disks', 'subscription', 'left', 'config_problem']

function without(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(without)
  if (value === null || typeof value !== 'object') return value
  const kept = Object.entries(value).filter(([key]) => !later.includes(key))
  return Object.fromEntries(kept.map(([key, inner]) => [key, without(inner)]))
}

test('a todo of an earlier daemon is added, said when and edited', async () => {
  await using w = await testWorkspace()
  const older: Carry = async request => {
    const response = await w.inside.carry(request)
    if (!response.headers.get('content-type')?.includes('json')) return response
    return Response.json(without(await response.json()), response)
  }
  using on = new ScreenStage(older, { cols: 80, rows: 24 }, { mode: 'remote' })
  await on.until(/ 127\.0\.0\.1/)
  on.send('2')
  await on.until('[2 Todo')
  on.send('atomorrow 5pm call mom')
  await on.until(/= .* 17:00/)
  on.send('\r')
  await on.until(/Added 'call mom', .* 17:00/)
  on.send('e')
  await on.until('reminds by')
  on.send(' back\x1b\r')
  await on.until("Changed 'call mom back'")
  expect((await w.client.call(todos.list, {})).items).toMatchObject([{ channels: null }])
})

test('an invitation of an earlier daemon, which proves no sender, is read', () => {
  const event = { summary: 'Lunch', attendees: [], location: '', organizer: null }
  const times = { starts_at: 0, ends_at: 3_600_000, timezone: 'UTC', start: '', end: '', all_day: false }
  const said = { said: 'An invitation.', was: null, comment: '', answers: [], answer: null, who: null }
  const invitation = { event: { ...event, ...times }, ...said, overlaps: [], warnings: [] }
  const rows = invitationRows({ invitation } as never, 60).join('\n')
  expect(rows).toContain('Lunch')
  expect(rows).not.toContain('sender')
})
