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

test('whatever is added is told in one shape, with words for its times and repeats', async () => {
  await using w = await testWorkspace({ config: '[owner]\ntimezone = "Europe/Berlin"\n' })
  const say = saying(w)
  const said = async (...words: string[]) => (await say(...words)).out.replace(/\([0-9a-f]{8}\)/, '(ID)')
  expect(await said('todos', 'add', 'Call', '#ops', '--due', '2031-05-02T15:00Z')).toBe(
    'Saved: Call (ID), due 2031-05-02 17:00, #ops\n',
  )
  const ny = ['--tzid', 'America/New_York', '--rrule', 'weekly']
  expect(await said('calendar', 'add', 'Sync', '2031-05-02 09:00', ...ny)).toBe(
    'Saved: Sync (ID), 2031-05-02 15:00, repeats every week\n',
  )
  expect(await said('memory', 'add', 'likes', 'tea', '--category', 'preference')).toBe(
    'Saved: likes tea (ID), preference\n',
  )
  expect(await said('memory', 'add', 'likes', 'tea')).toMatch(/^Saved: likes tea \(ID\), .*known already\n$/)
  expect(await said('documents', 'add', 'Plan', '--content', 'x')).toBe('Saved: Plan (ID), markdown\n')
  expect(await said('calendars', 'add', 'Work')).toBe('Saved: Work (ID)\n')
  expect(await said('presets', 'save', 'small', '--cmd', 'vllm serve x', '--model', 'x')).toMatch(
    /^Saved: small \(ID\), vllm serve x\n$/,
  )
})

test('rows, cards and the trail tell times in the zone of the owner and repeats in words; JSON is exact', async () => {
  await using w = await testWorkspace({ config: '[owner]\ntimezone = "Europe/Berlin"\n' })
  const say = saying(w)
  const ny = ['--tzid', 'America/New_York', '--rrule', 'FREQ=WEEKLY;BYDAY=FR']
  await say('calendar', 'add', 'Sync', '2031-05-02 09:00', ...ny)
  await say('calendar', 'add', 'Trip', '2031-05-03', '2031-05-06')
  await say('todos', 'add', 'Pay', '--due', 'every month on the 15th at 17:00 CET')
  const { out: found } = await say('calendar', 'search', 'Sync')
  expect(found).toMatch(/2031-05-02 15:00 +every Friday +Sync/)
  const { out: event } = await say('calendar', 'get', /([0-9a-f]{8})\n$/.exec(found)![1]!)
  expect(event).toMatch(/start +2031-05-02 15:00\nend +2031-05-02 16:00\n/)
  expect(event).toMatch(/rrule +every Friday\n/)
  expect((await say('calendar', 'list', '2031-05-01', '2031-05-08')).out).toMatch(
    /2031-05-03 +2031-05-05 +Trip/,
  )
  expect((await say('--json', 'calendar', 'search', 'Sync')).out).toContain('"FREQ=WEEKLY;BYDAY=FR"')
  const { out: when } = await say('todos', 'when', 'every', 'monday', '9am')
  expect(when).toMatch(/^understood +\d{4}-\d\d-\d\d 09:00, repeats every Monday\n$/)
  const { out: trail } = await say('audit')
  expect(trail).toContain('Added "Sync", 2031-05-02 15:00, every Friday')
  expect(trail).toMatch(/Added "Pay", due \d{4}-\d\d-15 1\d:00, every month on day 15/)
})

test('the list of commands says of each what it is for', async () => {
  await using w = await testWorkspace()
  const listed = (await saying(w)('--help')).out.split('\nCommands:\n')[1]!
  const bare = listed.split('\n').filter(row => /^ {2}\S+( \[options\])?( <\S+>)?$/.test(row))
  expect(bare).toEqual([])
})
