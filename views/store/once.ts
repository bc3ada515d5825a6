import { randomUUID } from 'node:crypto'
import type { Client } from '../../src/client/client.ts'
import { Problem } from '../../src/contract/problem.ts'
import { Newest } from './newest.ts'

/** Whoever does the same again so soon after an answer stayed out means the same change. */
const sameFor = 120_000

/** What adds something is sent again under the same key where its answer stayed out: it is done once. */
export function onceOnly(client: Client, isFar: () => boolean): Client {
  const unanswered = new Newest<string, { key: string; until: number }>(500)
  const ask: Client['ask'] = async (route, input, options = {}) => {
    if (route.method !== 'POST' || route.secret || options.key || options.signal || !isFar())
      return client.ask(route, input, options)
    const what = `${route.id} ${JSON.stringify(input)}`
    const before = unanswered.get(what)
    const key = before && before.until > Date.now() ? before.key : randomUUID()
    unanswered.delete(what)
    try {
      return await client.ask(route, input, { ...options, key })
    } catch (error) {
      if (error instanceof Problem && error.details?.unreachable)
        unanswered.set(what, { key, until: Date.now() + sameFor })
      throw error
    }
  }
  return { ...client, ask, call: async (route, input, options) => (await ask(route, input, options)).value }
}
