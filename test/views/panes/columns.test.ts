import { describe, expect, test } from 'vitest'
import type { Serve } from '../../../src/contract/serve.ts'
import { arrange } from '../../../views/layout/arrange.ts'
import { approvalRow } from '../../../views/panes/approvals/rows.ts'
import { auditRow } from '../../../views/panes/audit/audit.tsx'
import { shownRow } from '../../../views/panes/calendar/rows.ts'
import { broadOf } from '../../../views/panes/cookbook/cookbook.tsx'
import { columnsOf, itemRow } from '../../../views/panes/cookbook/rows.ts'
import { entryRow } from '../../../views/panes/documents/library.ts'
import { hostRow } from '../../../views/panes/hosts/hosts.tsx'
import { mailRow, sendingRow } from '../../../views/panes/mail/rows.ts'
import { memoryRow } from '../../../views/panes/memory/memory.tsx'
import { todoRow } from '../../../views/panes/todos/rows.ts'
import { tokenRow } from '../../../views/panes/tokens/tokens.tsx'
import { withoutColours } from '../../../views/terminal/sanitise.ts'
import { asciiGlyphs, toWidth } from '../../../views/widgets/text.ts'

const now = Date.now()
/** A text of one letter is a column: as many of it as are seen, so wide it is. */
const of = (letter: string, count: number) => letter.repeat(count)

const reach = { state: 'unreachable', since: now, reason: of('R', 40), retry_at: null, round_trip_ms: null }
const host = { id: 'a', name: of('N', 12), target: of('T', 12), reach, devices: [], disks: [] } as never
const token = {
  name: of('N', 12),
  scopes: { [of('S', 27)]: 'allow' },
  ...{ operator: false, revoked_at: null, expires_at: null, last_used_at: now - 180_000 },
} as never
const serve = {
  ...{
    id: 'x',
    name: of('N', 12),
    host: 'a',
    host_name: 'a',
    port: 18_101,
    gpus: [0],
    attempt: 1,
    lineage: 'x',
  },
  ...{
    kind: 'serve',
    state: 'crashed',
    cause: of('C', 18),
    ended_at: now - 19_000,
    mine: true,
    origin: 'launched',
  },
  ...{ seen_at: now, signal: null, exit_code: 1, operator: 'me', metrics: null },
} as unknown as Serve
const around = {
  columns: columnsOf([serve]),
  glyphs: asciiGlyphs,
  now,
  trend: () => [],
  isReached: () => true,
}
const item = { id: 'x', depth: 1, item: { kind: 'serve', serve }, folded: false, leaf: true } as never
const change = { seq: 1, at: now, actor: of('W', 12), summary: of('S', 30), undone_by: null } as never
const asked = { actor: of('W', 8), reason: of('S', 28), state: 'pending', deadline: now + 600_000 } as never
const letter = {
  ...{ read: true, flagged: false, answered: false, has_attachments: true, draft: false, tags: [], to: '' },
  ...{ from_name: of('W', 14), from_address: 'a@b', subject: of('S', 20), received_at: now },
} as never
const sending = {
  state: 'failed',
  created_at: now,
  to: [of('W', 14)],
  refused: [],
  subject: of('S', 14),
} as never
const todo = {
  ...{ title: of('S', 30), label: null, items: [], repeat: null, pinned: false, content: '', done_at: null },
  ...{ snoozed_until: null, due: null, due_at: null },
} as never
const fact = { category: of('K', 10), pinned: false, text: of('S', 40) } as never
const entry = { version: 3, size: 2100, updated_at: now, language: of('K', 8), title: of('S', 24) } as never
const event = { all_day: true, summary: of('S', 30), location: of('P', 8), color: '', answer: null } as never

const panes: [
  pane: string,
  row: (width: number) => string,
  main: string,
  broad?: (columns: number) => number,
][] = [
  ['Cookbook', width => itemRow(item, width, around), 'NC', broadOf],
  ['Hosts', width => hostRow(host, width, [host]), 'NT'],
  ['Tokens', width => tokenRow(token, width, now, [token]), 'NS'],
  ['Audit', width => auditRow(change, width), 'WS'],
  ['Approvals', width => approvalRow(asked, width, false, now), 'WS'],
  ['Mail', width => mailRow(letter, width, null), 'WS'],
  ['Mail of several folders', width => mailRow(letter, width, of('P', 12)), 'W'],
  ['Outbox', width => sendingRow(sending, width), 'WS'],
  ['Todos', width => todoRow(todo, width, { at: now, zone: 'UTC' }), 'S'],
  ['Memory', width => memoryRow(fact, width), 'KS'],
  ['Documents', width => entryRow(entry, width), 'KS'],
  ['Calendar', width => shownRow({ key: '', day: '', entry: event }, width, 'UTC', false), 'SP'],
]

/** How much of each column is seen on a terminal of this width, with the list that it has there. */
function seen([, row, , broad]: (typeof panes)[number], columns: number): Map<string, number> {
  const share = broad ? { broad: broad(columns) } : {}
  const { list } = arrange(columns, 40, { focus: 'list', zoomed: false, toasts: 0, ...share })
  const line = toWidth(withoutColours(row(list!.width - 2)), list!.width - 2)
  return new Map([...'NTRSCWKP'].map(one => [one, line.split(one).length - 1]))
}

describe.each(panes)('the columns of %s', (...pane) => {
  test.each([
    ['under each other', 62, 119],
    ['side by side', 120, 260],
  ])('never become narrower as the terminal becomes wider, list and what it opens %s', (_how, from, to) => {
    for (let columns = from + 1; columns <= to; columns++)
      for (const [letter, cells] of seen(pane, columns))
        expect(cells, `${letter} at ${columns}`).toBeGreaterThanOrEqual(seen(pane, columns - 1).get(letter)!)
  })

  test('that matter are as wide from 120 columns on, beside what they open, as at 80', () => {
    const at80 = seen(pane, 80)
    for (const letter of pane[2]) {
      expect(at80.get(letter)).toBeGreaterThan(0)
      expect(seen(pane, 120).get(letter), letter).toBeGreaterThanOrEqual(at80.get(letter)!)
    }
  })
})

test('of a host the room on its disk is told whole or not at all', () => {
  const well = { state: 'connected', since: now, reason: null, retry_at: null, round_trip_ms: null }
  const gpus = Array.from({ length: 6 }, () => ({
    name: 'NVIDIA RTX 6000 Ada',
    used_mib: 34_816,
    total_mib: 49_152,
  }))
  const disks = [{ what: 'cache', free_bytes: 77.7 * 1024 ** 3 }]
  const local = { name: 'local', target: '', reach: well, devices: gpus, disks } as never
  const row = (width: number) => withoutColours(hostRow(local, width, [local]))
  expect(row(78)).toMatch(/6xRTX6000 204\/288G {2}disk 77\.7G free$/)
  expect(row(58)).toMatch(/6xRTX6000 204\/288G$/)
})
