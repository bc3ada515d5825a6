import { beforeAll, expect, test } from 'vitest'
import { DOCUMENT, MEMORIES, PRESETS, SCENES, TODOS } from '../../../src/demo/scenes.ts'
import { type Candidate, match } from '../../../views/actions/match.ts'
import { testWorkspace } from '../../peers/workspace.ts'
import { ScreenStage } from './screen-stage.tsx'

let candidates: Candidate[]

/** What the palette has in the demo: every action there is, and what the demo brings. */
beforeAll(async () => {
  await using w = await testWorkspace()
  using on = new ScreenStage(w.inside.carry, { cols: 80, rows: 24 })
  await on.until('api :')
  const actions = on.shell.actions.all.map(({ id, title, help }) => ({ id, title, words: help }))
  const serves = SCENES.map(({ name, cmd }) => ({ title: name ?? '', words: `${cmd} local ready` }))
  const presets = PRESETS.map(({ name, cmd }) => ({ title: `preset ${name}`, words: cmd }))
  const texts = [...TODOS.map(({ title }) => title), ...MEMORIES].map(title => ({ title }))
  const objects = [...serves, ...presets, ...texts, { title: DOCUMENT.title, words: DOCUMENT.content }]
  candidates = [...actions, ...objects.map((one, n) => ({ ...one, id: `demo ${n}` }))]
})

const titles = async (query: string) => (await match(query, candidates, 500)).map(({ title }) => title)

test.each([
  'stop',
  'launch',
  'host',
  'gpu',
  'token',
  'log',
  'undo',
  'mail',
  'todo',
  'pin',
  'qwen',
  'attach',
  'del ev',
])('%s shows nothing whose letters only lie all over', async query => {
  const found = await match(query, candidates, 500)
  expect(found.length).toBeGreaterThan(0)
  for (const { title, words, id } of found)
    for (const word of query.split(' '))
      expect(`${title} ${words} ${id}`.toLowerCase(), title).toMatch(new RegExp(`(^|[^a-z])${word}|launch`))
})

test('what is called so stays, by the beginning of a word and from within one', async () => {
  expect(await titles('stop')).toEqual(['stop..', 'Stop qwen3-8b and watch its memory come back'])
  expect(await titles('laun')).toEqual(expect.arrayContaining(['launch..', 'relaunch..']))
  expect(await titles('mem wat')).toEqual(['Stop qwen3-8b and watch its memory come back'])
  expect((await titles('log')).length).toBeGreaterThan(20)
})

test('letters that are nowhere a word still abbreviate a name, and no sentence', async () => {
  expect(await titles('lnch')).toEqual(['launch..', 'relaunch..', 'relaunch with it..'])
  expect(await titles('kubernetes')).toEqual([])
})
