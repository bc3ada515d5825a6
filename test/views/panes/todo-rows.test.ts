import { expect, test } from 'vitest'
import type { Todo } from '../../../src/contract/todos.ts'
import { parseWhen } from '../../../src/time/phrase.ts'
import { dueTyped, todoRow } from '../../../views/panes/todos/rows.ts'
import { withoutColours } from '../../../views/terminal/sanitise.ts'
import { textWidth } from '../../../views/terminal/width.ts'

// A Sunday.
const now = { at: Date.parse('2026-11-29T11:00:00+01:00'), zone: 'Europe/Berlin' }

const todo = (due: string | null, more: Partial<Todo> = {}): Todo => ({
  ...{ id: 'x', title: 'call', content: '', type: 'note', items: [], due, repeat: null, label: null },
  due_at: due === null ? null : Date.parse(due.length === 10 ? `${due}T09:00:00+01:00` : due),
  ...{ snoozed_until: null, color: null, pinned: false, archived: false, done_at: null, channels: null },
  ...{ session_id: null, source: 'operator', created_at: 0, updated_at: 0, ...more },
})
const row = (width: number, due: string | null, more?: Partial<Todo>) =>
  withoutColours(todoRow(todo(due, more), width, now)).trimEnd()

test('a time is shown on other days than today, too, wherever there is room', () => {
  expect(row(79, '2026-11-29T23:30:00+01:00')).toBe('23:30               call')
  expect(row(79, '2026-11-30T17:00:00+01:00')).toBe('Mon 30 Nov 17:00    call')
  expect(row(79, '2026-12-04T09:00:00+01:00')).toBe('Fri 4 Dec  09:00    call')
  expect(row(79, '2026-12-04')).toBe('Fri 4 Dec           call')
  expect(row(79, '2027-03-04T14:00:00+01:00')).toBe('4 Mar 2027 14:00    call')
  expect(row(60, '2026-11-30T17:00:00+01:00')).toBe('Mon 30 Nov 17:00 call')
  expect(row(79, null)).toBe('                    call')
})

test('in a narrow list a near day is named by its weekday, and nothing is cut off in the middle', () => {
  expect(row(39, '2026-11-30T17:00:00+01:00')).toBe('30 Nov 17:00 call')
  expect(row(39, '2026-11-30T17:00:00+01:00', { pinned: true })).toBe('! Mon 17:00  call')
  expect(row(39, '2027-03-04T14:00:00+01:00')).toBe('4 Mar 2027   call')
  expect(row(39, '2026-11-28T10:00:00+01:00', { pinned: true })).toBe('! 28 Nov     call')
  expect(row(39, '2026-12-04', { done_at: 1 })).toBe('done 4 Dec   call')
})

test('what is put off shows until when', () => {
  const until = Date.parse('2026-12-01T08:00:00+01:00')
  expect(row(79, '2026-11-28', { snoozed_until: until })).toBe('zz Tue 1 Dec  08:00 call')
})

test('a title of wide characters leaves room for how far it is and for its label', () => {
  const items = [true, false].map(done => ({ text: 'x', done }))
  const said = row(60, null, { title: '会議の準備'.repeat(20), items, label: '仕事' })
  expect(said).toMatch(/… 1\/2 #仕事$/)
  expect(textWidth(said)).toBeLessThanOrEqual(60)
})

test('is typed with its year where the words alone would mean the next one', async () => {
  const at = (due: string) => dueTyped(todo(due), now)
  expect(at('2026-11-30T09:00:00Z')).toBe('Mon 30 Nov 10:00')
  expect(at('2026-11-30')).toBe('Mon 30 Nov')
  expect(at('2026-11-29')).toBe('Sun 29 Nov 2026')
  expect(at('2026-11-24T09:00:00+01:00')).toBe('Tue 24 Nov 2026 09:00')
  expect(at('2027-03-04T14:00:00+01:00')).toBe('Thu 4 Mar 2027 14:00')
  for (const due of [
    '2026-11-29T00:30',
    '2026-11-29T10:59',
    '2026-11-29T12:00',
    '2026-01-02T08:30',
    '2031-12-24T17:45',
  ]) {
    const offset = `${due}:00+01:00`
    expect(await parseWhen(at(offset), { now: now.at, zone: now.zone })).toMatchObject({ at: offset })
  }
})
