import type * as z from 'zod'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** What a token may be allowed to do. The operator may do everything. */
export const SCOPES = [
  'chat',
  'todos:read',
  'todos:write',
  'documents:read',
  'documents:write',
  'email:read',
  'email:draft',
  'email:send',
  'calendar:read',
  'calendar:write',
  'memory:read',
  'memory:write',
  'cookbook:read',
  'cookbook:launch',
  'models:use',
] as const
export type Scope = (typeof SCOPES)[number]

/** Who may call: nobody in particular, any live token, holders of one of some scopes, or the operator alone. */
export type Guard = 'public' | 'token' | 'operator' | readonly Scope[]

/** How the command line says this route: `ithaca <noun> <verb>`, taken from the id, with these words in order. */
export interface Spoken {
  /** Input fields given as plain words, in this order. A trailing `…` takes all the words that are left. */
  words?: readonly string[]
  /** The text this is all about: standard input fills it where it was not given. Any other text takes it as `-`. */
  stdin?: string
  /** The columns of the table a person sees. */
  columns?: readonly string[]
  /** Where in the answer the rows of that table are. */
  rows?: string
}

/** One thing the API can do. Server, client, command line, OpenAPI and fuzz list are all derived from these. */
export interface Route {
  /** `noun.verb`, unique. */
  readonly id: string
  readonly method: Method
  /** With `{name}` for the input fields that travel in the path. */
  readonly path: string
  readonly scope: Guard
  /** Whether it destroys something a person would miss: such a call is worth a question first. */
  readonly danger: 'none' | 'destroys'
  readonly summary: string
  /** Path fields, then query (GET, DELETE) or JSON body (the others), as one object. */
  readonly in: z.ZodObject
  readonly out: z.ZodType
  readonly status?: number
  /** What the answer is made of where it is not one JSON value. */
  readonly media?: string
  /** The answer carries a secret that is shown once: it is never kept, so no key can ask for it again. */
  readonly secret?: true
  /** Both sides speak: a terminal, over a WebSocket or as streams in process. */
  readonly duplex?: true
  readonly cli?: Spoken
}

/** As it is written down: what goes in and comes out is described when somebody asks, for no start needs all of it. */
export type WrittenRoute = Omit<Route, 'in' | 'out'> & {
  readonly in: () => Route['in']
  readonly out: () => Route['out']
}

type Made<R extends WrittenRoute> = Omit<R, 'in' | 'out'> & {
  readonly in: ReturnType<R['in']>
  readonly out: ReturnType<R['out']>
}

export const route = <const R extends WrittenRoute>({ in: asks, out: answers, ...rest }: R): Made<R> => {
  let asked: ReturnType<R['in']> | undefined
  let answered: ReturnType<R['out']> | undefined
  return {
    ...rest,
    get in() {
      asked ??= asks() as ReturnType<R['in']>
      return asked
    },
    get out() {
      answered ??= answers() as ReturnType<R['out']>
      return answered
    },
  }
}

export type Input<R extends Route> = z.input<R['in']>
export type Parsed<R extends Route> = z.output<R['in']>
export type Output<R extends Route> = z.output<R['out']>

/** The names in a path: `/todos/{id}` has `id`. */
export const pathFields = (path: string): string[] =>
  [...path.matchAll(/\{(\w+)\}/g)].map(found => found[1] as string)
