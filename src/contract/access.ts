import * as z from 'zod'
import { route, SCOPES } from './route.ts'
import { count, flag, id, pageIn, pageOf, text } from './words.ts'

const scope = z.enum(SCOPES)

/** `a,b` on a command line, a list in JSON. */
const scopeList = z.preprocess(
  value => (typeof value === 'string' ? value.split(/[\s,]+/).filter(Boolean) : value),
  z.array(scope).max(SCOPES.length),
)

/** `4-7,9` on a command line, a list of pairs in JSON. */
const ranges = z.preprocess(
  value => [value].flat().flatMap(each => (typeof each === 'string' ? each.split(',').map(range) : [each])),
  z
    .array(
      z
        .tuple([z.number().int().min(0), z.number().int().min(0)], 'write one number or a range: 4, or 4-7')
        .refine(([from, to]) => from <= to, 'the lower end of a range comes first: 4-7'),
    )
    .min(1)
    .max(32),
)

function range(text: string): unknown {
  const [, from, to = from] = /^\s*(\d+)(?:\s*-\s*(\d+))?\s*$/.exec(text) ?? []
  return from === undefined ? text : [Number(from), Number(to)]
}

const names = z.preprocess(
  value =>
    [value]
      .flat()
      .flatMap(each => (typeof each === 'string' ? each.split(/[\s,]+/).filter(Boolean) : [each])),
  z.array(z.string().min(1).max(200)).min(1).max(64),
)

export const Fences = z.object({
  hosts: names.optional().describe('only on these hosts'),
  gpus: ranges.optional().describe('only these GPUs: 4-7'),
  ports: ranges.optional().describe('only these ports: 8100-8199'),
  max_serves: count(0, 1000).optional().describe('how many of its serves may live at once'),
  stop: z.enum(['own', 'any']).optional().describe('own or any: which serves it may stop'),
  until: z
    .string()
    .min(1)
    .max(100)
    .optional()
    .describe('no launches from then on: 08:00, tomorrow noon, a date and time'),
  at_fence: z.enum(['refuse', 'ask']).optional().describe('refuse or ask: what happens beyond these limits'),
})

export const Token = z.object({
  id: z.string(),
  name: z.string(),
  prefix: z.string(),
  operator: z.boolean(),
  scopes: z.record(scope, z.enum(['allow', 'ask'])).or(z.partialRecord(scope, z.enum(['allow', 'ask']))),
  fences: Fences.nullable(),
  ask_deadline: z.number().nullable().describe('seconds after which an unanswered question counts as no'),
  expires_at: z.number().nullable(),
  last_used_at: z.number().nullable(),
  revoked_at: z.number().nullable(),
  created_at: z.number(),
})
export type Token = z.output<typeof Token>

export const Approval = z.object({
  id: z.string(),
  state: z.enum(['pending', 'allowed', 'denied', 'expired']),
  actor: z.string(),
  token: z.string().nullable().describe('the id of the token that asks; null where Ithaca itself does'),
  method: z.string(),
  path: z.string(),
  body: z.unknown().describe('what was asked, with secrets masked; null once decided'),
  scopes: z.array(z.string()),
  reason: z.string(),
  created_at: z.number(),
  deadline: z.number().nullable(),
  decided_by: z.string().nullable(),
  decided_at: z.number().nullable(),
  note: z.string().nullable().describe('what was said with the decision'),
  outcome: z.object({ status: z.number(), body: z.unknown() }).nullable(),
})
export type Approval = z.output<typeof Approval>

export const access = {
  tokens: route({
    id: 'tokens.list',
    method: 'GET',
    path: '/api/v1/tokens',
    scope: 'operator',
    danger: 'none',
    summary: 'Every token that was made, without its secret',
    in: () => z.strictObject({ revoked: flag().default(false) }),
    out: () => z.object({ items: z.array(Token) }),
    cli: { columns: ['id', 'name', 'scopes', 'expires_at', 'last_used_at'], rows: 'items' },
  }),
  create: route({
    id: 'tokens.create',
    method: 'POST',
    path: '/api/v1/tokens',
    scope: 'operator',
    danger: 'none',
    summary: 'Makes a token and shows its secret once',
    in: () =>
      z.strictObject({
        name: text(100, 1),
        scopes: scopeList.optional().describe('what it may do, as todos:write,cookbook:read'),
        ask: scopeList.optional().describe('scopes whose every use the operator is asked about'),
        allow_send: flag()
          .default(false)
          .describe('email:send without a question; otherwise the operator is asked about every mail'),
        operator: flag().default(false).describe('everything, as you yourself'),
        expires: text(40).optional().describe('30d, 12h, 90m, or a date'),
        ask_deadline: count(1, 7 * 86_400)
          .optional()
          .describe('seconds after which an unanswered question counts as no'),
        ...Fences.shape,
      }),
    out: () =>
      z.object({
        token: z.string(),
        url: z.string(),
        record: Token,
        lines: z.array(z.string()),
        warnings: z.array(z.string()).describe('what of it means nothing yet'),
      }),
    status: 201,
    secret: true,
    cli: { words: ['name'] },
  }),
  revoke: route({
    id: 'tokens.revoke',
    method: 'DELETE',
    path: '/api/v1/tokens/{id}',
    scope: 'operator',
    danger: 'destroys',
    summary: 'Ends a token: its next request is refused',
    in: () => z.strictObject({ id: id() }),
    out: () => Token,
    cli: { words: ['id'] },
  }),
  approvals: route({
    id: 'approvals.list',
    method: 'GET',
    path: '/api/v1/approvals',
    scope: 'token',
    danger: 'none',
    summary: 'Questions to the operator; a token sees its own',
    in: () =>
      z.strictObject({
        ...pageIn,
        state: z.enum(['pending', 'allowed', 'denied', 'expired', 'all']).default('pending'),
      }),
    out: () => pageOf(Approval),
    cli: { columns: ['id', 'state', 'actor', 'reason', 'body'], rows: 'items' },
  }),
  approval: route({
    id: 'approvals.get',
    method: 'GET',
    path: '/api/v1/approvals/{id}',
    scope: 'token',
    danger: 'none',
    summary: 'One question; with `wait` the answer comes when it is decided or the seconds are over',
    in: () => z.strictObject({ id: id(), wait: count(0, 60).default(0) }),
    out: () => Approval,
    cli: { words: ['id'] },
  }),
  decide: route({
    id: 'approvals.decide',
    method: 'POST',
    path: '/api/v1/approvals/{id}',
    scope: 'operator',
    danger: 'none',
    summary: 'Says yes or no; yes runs the request as it was asked',
    in: () =>
      z.strictObject({ id: id(), allow: flag(), note: text(500).optional().describe('told to who asked') }),
    out: () => Approval,
  }),
}
