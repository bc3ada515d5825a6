import { describe, expect, test } from 'vitest'
import { allRoutes } from '../../src/contract/all.ts'
import { testKitchen } from '../peers/kitchen.ts'

/** What the original had, and ignores unknown fields in; PATCH, PUT and the rest are ours. */
const ORIGINAL =
  /^POST \/api\/codex\/(todos|memory|documents|calendar\/events|emails\/(draft|send|draft-document)|cookbook\/(serve|adopt|preset\/\{name\}|stop\/\{session_id\}))$/

const writes = allRoutes().filter(
  ({ method, path }) => /^(POST|PUT|PATCH)$/.test(method) && path.startsWith('/api/codex/'),
)
const refusesUnknown = (route: (typeof writes)[number]): boolean =>
  route.in.safeParse({ nonsense: 1 }).error?.issues.some(({ code }) => code === 'unrecognized_keys') ?? false

describe('a field that is not known', () => {
  test.each(writes.map(route => [`${route.method} ${route.path}`, route] as const))('%s', (name, route) => {
    expect(refusesUnknown(route)).toBe(!ORIGINAL.test(name))
  })

  test('is named in the refusal, and nothing happens', async () => {
    await using k = await testKitchen()
    const serve = await k.launch('vllm serve demo/x')
    const refused = await k.w.client.send('POST', `/api/codex/cookbook/relaunch/${serve.id}`, { sett: {} })
    expect([refused.status, JSON.stringify(await refused.json())]).toEqual([
      400,
      expect.stringContaining('sett'),
    ])
    expect(k.w.inside.workspace.cookbook.serves.all()).toHaveLength(1)
  })
})
