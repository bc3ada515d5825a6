import { expect, test, vi } from 'vitest'
import { testKitchen } from '../peers/kitchen.ts'

test('a yes to a scope that asks opens no fence that refuses', async () => {
  await using k = await testKitchen()
  const { approvals } = k.w.inside.workspace
  const fenced = await k.w.token('fenced', [], { ask: ['cookbook:launch'], ports: '8100-8199' })
  const asked = k.w.request('POST', '/api/v1/serves', {
    token: fenced,
    body: { cmd: `${k.machine.bin}/vllm serve x --port 9000` },
  })
  await vi.waitUntil(() => approvals.pending() === 1)
  const [question] = approvals.list({ state: 'pending', limit: 1 }).items
  await k.w.client.send('POST', `/api/v1/approvals/${question!.id}`, { allow: true })
  const refused = await asked
  expect(refused.status).toBe(403)
  expect(JSON.stringify(await refused.json())).toContain('fence ports')
})
