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
