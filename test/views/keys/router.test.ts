import { describe, expect, test, vi } from 'vitest'
import * as z from 'zod'
import { match } from '../../../views/actions/match.ts'
import { type Action, Actions, type Deed } from '../../../views/actions/registry.ts'
import { type Focus, Router } from '../../../views/keys/router.ts'

interface State {
  live: boolean
}

function set() {
  const done: string[] = []
  const stakes = { title: 'Stop', facts: ['74 GiB'], verb: 'Stop', name: 'serve' }
  let selected = 'alpha'
  const action = (
    id: string,
    where: string[],
    rest: Partial<Action<State, never>> = {},
  ): Action<State, never> => ({
    id,
    title: id,
    help: '',
    where,
    danger: 'none',
    run: () => void done.push(`ran ${id}`),
    ...rest,
  })
  const actions = new Actions<State>([
    action('log.wrap', ['log']),
    action('list.write', ['list']),
    action('stop', ['list', 'log'], {
      title: 'stop..',
      danger: 'type-name',
      run: undefined,
      deed() {
        const one = selected
        return { stakes, run: () => void done.push(`stopped ${one}`) }
      },
      disabled: () => (blocked ? 'it is not yours' : undefined),
    }),
    action('jump', ['log'], { args: z.string() as never }),
    action('quit', ['everywhere']),
    action('broken', ['everywhere'], { run: () => Promise.reject(new Error('the host is away')) }),
  ])
  let blocked = false
  let agreed: Deed | undefined
  const focus: { on: Focus | null } = { on: null }
  const here = { places: ['log', 'everywhere'] }
  const router = new Router<State>({
    actions,
    bindings: () => ({
      'log.wrap': ['w'],
      'list.write': ['w'],
      stop: ['X'],
      jump: ['T'],
      quit: ['q'],
      broken: ['b'],
    }),
    focus: () => focus.on,
    places: () => here.places,
    state: () => ({ live: true }),
    aim: {
      get hand() {
        return selected
      },
      hasSlipped: false,
      take() {},
    },
    confirm: (asked, deed) => {
      done.push(`confirm ${asked.id} ${deed.stakes.name}`)
      agreed = deed
    },
    ask: asked => done.push(`ask ${asked.id}`),
    say: words => done.push(words),
  })
  return {
    ...{ router, done, focus, here, actions },
    block: () => (blocked = true),
    select: (id: string) => {
      selected = id
    },
    agree: () => agreed!.run(),
  }
}

describe('the router', () => {
  test('finds the action of the narrowest place', async () => {
    const { router, done, here } = set()
    await router.stroke({ key: 'w' })
    here.places = ['list', 'everywhere']
    await router.stroke({ key: 'w' })
    await router.stroke({ key: 'q' })
    expect(done).toEqual(['ran log.wrap', 'ran list.write', 'ran quit'])
  })

  test('lets what has the focus see a stroke first', async () => {
    const { router, done, focus } = set()
    focus.on = { stroke: stroke => 'key' in stroke && stroke.key === 'q' }
    await router.stroke({ key: 'q' })
    await router.stroke({ key: 'w' })
    expect(done).toEqual(['ran log.wrap'])
  })

  test('never runs a dangerous action without asking, and says why one cannot run', async () => {
    const { router, done, block } = set()
    await router.stroke({ key: 'X' })
    block()
    await router.stroke({ key: 'X' })
    expect(done).toEqual(['confirm stop serve', 'stop: it is not yours'])
  })

  test('does what was agreed to what was selected when it was asked', async () => {
    const { router, done, select, agree } = set()
    await router.stroke({ key: 'X' })
    select('omega')
    await agree()
    expect(done).toEqual(['confirm stop serve', 'stopped alpha'])
  })

  test('does nothing from a list of actions once what it was opened for is gone', async () => {
    const { router, done, select, actions } = set()
    const [wrap, quit] = ['log.wrap', 'quit'].map(id => router.held(actions.get(id)!))
    expect(await wrap!()).toBe(true)
    select('omega')
    expect(await wrap!()).toBe(false)
    expect(await quit!()).toBe(true)
    expect(done).toEqual([
      'ran log.wrap',
      'log.wrap: what it was for is gone meanwhile; nothing was done',
      'ran quit',
    ])
  })

  test('asks for what an action has to be told', async () => {
    const { router, done } = set()
    await router.stroke({ key: 'T' })
    expect(done).toEqual(['ask jump'])
  })

  test('pasted text is no key', async () => {
    const { router, done } = set()
    await router.stroke({ paste: ['X'] })
    expect(done).toEqual([])
  })

  test('an action that fails says so and ends nothing', async () => {
    const { router, done } = set()
    await router.stroke({ key: 'b' })
    expect(done).toEqual(['broken: the host is away'])
  })
})

describe('the registry', () => {
  test('refuses two actions of one name, and danger without stakes', () => {
    const one: Action<State, never> = {
      id: 'a',
      title: '',
      help: '',
      where: ['x'],
      danger: 'none',
      run: () => {},
    }
    expect(() => new Actions<State>([one, one])).toThrow('Two actions are called a')
    expect(() => new Actions<State>([{ ...one, danger: 'confirm' }])).toThrow('does not say how')
    expect(() => new Actions<State>([{ ...one, run: undefined }])).toThrow('has to be run or to be a deed')
  })

  test('the palette finds by pieces of a title, the best first', async () => {
    const candidates = [
      { id: 'stop', title: 'Stop the serve', words: 'kill end' },
      { id: 'launch', title: 'Launch a model' },
      { id: 'relaunch', title: 'Relaunch with a change' },
    ]
    expect((await match('laun', candidates)).map(({ id }) => id)).toEqual(['launch', 'relaunch'])
    expect((await match('kill', candidates)).map(({ id }) => id)).toEqual(['stop'])
    expect(await match('', candidates)).toEqual(candidates)
    const scattered = { id: 'x', title: 'what ran', words: 'The two of them were asked, at hand' }
    expect(await match('two cards', [scattered])).toEqual([])
    expect(await match('asked', [scattered])).toEqual([scattered])
    const removals = ['todo', 'mail', 'event'].map(id => ({ id, title: 'delete', words: `Deletes a ${id}` }))
    const here = removals.map(each => ({ ...each, near: each.id === 'event' }))
    expect((await match('delete', here))[0]!.id).toBe('event')
    expect(
      (await match('launch', [{ id: 'x', title: 'lane unchanged', near: true }, ...candidates]))[0]!.id,
    ).toBe('launch')
  })
})

test('a change that takes long holds up the next one for a moment, and none after that', async () => {
  vi.useFakeTimers()
  try {
    const done: string[] = []
    const write = (id: string, run: () => void | Promise<void>): Action<State, never> => {
      return { id, title: id, help: '', where: ['everywhere'], danger: 'none', writes: true, run }
    }
    const router = new Router<State>({
      actions: new Actions<State>([
        write('long', () => new Promise<void>(() => {})),
        write('short', () => void done.push('short')),
      ]),
      bindings: () => ({ long: ['l'], short: ['s'] }),
      focus: () => null,
      places: () => ['everywhere'],
      state: () => ({ live: true }),
      confirm: () => {},
      ask: () => {},
      say: () => {},
    })
    void router.stroke({ key: 'l' })
    await vi.advanceTimersByTimeAsync(200)
    void router.stroke({ key: 's' })
    await vi.advanceTimersByTimeAsync(200)
    expect(done).toEqual([])
    await vi.advanceTimersByTimeAsync(1000)
    expect(done).toEqual(['short'])
    void router.stroke({ key: 's' })
    await vi.advanceTimersByTimeAsync(0)
    expect(done).toEqual(['short', 'short'])
  } finally {
    vi.useRealTimers()
  }
})
