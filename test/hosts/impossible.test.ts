import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { hosts as routes } from '../../src/contract/hosts.ts'
import { openAbsences } from '../../src/cookbook/absences.ts'
import { Hosts } from '../../src/hosts/hosts.ts'
import { type TestWorkspace, testWorkspace } from '../peers/workspace.ts'

let w: TestWorkspace
let time: number
beforeEach(async () => {
  time = 1_700_000_000_000
  w = await testWorkspace({ now: () => time })
})
afterEach(() => w[Symbol.asyncDispose]())

const names = async () => (await w.client.call(routes.list, {})).items.map(({ name }) => name)
const trail = () =>
  w.inside.workspace.changes
    .audit({ noun: 'host', limit: 50 })
    .items.map(({ action, summary }) => [action, summary])

describe('what names no host', () => {
  test.each([
    ['a b', 'spaces'],
    ['a\x1bb', 'control characters'],
    ['\x07', 'control characters'],
    [' ', 'empty'],
    ['', 'empty'],
    ['-oProxyCommand=id', 'dash'],
    ['ann@-h', 'dash'],
    ['h:0', 'no port 0'],
    ['$(id)', 'could not be told'],
  ])('%j is refused with a sentence, and nothing is saved', async (target, why) => {
    const before = trail()
    await expect(w.client.call(routes.add, { target })).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringContaining(why),
    })
    const { added } = await w.client.call(routes.add, { target: 'box.invalid' })
    await expect(w.client.call(routes.edit, { id: added[0]!.id, target })).rejects.toMatchObject({
      message: expect.stringContaining(why),
    })
    expect(await names()).toEqual(['local', 'box'])
    expect(trail()).toEqual([['hosts.add', 'Added the host box'], ...before])
  })

  test('a host cannot be called what no command could name, nor be made this machine', async () => {
    const { added } = await w.client.call(routes.add, { target: ' ann@box.invalid ', name: ' the box ' })
    expect(added).toMatchObject([{ target: 'ann@box.invalid', name: 'the box' }])
    const { id } = added[0]!
    for (const name of ['', ' ', '-box', 'a\nb', 'local', 'localhost'])
      await expect(w.client.call(routes.edit, { id, name }), name).rejects.toThrow()
    for (const target of ['local', 'localhost'])
      await expect(w.client.call(routes.edit, { id, target }), target).rejects.toThrow('is this machine')
    expect(await names()).toEqual(['local', 'the box'])
  })
})

test('one that was saved all the same is not tried for ever', async () => {
  const hosts = new Hosts()
  try {
    hosts.setRecords([{ id: 'old', name: 'old', target: 'a b' }])
    const host = hosts.get('old')
    for (let n = 0; n < 3; n++) await expect(host.ask(':')).rejects.toMatchObject({ code: 'misnamed' })
    expect(host.reach).toMatchObject({ state: 'unreachable', retryAt: null })
    expect(host.commands.rows).toMatchObject([{ what: 'question', times: 3 }])
  } finally {
    hosts.close()
  }
})

describe('a host that cannot be reached', () => {
  const add = async () => {
    const { added } = await w.client.call(routes.add, { target: 'ann@127.0.0.1', name: 'away', port: 1 })
    return w.inside.workspace.cookbook.machines.at(added[0]!.id)
  }

  test('is told of once, however often it is tried', async () => {
    const told: string[] = []
    w.inside.workspace.changes.subscribe(events => {
      for (const { action, summary } of events) if (action === 'hosts.reach') told.push(summary)
    })
    const { host } = await add()
    await expect(host.ask(':')).rejects.toThrow()
    for (let n = 0; n < 3; n++) {
      host.retry()
      await expect(host.ask(':')).rejects.toThrow()
    }
    expect(told).toEqual(['away is connecting', 'away is unreachable'])
  })

  test('has one line in the trail, and one when it is back, over any number of starts', async () => {
    const { changes, cookbook } = w.inside.workspace
    const place = await add()
    await expect(place.host.ask(':')).rejects.toThrow()
    time = Date.now() + 60_000
    const start = () => openAbsences({ machines: cookbook.machines, changes, now: () => time })
    for (const absences of [start(), start()]) {
      absences.missed(place)
      absences.missed(place)
    }
    const gone = ['hosts.unreachable', expect.stringContaining('away cannot be reached: 127.0.0.1:1')]
    const added = ['hosts.add', 'Added the host away']
    expect(trail()).toEqual([gone, added])
    for (const absences of [start(), start()]) absences.seen(place)
    expect(trail()).toEqual([['hosts.reached', 'away can be reached again'], gone, added])
    start().missed(place)
    expect(trail()).toHaveLength(4)
  })
})
