import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { allRoutes } from '../../src/contract/all.ts'
import { type Route, SCOPES } from '../../src/contract/route.ts'
import { type TestWorkspace, testWorkspace } from '../peers/workspace.ts'

let w: TestWorkspace
const holders = new Map<string, string>()
beforeAll(async () => {
  w = await testWorkspace()
  for (const scope of SCOPES) holders.set(scope, await w.token(`only ${scope}`, [scope]))
})
afterAll(() => w[Symbol.asyncDispose]())

const send = async (route: Route, token?: string): Promise<{ status: number; text: string }> => {
  const path = route.path.replaceAll(/\{\w+\}/g, 'nothing-like-it')
  const body = ['GET', 'DELETE'].includes(route.method) ? undefined : {}
  const response = await w.request(route.method, path, { token, body })
  if (response.ok && route.media) {
    await response.body?.cancel()
    return { status: response.status, text: '' }
  }
  return { status: response.status, text: await response.text() }
}

describe.each(allRoutes().map(route => [`${route.method} ${route.path}`, route] as const))(
  '%s',
  (_name, route) => {
    test('answers nobody without a token, unless it is for everybody', async () => {
      const { status } = await send(route)
      expect(status === 401).toBe(route.scope !== 'public')
    })

    test.skipIf(route.scope === 'public' || route.scope === 'token')(
      'does nothing for the wrong token',
      async () => {
        const able = Array.isArray(route.scope) ? (route.scope as readonly string[]) : []
        for (const [scope, token] of holders) {
          if (able.includes(scope)) continue
          const { status, text } = await send(route, token)
          // What is wrong with the words may be said before who says them is judged; nothing is done either way.
          expect([400, 403, 422], `${scope}: ${text}`).toContain(status)
          if (status === 403 && able.length > 0 && !/^\/v1\//.test(route.path))
            expect(text).toContain([...able].sort()[0]!)
        }
      },
    )
  },
)
