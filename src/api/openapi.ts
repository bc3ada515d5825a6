import * as z from 'zod'
import { pathFields, type Route } from '../contract/route.ts'

type Json = Record<string, unknown>

/** The contract as OpenAPI 3.1, for whoever generates clients or wants to know. */
export const describeApi = (routes: readonly Route[], version: string): Json => {
  const paths: Record<string, Json> = {}
  for (const route of routes) {
    paths[route.path] ??= {}
    paths[route.path]![route.method.toLowerCase()] = operation(route)
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Ithaca',
      version,
      summary: 'One workspace: todos, calendar, mail, memory, documents and model servers',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    tags: [...new Set(routes.map(tagOf))].map(name => ({ name })),
    paths,
    components: {
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          description: 'A token: `ithaca tokens create NAME --scopes …`',
        },
      },
      responses: {
        Problem: answer('What went wrong, to what, and what to do', PROBLEM),
        Detail: answer('What went wrong', DETAIL),
        Pending: answer('The operator is asked; the same request again tells the outcome', PENDING),
      },
    },
  }
}

const operation = (route: Route): Json => {
  const inPath = new Set(pathFields(route.path))
  const schema = z.toJSONSchema(route.in, { io: 'input' }) as {
    properties?: Record<string, Json>
    required?: string[]
  }
  // Of what is read from text first, the library tells no default.
  for (const [name, { def }] of Object.entries<z.ZodType>(route.in.shape))
    if (def.type === 'default')
      schema.properties![name]!.default ??= (def as z.core.$ZodDefaultDef).defaultValue
  const fields = Object.entries(schema.properties ?? {})
  const rest = fields.filter(([name]) => !inPath.has(name))
  const required = new Set(schema.required)
  const inBody = route.method !== 'GET' && route.method !== 'DELETE'
  const parameters = [
    ...[...inPath].map(name =>
      parameter(name, 'path', schema.properties?.[name] ?? { type: 'string' }, true),
    ),
    ...(inBody ? [] : rest.map(([name, field]) => parameter(name, 'query', field, required.has(name)))),
    ...(route.method === 'GET' || route.secret ? [] : [ONCE]),
  ]
  const needed = rest.map(([name]) => name).filter(name => required.has(name))
  return {
    operationId: route.id,
    tags: [tagOf(route)],
    summary: route.summary,
    security: security(route),
    ...(route.danger === 'destroys' ? { 'x-destroys': true } : {}),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(inBody
      ? {
          requestBody: {
            required: needed.length > 0,
            content: {
              'application/json': {
                schema: {
                  type: 'object',
                  properties: Object.fromEntries(rest),
                  ...(needed.length > 0 ? { required: needed } : {}),
                  additionalProperties: false,
                },
              },
            },
          },
        }
      : {}),
    responses: {
      [String(route.status ?? 200)]: {
        description: 'Done',
        content: { [route.media ?? 'application/json']: { schema: outOf(route) } },
      },
      ...(Array.isArray(route.scope) && route.status !== 202
        ? { '202': { $ref: '#/components/responses/Pending' } }
        : {}),
      default: {
        $ref: `#/components/responses/${/^\/api\/(codex|claude)/.test(route.path) ? 'Detail' : 'Problem'}`,
      },
    },
  }
}

const parameter = (name: string, where: 'path' | 'query', field: Json, required: boolean): Json => {
  const { description, ...schema } = field
  return { name, in: where, required, ...(description ? { description } : {}), schema }
}

const ONCE = {
  name: 'Idempotency-Key',
  in: 'header',
  description: 'Doing it twice with the same key does it once',
  schema: { type: 'string', maxLength: 200 },
}

const outOf = (route: Route): Json => {
  const { $schema: _dialect, ...schema } = z.toJSONSchema(route.out, { io: 'output' })
  return schema
}

const tagOf = (route: Route): string => route.id.split('.')[0]!

/** Any one of the scopes is enough, so each is an alternative of its own. */
const security = ({ scope }: Route): Json[] => {
  if (scope === 'public') return []
  if (scope === 'token') return [{ bearer: [] }]
  if (scope === 'operator') return [{ bearer: ['operator'] }]
  return scope.map(one => ({ bearer: [one] }))
}

const answer = (description: string, schema: Json): Json => ({
  description,
  content: { 'application/json': { schema } },
})

const PROBLEM = {
  type: 'object',
  required: ['error'],
  properties: {
    error: {
      type: 'object',
      required: ['code', 'message'],
      properties: { code: { type: 'string' }, message: { type: 'string' }, details: { type: 'object' } },
    },
  },
}
const DETAIL = {
  type: 'object',
  properties: { detail: {}, error: { type: 'string' } },
}
const PENDING = {
  type: 'object',
  required: ['pending', 'approval_id', 'detail'],
  properties: {
    ok: { const: false },
    pending: { const: true },
    approval_id: { type: 'string' },
    detail: { type: 'string' },
  },
}
