import { expect, test } from 'vitest'
import type { Todo } from '../../src/contract/todos.ts'
import { openAccess } from '../../store/access.ts'
import { openChanges } from '../../store/changes.ts'
import { openStore } from '../../store/database.ts'
import { openNotify } from '../../store/notify.ts'
import { openTodos } from '../../store/todos.ts'

type Page = { items: { id: string }[]; next: string | null }

const id = (n: number) => `${String((n * 7919) % 1000).padStart(3, '0')}-${n}`

const setUp = () => {
  const store = openStore(':memory:')
  const changes = openChanges(store, () => 1)
  const todos = openTodos(store)
  const access = openAccess(store)
  const notify = openNotify(store)
  const write = (work: Parameters<typeof changes.write>[1]) => changes.write({ actor: 'operator' }, work)
  // Moments are shared by three each, so that the last word of an order matters.
  const moment = (n: number) => 1000 + Math.floor(n / 3)
  const todo = (n: number, more: Partial<Todo> = {}) =>
    write(tx =>
      todos.put(tx, {
        id: id(n),
        title: `Todo ${n % 5}`,
        content: '',
        type: 'note',
        items: [],
        due: null,
        due_at: n % 4 === 0 ? null : moment(n),
        repeat: null,
        repeat_from: null,
        snoozed_until: null,
        label: null,
        color: null,
        pinned: n % 7 === 0,
        archived: false,
        done_at: null,
        channels: null,
        session_id: null,
        source: 'operator',
        created_at: moment(n),
        updated_at: moment(n),
        ...more,
      }),
    )
  const approval = (n: number) =>
    write(tx =>
      access.putApproval(tx, {
        id: id(n),
        state: 'pending',
        actor: 'bot',
        token: 't1',
        method: 'POST',
        path: '/',
        body: null,
        request_body: null,
        scopes: [],
        reason: '',
        digest: id(n),
        created_at: moment(n),
        deadline: null,
        decided_by: null,
        decided_at: null,
        note: null,
        outcome: null,
      }),
    )
  const delivery = (n: number) =>
    write(tx =>
      notify.put(tx, {
        id: id(n),
        key: id(n),
        kind: 'reminder',
        channel: 'events',
        title: '',
        body: '',
        priority: 'normal',
        late: false,
        state: 'sent',
        attempts: 1,
        reason: null,
        due_at: moment(n),
        next_at: null,
        sent_at: null,
        noun: 'todo',
        object: 'x',
      }),
    )
  const gone = (table: string, n: number) => write(tx => tx.quietly.remove(table, id(n)))
  return { store, todos, access, notify, todo, approval, delivery, gone }
}

const kept = (page: Page, length: number) => page.items.map(item => item.id).slice(0, length)

/** Every row that was there all along comes once, whatever is added before it and removed behind it meanwhile. */
const walk = (read: (cursor?: string) => Page, add: (n: number) => void, remove: (n: number) => void) => {
  for (let n = 1; n <= 30; n++) add(n)
  const seen: string[] = []
  let cursor: string | undefined
  let added = 100
  do {
    const page: Page = read(cursor)
    seen.push(...kept(page, 4))
    // One in front of and one behind wherever the reader stands, and one that was seen goes.
    for (const n of [added++, added++ - 200]) add(n)
    const [first] = page.items
    if (first) remove(Number(/-(-?\d+)$/.exec(first.id)![1]))
    cursor = page.next ?? undefined
  } while (cursor !== undefined && seen.length < 300)
  expect(new Set(seen).size).toBe(seen.length)
  const all = Array.from({ length: 30 }, (_, i) => id(i + 1))
  expect(all.filter(one => !seen.includes(one))).toEqual([])
}

test.each(['recent', 'due', 'title', 'created'] as const)(
  'todos by %s: nothing is passed over and nothing comes twice while others write',
  sort => {
    const { store, todos, todo, gone } = setUp()
    const read = (cursor?: string) =>
      todos.find({ archived: false, sort, limit: 4, ...(cursor === undefined ? {} : { cursor }) })
    walk(read, todo, n => gone('todos', n))
    expect(() => todos.find({ archived: false, sort, limit: 4, cursor: '50' })).toThrow('first page')
    store.close()
  },
)

test('so do questions to the operator', () => {
  const { store, access, approval, gone } = setUp()
  const read = (cursor?: string) =>
    access.approvals({ state: 'pending', limit: 4, ...(cursor === undefined ? {} : { cursor }) })
  walk(read, approval, n => gone('approvals', n))
  store.close()
})

test('so do deliveries', () => {
  const { store, notify, delivery, gone } = setUp()
  const read = (cursor?: string) =>
    notify.list({ state: 'all', limit: 4, ...(cursor === undefined ? {} : { cursor }) })
  walk(read, delivery, n => gone('deliveries', n))
  store.close()
})

test('a page of the usual list of todos is read off an index, without sorting', () => {
  const { store } = setUp()
  const plan = store
    .sql<{ detail: string }>(
      `EXPLAIN QUERY PLAN SELECT * FROM todos WHERE archived = ? AND (pinned, updated_at, n) < (?, ?, ?)
       ORDER BY pinned DESC, updated_at DESC, n DESC LIMIT ?`,
    )
    .all(0, 1, 1, 1, 50)
    .map(({ detail }) => detail)
    .join('\n')
  expect(plan).toContain('USING INDEX todos_recent')
  expect(plan).not.toContain('TEMP B-TREE')
  store.close()
})
