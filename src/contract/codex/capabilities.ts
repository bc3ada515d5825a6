import * as z from 'zod'
import { route } from '../route.ts'

export const capabilities = route({
  id: 'codex.capabilities',
  method: 'GET',
  path: '/api/codex/capabilities',
  scope: 'token',
  danger: 'none',
  summary: 'What this token may do, and what is there to be done',
  in: z.object({}),
  out: z.object({
    integration: z.literal('codex'),
    token_scopes: z.array(z.string()),
    tools: z.record(z.string(), z.record(z.string(), z.unknown())),
    safety: z.record(z.string(), z.boolean()),
  }),
})
