import type * as z from 'zod'
import { issueSentence, issueWords } from '../contract/issue.ts'
import type { Problem } from '../contract/problem.ts'
import { fieldDetail, notADictionary, payloadText, perField } from './codex/invalid.ts'
import { whereJsonBreaks } from './codex/json.ts'

/** Three families of clients, three shapes of refusal. */
export interface Envelope {
  problem(problem: Problem): unknown
  /** Nobody, or somebody with a value that is not a live token. */
  unauthenticated(presented: boolean): unknown
  missingScope(scopes: readonly string[], all: boolean): unknown
  invalid(
    where: 'query' | 'body',
    issues: readonly z.core.$ZodIssue[],
    asked: { given: unknown; title?: string },
  ): { status: 400 | 422; body: unknown }
  /** A body that is not JSON; `declared` when its content type said it would be. */
  notJson(text: string, why: string, declared: boolean): unknown
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
        message: issues.map(issue => issueSentence(issue, where)).join('; '),
        details: { where, fields: issues.map(issue => ({ path: issue.path, message: issueWords(issue) })) },
      },
    },
  }),
  notJson: (_text, why) => ({ error: { code: 'invalid', message: `The body is not JSON: ${why}` } }),
}

export const NOT_UTF8 = 'it is not UTF-8'

/** What existing clients expect: `error` from the door, `detail` from everything behind it. */
export const codex: Envelope = {
  problem: problem => ({ detail: problem.message, ...(problem.details ?? {}) }),
  unauthenticated: presented => ({ error: presented ? 'Invalid API token' : 'Not authenticated' }),
  missingScope: (scopes, all) => ({ detail: scopeList(scopes, all) }),
  invalid: (where, issues, { given, title }) => {
    const each = issues.flatMap(perField)
    const details = each.map(issue => fieldDetail(where, issue, given))
    return title !== undefined && where === 'body' && each.every(issue => issue.path.length > 0)
      ? { status: 400, body: { detail: payloadText(title, details) } }
      : { status: 422, body: { detail: details } }
  },
  notJson: (text, why, declared) => {
    if (!declared) return { detail: [notADictionary(text.slice(0, 1000))] }
    const { offset, reason } =
      why === NOT_UTF8
        ? { offset: text.indexOf('\ufffd'), reason: 'The body is not UTF-8' }
        : whereJsonBreaks(text)
    const loc = ['body', offset]
    return {
      detail: [{ type: 'json_invalid', loc, msg: 'JSON decode error', input: {}, ctx: { error: reason } }],
    }
  },
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
  invalid: (where, issues) => ({
    status: 400,
    body: {
      error: {
        message: issues.map(issue => issueSentence(issue, where)).join('; '),
        type: 'invalid_request_error',
        code: 'invalid',
      },
    },
  }),
  notJson: (_text, why) => ({
    error: { message: `The body is not JSON: ${why}`, type: 'invalid_request_error', code: 'invalid' },
  }),
}

export const envelopeFor = (path: string): Envelope =>
  path.startsWith('/api/codex') || path.startsWith('/api/claude')
    ? codex
    : path.startsWith('/v1')
      ? openai
      : v1
