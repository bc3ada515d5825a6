import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { access } from '../../../src/contract/access.ts'
import { hosts } from '../../../src/contract/hosts.ts'
import { todos } from '../../../src/contract/todos.ts'
import { conflicts } from '../../../views/keys/bindings.ts'
import { Collection } from '../../../views/store/collection.ts'
import { Live } from '../../../views/store/live.ts'
import { type TestWorkspace, testWorkspace } from '../../peers/workspace.ts'
import { ScreenStage } from './screen-stage.tsx'

let w: TestWorkspace
beforeAll(async () => {
  w = await testWorkspace()
})
afterAll(() => w[Symbol.asyncDispose]())

const small = { cols: 80, rows: 24 }

/** An agent that asks to write a todo. */
async function asks(title: string): Promise<{ answer: Promise<unknown> }> {
  const secret = await w.token(`agent-${title}`, [], { ask: ['todos:write'] })
  const agent = w.as(secret)
  const answer = agent.call(todos.add, { title })
  // It may be refused before the test comes to look.
  answer.catch(() => undefined)
  return { answer }
}

/** A question that has just come under the cursor hears nothing: nobody can have read it. */
const read = () => new Promise(resolve => setTimeout(resolve, 520))

describe('what an agent asks', () => {
  test('is on the badge wherever one is, whole in its pane, and y lets it happen', async () => {
    using on = new ScreenStage(w.inside.carry, small)
    await on.until('api :')
    const { answer } = await asks('call the bank')
    await on.until(/Ask!1/)
    const tab = on.shell.panes.findIndex(({ id }) => id === 'approvals') + 1
    on.send('y')
    await on.settled()
    expect(on.shell.world.approvals.items).toHaveLength(1)
    on.send(`${tab}`)
    await on.until('add the todo: ')
    await on.until('title: "call the bank"')
    await read()
    on.send('y')
    await on.until(/done: Allowed agent-call the bank/)
    await answer
    await on.until(screen => !screen.text().includes('Ask!'))
    expect((await w.client.call(todos.list, {})).items.map(({ title }) => title)).toContain('call the bank')
  })

  test('n says no, and a letter typed into a line answers nothing', async () => {
    using on = new ScreenStage(w.inside.carry, small)
    const { answer } = await asks('buy a boat')
    await on.until(/Ask!1/)
    const tab = on.shell.panes.findIndex(({ id }) => id === 'approvals') + 1
    on.send(`${tab}`)
    await on.until('add the todo: ')
    on.send('/yny')
    await on.until('/yny')
    expect((await w.client.call(access.approvals, {})).items).toHaveLength(1)
    on.send('\x1b')
    await on.until(screen => !screen.text().includes('/yny'))
    await read()
    on.send('n')
    await on.until(/Denied agent-buy a boat/)
    await expect(answer).rejects.toThrow()
  })
})

test('a sentence becomes a todo from anywhere, and u takes it back', async () => {
  using on = new ScreenStage(w.inside.carry, { cols: 160, rows: 30 })
  await on.until('api :')
  on.send('+')
  await on.until('add:')
  on.send('tomorrow 5pm water the plants\r')
  await on.until("Added 'water the plants'")
  await on.until(/17:00 water the plants/)
  on.send('u')
  await on.until('Undone: ')
  expect((await w.client.call(todos.list, {})).items.map(({ title }) => title)).not.toContain(
    'water the plants',
  )
})

test('the palette finds an action by its letters, help names every key of the place', async () => {
  using on = new ScreenStage(w.inside.carry, small)
  await on.until('api :')
  on.send(':')
  await on.until('Do or open')
  on.send('onlyread')
  await on.until('only read')
  on.send('\r')
  await on.until('READ ONLY')
  on.send('?')
  await on.until('─ Keys')
  await on.until('Opens its log')
  on.send('q')
  await on.until(screen => !screen.text().includes('Opens its log'))
})

test('the palette names what other panes do, and does nothing there to what was not seen', async () => {
  const { todo } = await w.client.call(todos.add, { title: 'stay as you are' })
  using on = new ScreenStage(w.inside.carry, small)
  await on.until('api :')
  on.send(':')
  await on.until('Do or open')
  on.send('todos done')
  await on.until(/> done +Todos t/)
  on.send('\r')
  await on.until('done: here t does it.')
  await on.until('stay as you are')
  expect(await w.client.call(todos.get, { id: todo.id })).toEqual(todo)
  on.send(':')
  await on.until('Do or open')
  on.send('add host')
  await on.until(/> new\.\. +Hosts/)
  on.send('\r')
  await on.until('New host')
  on.send('\x1b')
})

test('the default keys never mean two things in one place', () => {
  using on = new ScreenStage(w.inside.carry, small)
  expect(conflicts(on.shell.keys, id => on.shell.actions.get(id)?.where)).toEqual([])
})

test('nothing that destroys is on a key that one presses by mistake', () => {
  using on = new ScreenStage(w.inside.carry, small)
  const careless = ['ctrl+d', 'ctrl+k', 'd', 'D', 'k', 'K', 's', 'x', 'enter', 'delete']
  const wrong = on.shell.actions.all
    .filter(action => action.danger !== 'none' || /stop|remove|forget|delete/.test(action.id))
    .filter(action => (on.shell.keys[action.id] ?? []).some(key => careless.includes(key)))
  expect(wrong.map(({ id }) => id)).toEqual([])
})

test('keys of the config work, and what is wrong with them is said', async () => {
  using on = new ScreenStage(
    w.inside.carry,
    { cols: 120, rows: 30 },
    { keys: { 'screen.help': ['f1'], 'screen.nope': ['f2'], 'screen.zoom': ['ctrl+b'] } },
  )
  await on.until('keys.screen.nope: there is no such action')
  await on.until('belongs to the prefix of tmux')
  on.send('\x1bOP')
  await on.until('─ Keys')
})

describe.each([
  { cols: 40, rows: 10 },
  { cols: 80, rows: 24 },
  { cols: 200, rows: 50 },
])('at $cols x $rows', size => {
  test('every pane is drawn whole, with hostile names in it', async () => {
    await w.client.call(todos.add, { title: '\x1b[2Jred\x1b[31m‮ 漢字 👩‍👩‍👧 \t tab\x07' })
    using on = new ScreenStage(w.inside.carry, size)
    await on.until(/\[1 Cook\]/)
    for (const pane of on.shell.panes) {
      on.shell.go(pane.id)
      await on.settled()
      on.send('\t')
      on.send('jjk')
      await on.settled()
      expect(on.isWhole, `${pane.id}\n${on.screen.text()}`).toBe(true)
      expect(on.screen.text(), pane.id).not.toContain('cannot be drawn')
    }
  })
})

test('a lost connection is shown, and healed without a restart', async () => {
  let broken = false
  using on = new ScreenStage(async request => {
    if (broken) throw new Error('The line is cut.')
    return w.inside.carry(request)
  }, small)
  await on.until('api :')
  broken = true
  on.shell.live.refresh()
  ;(on.link as { lost: unknown }).lost = { since: Date.now(), reason: 'The line is cut.' }
  on.shell.signal.now()
  await on.until('LOST The line is cut.')
  broken = false
  ;(on.link as { lost: unknown }).lost = null
  on.shell.live.refresh()
  await on.until(screen => !screen.text().includes('LOST'))
})

describe('a collection', () => {
  const event = (id: string, seq: number | null, data: unknown) => ({
    seq,
    at: 0,
    actor: 'a',
    action: 'thing.edit',
    noun: 'thing',
    id,
    summary: '',
    data,
  })
  const thing = (id: string, n: number) => ({ id, n })

  test('applies what it heard while it was being read, and ignores news that an answer already brought', async () => {
    const reading = Promise.withResolvers<{ id: string; n: number }[]>()
    const things = new Collection(
      { noun: 'thing', idOf: ({ id }: { id: string; n: number }) => id, read: () => reading.promise },
      () => {},
    )
    const read = things.refresh()
    things.hear(event('a', 5, thing('a', 2)))
    reading.resolve([thing('a', 1)])
    await read
    expect(things.get('a')).toEqual(thing('a', 2))
    things.put(thing('a', 9), 7)
    things.hear(event('a', 7, thing('a', 3)))
    expect(things.get('a')).toEqual(thing('a', 9))
    things.hear(event('a', 8, thing('a', 4)))
    expect(things.get('a')).toEqual(thing('a', 4))
  })

  test('what an answer said while it was being read is not lost to what was read before', async () => {
    const first = Promise.withResolvers<{ id: string; n: number }[]>()
    const reads = [first.promise, Promise.resolve([thing('a', 2)])]
    const things = new Collection(
      { noun: 'thing', idOf: ({ id }: { id: string; n: number }) => id, read: () => reads.shift()! },
      () => {},
    )
    const read = things.refresh()
    things.put(thing('a', 2), 5)
    first.resolve([thing('a', 1)])
    things.hear(event('a', 5, thing('a', 2)))
    await read
    expect(things.get('a')).toEqual(thing('a', 2))
  })

  test('is read again where an event does not carry the whole thing', async () => {
    let reads = 0
    const things = new Collection(
      {
        noun: 'thing',
        idOf: ({ id }: { id: string }) => id,
        read: async () => (reads++ === 0 ? [{ id: 'a' }] : []),
      },
      () => {},
    )
    await things.refresh()
    things.hear(event('a', 3, null))
    await expect.poll(() => things.items).toEqual([])
  })

  test('keeps what it showed when it cannot be read, and says why', async () => {
    let broken = false
    const things = new Collection(
      {
        noun: 'thing',
        idOf: ({ id }: { id: string }) => id,
        read: async () => {
          if (broken) throw new Error('no answer')
          return [{ id: 'a' }]
        },
      },
      () => {},
    )
    await things.refresh()
    broken = true
    await things.refresh()
    expect(things.error).toBe('no answer')
    expect(things.items).toEqual([{ id: 'a' }])
  })
})

test('a question about forgetting a host is answered for the one it named, though the list moved', async () => {
  const add = async (name: string) =>
    (await w.client.call(hosts.add, { name, target: `${name}@127.0.0.1`, port: 1 })).added[0]!
  const [first, second] = [await add('gone-first'), await add('stays-here')]
  using on = new ScreenStage(w.inside.carry, small)
  on.shell.go('hosts')
  await on.until('stays-here')
  on.send('/-\r')
  on.send('g')
  await on.until(/^>.*gone-first/m)
  on.send('X')
  await on.until('Forget gone-first')
  await w.client.call(hosts.remove, { id: first.id })
  await on.until(() => on.shell.world.hosts.get(first.id) === undefined)
  await on.later()
  on.send('y')
  await on.until(screen => !screen.text().includes('Forget gone-first'))
  await on.settled()
  const { items } = await w.client.call(hosts.list, {})
  expect(items.map(({ id }) => id)).toContain(second.id)
  await w.client.call(hosts.remove, { id: second.id })
})

test('a workspace that was given away is followed where it went', async () => {
  await using there = await testWorkspace()
  let current = w.inside
  let tell = () => {}
  const live = new Live()
  const link = {
    carry: (request: Request) => current.carry(request),
    join: (request: Request) => current.join(request),
    mode: 'inside' as const,
    url: '',
    lost: null as { since: number; reason: string } | null,
    onChange(listener: () => void) {
      tell = listener
      return () => {}
    },
    close: async () => {},
  }
  const list = live.collection({
    noun: 'todo',
    idOf: ({ id }: { id: string }) => id,
    read: async () => (await live.client.call(todos.list, {})).items,
  })
  live.start(link)
  await w.client.call(todos.add, { title: 'here' })
  await expect.poll(() => list.items).not.toEqual([])
  link.lost = { since: 0, reason: 'given away' }
  tell()
  expect(live.lost?.reason).toBe('given away')
  current = there.inside
  link.lost = null
  tell()
  await expect.poll(() => live.lost).toBeNull()
  const { todo } = await there.client.call(todos.add, { title: 'there' })
  await expect.poll(() => list.items.map(({ id }) => id)).toEqual([todo.id])
  live.stop()
})

test('closing stops every question', async () => {
  const live = new Live()
  live.stop()
  await expect(live.client.call(todos.list, {})).rejects.toThrow('closed')
})
