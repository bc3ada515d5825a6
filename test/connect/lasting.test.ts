import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Carry, type Client, createClient } from '../../src/client/client.ts'
import { follow } from '../../src/client/events.ts'
import { attach, connectRemote } from '../../src/connect/connect.ts'
import { connectLasting, type Lasting } from '../../src/connect/lasting.ts'
import { access } from '../../src/contract/access.ts'
import { events } from '../../src/contract/events.ts'
import { todos } from '../../src/contract/todos.ts'
import { workspace } from '../../src/contract/workspace.ts'
import { type Instance, readInstance } from '../../src/workspace/owner.ts'
import { type SlowLink, startSlowLink } from '../peers/slow-link.ts'
import { type TestWorkspace, testWorkspace } from '../peers/workspace.ts'

/** A way to a workspace over a line that can go dead without a word. */
const patience = { answer: 1000, way: 100 }
let w: TestWorkspace
let instance: Instance
let line: SlowLink
let lasting: Lasting
let client: Client
beforeEach(async () => {
  w = await testWorkspace({ listen: true })
  instance = readInstance(w.paths)!
  line = await startSlowLink(Number(new URL(instance.url).port), { delayMs: 0 })
  const first = connectRemote(`http://127.0.0.1:${line.port}`, instance.key)
  lasting = await connectLasting({ paths: w.paths, version: '0' }, first, patience)
  client = createClient(lasting.carry)
})
afterEach(async () => {
  await lasting.close()
  await line.close()
  await w[Symbol.asyncDispose]()
})

const healed = () => expect.poll(() => lasting.lost, { timeout: 10_000 }).toBeNull()
const titles = async () => (await w.client.call(todos.list, {})).items.map(({ title }) => title)

test('a line that went dead is found out, what hangs on it is given up, and it heals', async () => {
  await client.call(todos.list, {})
  const stream = await client.stream(events.stream, {})
  line.cut()
  await expect(client.call(todos.add, { title: 'into the dead line' })).rejects.toThrow(
    /No answer from .*It may have been done all the same/,
  )
  expect(lasting.lost?.reason).toContain('No answer from')
  // What was being read of it ends, too.
  await expect(stream.text()).rejects.toThrow()
  // Nothing of this was sent: it says so at once, and is not done later.
  await expect(client.call(todos.add, { title: 'never sent' })).rejects.toThrow(/^Not connected: No answer/)
  line.restore()
  await healed()
  await client.call(todos.add, { title: 'after' })
  expect(await titles()).toEqual(['after'])
})

test('what is asked while there is no way is asked when there is one again', async () => {
  await lasting.close()
  const first = connectRemote(`http://127.0.0.1:${line.port}`, instance.key)
  lasting = await connectLasting({ paths: w.paths, version: '0' }, first, { ...patience, way: 10_000 })
  client = createClient(lasting.carry)
  line.cut()
  const looked = client.call(workspace.status, {})
  await expect.poll(() => lasting.lost, { timeout: 10_000 }).not.toBeNull()
  const added = client.call(todos.add, { title: 'a little later' })
  line.restore()
  await added
  // What only looks is looked for again.
  expect(await looked).toMatchObject({ pid: process.pid })
  expect(await titles()).toEqual(['a little later'])
})

test('who only takes its time is not taken for gone', async () => {
  const token = await w.token('agent', [], { ask: ['todos:write'] })
  const way = connectRemote(`http://127.0.0.1:${line.port}`, token)
  const asked: string[] = []
  const carry: Carry = request => {
    asked.push(new URL(request.url).pathname)
    return way.carry(request)
  }
  const options = { paths: w.paths, version: '0' }
  const patient = await connectLasting(options, { ...way, carry }, patience)
  const changes: unknown[] = []
  patient.onChange(() => changes.push(patient.lost))
  // It waits for a person, much longer than a line is waited for.
  const added = createClient(patient.carry).call(todos.add, { title: 'asks first' })
  await expect.poll(() => asked, { timeout: 10_000 }).toEqual(['/api/v1/todos', '/healthz', '/healthz'])
  const { items } = await w.client.call(access.approvals, { state: 'pending' })
  await w.client.call(access.decide, { id: items[0]!.id, allow: true })
  await added
  expect(changes).toEqual([])
  await patient.close()
})

test('an owner that came back with another key is found by being refused', async () => {
  const before = { ...instance, key: 'ith_of-the-owner-before' }
  const attached = await connectLasting({ paths: w.paths, version: '0' }, attach(before))
  const again = createClient(attached.carry)
  await expect(again.call(todos.add, { title: 'refused, and not sent again' })).rejects.toThrow(
    /another owner now\.$/,
  )
  await expect.poll(() => attached.lost).toBeNull()
  await attached.close()
  const looking = await connectLasting({ paths: w.paths, version: '0' }, attach(before))
  const status = await createClient(looking.carry).call(workspace.status, {})
  expect(status).toMatchObject({ pid: process.pid })
  await looking.close()
})

test('who leaves while the way is looked for leaves no workspace open behind it', async () => {
  const leaving = await connectLasting({ paths: w.paths, version: '0' }, attach(instance))
  await w.inside.close()
  await expect(createClient(leaving.carry).call(todos.add, { title: 'to nobody' })).rejects.toThrow()
  await leaving.close()
  await expect.poll(() => leaving.current.inside).not.toBeNull()
  await leaving.current.inside!.closed
  expect(readInstance(w.paths)).toBeNull()
})

test('a stream of changes that falls silent is left', async () => {
  const heard = async () => {
    for await (const _ of follow(client, {}, 100));
  }
  await expect(heard()).rejects.toThrow('fell silent')
})
