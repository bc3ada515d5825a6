import { expect, test } from 'vitest'
import { testWorkspace } from '../peers/workspace.ts'
import { saying } from './saying.ts'

test('a token that is made says its fences, until when, and which host it names in vain', async () => {
  await using w = await testWorkspace({ config: '[owner]\ntimezone = "Asia/Tokyo"\n' })
  const say = saying(w)
  const { out } = await say(
    ...[
      'tokens',
      'create',
      'bot',
      '--scopes',
      'cookbook:launch',
      '--hosts',
      'local,gpu-z',
      '--gpus',
      '4-7,9',
    ],
    ...['--ports', '8100-8199', '--max-serves', '1', '--stop', 'own', '--until', '2031-05-02 08:00'],
  )
  expect(out.split('\n').slice(1, 9)).toEqual([
    '  only on local, gpu-z',
    '  only GPUs 4-7, 9',
    '  only ports 8100-8199',
    '  at most 1 serve',
    '  stops only its own',
    '  launches until 2031-05-02 08:00',
    "! There is no host 'gpu-z' yet.",
    'Its secret is shown this once. Put these lines into the environment of whoever is to use it:',
  ])
})

test('a verb there is under another name works, and one there is not says where they are', async () => {
  await using w = await testWorkspace()
  const say = saying(w)
  expect(await say('cookbook', 'list')).toMatchObject({ code: 0, out: 'Nothing.\n' })
  expect((await say('todos', 'show', 'x')).err).toBe("ithaca: There is no todo 'x'.\n")
  const { code, err } = await say('presets', 'launder')
  expect([code, err]).toEqual([2, expect.stringContaining('unknown command')])
  expect((await say('presets', 'frobnicate')).err).toContain("'ithaca presets --help' shows what there is.")
})

test('what is wrong is said once', async () => {
  await using w = await testWorkspace()
  const say = saying(w)
  for (const words of [
    ['todos', 'add', 'x', '--due', 'today', '--repeat', 'sometimes'],
    ['todos', 'add', 'x', '--due', 'sometimes'],
  ])
    expect((await say(...words)).err.match(/sometimes/g)).toHaveLength(1)
  const zone = await say('calendar', 'add', 'x', 'monday 9am', '--tzid', 'Berlin')
  expect(zone.err).toBe('ithaca: tzid: there is no time zone "Berlin"; did you mean Europe/Berlin?\n')
})
