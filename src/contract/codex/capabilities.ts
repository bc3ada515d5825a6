import * as z from 'zod'
import { route } from '../route.ts'

export const capabilities = route({
  id: 'codex.capabilities',
  method: 'GET',
  path: '/api/codex/capabilities',
  scope: 'token',
  danger: 'none',
  summary: 'What this token may do, and what is there to be done',
  in: () => z.object({}),
  out: () =>
    z.object({
      integration: z.literal('codex'),
      server: z.string(),
      version: z.string(),
      token_scopes: z.array(z.string()),
      ask_scopes: z.array(z.string()).describe('scopes whose every use the operator is asked about first'),
      tools: z.record(z.string(), z.record(z.string(), z.unknown())),
      own: z.array(z.string()).describe('what every token may do about its own doings'),
      timezone: z.string(),
      safety: z.record(z.string(), z.boolean()),
    }),
})
