import type * as z from 'zod'
import type { Problem } from '../contract/problem.ts'

/** Three families of clients, three shapes of refusal. */
export interface Envelope {
  problem(problem: Problem): unknown
  /** Nobody, or somebody with a value that is not a live token. */
  unauthenticated(presented: boolean): unknown
  missingScope(scopes: readonly string[], all: boolean): unknown
  invalid(
    where: 'query' | 'body' | 'path',
    issues: readonly z.core.$ZodIssue[],
  ): { status: 400 | 422; body: unknown }
}

const scopeList = (scopes: readonly string[], all: boolean): string =>
  `API token missing required scope: ${[...scopes].sort().join(all ? ' and ' : ' or ')}`

export const v1: Envelope = {
  problem: problem => ({
    error: {
      code: problem.code,
      message: problem.message,
      ...(problem.details ? { details: problem.details } : {}),
    },
  }),
  unauthenticated: presented => ({
    error: {
      code: 'unauthenticated',
      message: presented
        ? 'This token is not valid, or not any more.'
        : 'Send a token: Authorization: Bearer ith_…',
    },
  }),
  missingScope: (scopes, all) => ({
    error: { code: 'denied', message: scopeList(scopes, all), details: { scopes: [...scopes].sort() } },
  }),
  invalid: (where, issues) => ({
    status: 422,
    body: {
      error: {
        code: 'invalid',
        message: issues.map(issue => `${issue.path.join('.') || where}: ${issue.message}`).join('; '),
        details: { where, fields: issues.map(issue => ({ path: issue.path, message: issue.message })) },
      },
    },
  }),
}

/** What existing clients expect: `error` from the door, `detail` from everything behind it. */
export const codex: Envelope = {
  problem: problem => ({ detail: problem.message, ...(problem.details ?? {}) }),
  unauthenticated: presented => ({ error: presented ? 'Invalid API token' : 'Not authenticated' }),
  missingScope: (scopes, all) => ({ detail: scopeList(scopes, all) }),
  invalid: (where, issues) => ({
    status: 422,
    body: {
      detail: issues.map(issue => ({
        type: issue.code,
        loc: [where, ...issue.path],
        msg: issue.message,
        input: issue.input ?? null,
      })),
    },
  }),
}

/** The shape that OpenAI's own clients read. */
export const openai: Envelope = {
  problem: problem => ({ error: { message: problem.message, type: problem.code, code: problem.code } }),
  unauthenticated: () => ({
    error: { message: 'Incorrect API key provided.', type: 'invalid_request_error', code: 'invalid_api_key' },
  }),
  missingScope: (scopes, all) => ({
    error: { message: scopeList(scopes, all), type: 'permission_error', code: 'insufficient_scope' },
  }),
  invalid: (_where, issues) => ({
    status: 400,
    body: {
      error: {
        message: issues.map(issue => `${issue.path.join('.')}: ${issue.message}`).join('; '),
        type: 'invalid_request_error',
        code: 'invalid',
      },
    },
  }),
}

export const envelopeFor = (path: string): Envelope =>
  path.startsWith('/api/codex') || path.startsWith('/api/claude')
    ? codex
    : path.startsWith('/v1')
      ? openai
      : v1
