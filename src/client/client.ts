import { PROBLEMS, Problem, type ProblemCode } from '../contract/problem.ts'
import { type Input, type Output, pathFields, type Route } from '../contract/route.ts'
import type { Terminal } from '../contract/terminal.ts'

/** Whatever carries a request to the API and its answer back: a function call, or a socket. */
export type Carry = (request: Request) => Promise<Response>

/** The same for what both sides speak in: a terminal. */
export type Join = (request: Request) => Promise<Terminal>

export interface CallOptions {
  signal?: AbortSignal
  /** Doing it twice with the same key does it once. */
  key?: string
}

export interface Answered<T> {
  value: T
  status: number
  /** The change this answer already contains; an event with this number or less is old news. */
  seq: number | null
}

export interface Client {
  call<R extends Route>(route: R, input: Input<R>, options?: CallOptions): Promise<Output<R>>
  ask<R extends Route>(route: R, input: Input<R>, options?: CallOptions): Promise<Answered<Output<R>>>
  /** A route whose answer flows: the body, line by line or byte by byte, until aborted. */
  stream<R extends Route>(route: R, input: Input<R>, options?: CallOptions): Promise<Response>
  /** A terminal somewhere else. */
  duplex<R extends Route>(route: R, input: Input<R>, options?: CallOptions): Promise<Terminal>
  send(method: string, path: string, body?: unknown, options?: CallOptions): Promise<Response>
}

/** The three verbs over any way of carrying requests. */
export const createClient = (carry: Carry, join: Join = nowhere): Client => {
  const send: Client['send'] = (method, path, body, options = {}) => {
    const headers: Record<string, string> = { accept: 'application/json' }
    if (body !== undefined) headers['content-type'] = 'application/json'
    if (options.key) headers['idempotency-key'] = options.key
    return carry(
      new Request(`http://localhost${path}`, {
        method,
        headers,
        signal: options.signal,
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
    )
  }
  const stream: Client['stream'] = async (route, input, options) => {
    const { path, body } = address(route, input as Record<string, unknown>)
    const response = await send(route.method, path, body, options)
    if (!response.ok) throw await problemOf(response)
    return response
  }
  const ask: Client['ask'] = async (route, input, options) => {
    const response = await stream(route, input, options)
    const seq = response.headers.get('ithaca-seq')
    const value: unknown = await response.json().catch((error: Error) => {
      if (error instanceof Problem || options?.signal?.aborted) throw error
      throw isJson(response) ? cutShort() : stranger(typeOf(response) || 'nothing that can be read')
    })
    if (response.status === 202) throwIfAsked(value)
    return {
      value: value as never,
      status: response.status,
      seq: seq === null ? null : Number(seq),
    }
  }
  return {
    send,
    stream,
    ask,
    duplex(route, input, { signal } = {}) {
      const { path } = address(route, input as Record<string, unknown>)
      return join(new Request(`http://localhost${path}`, { signal }))
    },
    call: async (route, input, options) => (await ask(route, input, options)).value,
  }
}

const cutShort = (): Problem => new Problem('unavailable', 'The answer was cut short.', { unreachable: true })

const typeOf = ({ headers }: Response): string => headers.get('content-type')?.split(';')[0] ?? ''
const isJson = (response: Response): boolean => typeOf(response) === 'application/json'

/** Whoever else may be listening there, a page for people is none of our answers. */
const stranger = (said: string): Problem =>
  new Problem('unavailable', `That is not Ithaca: it answered ${said}. Look at the address.`, {
    unreachable: true,
  })

/** What a gateway says for itself where whoever it stands for does not answer. */
const GATEWAYS = [502, 503, 504]

const inFront = (status: number): Problem =>
  new Problem(
    'unavailable',
    `Something in front of Ithaca answered ${status}, and Ithaca did not. Look whether it runs, then at what stands before it.`,
    { unreachable: true },
  )

const nowhere: Join = () =>
  Promise.reject(new Problem('unavailable', 'A terminal cannot be carried over this connection.'))

/** Where a call goes and what it carries: path fields into the path, the rest into query or body. */
export const address = (
  route: Route,
  input: Record<string, unknown>,
): { path: string; body: Record<string, unknown> | undefined } => {
  const inPath = new Set(pathFields(route.path))
  const path = route.path.replaceAll(/\{(\w+)\}/g, (_whole, name: string) =>
    encodeURIComponent(String(input[name])),
  )
  const rest = Object.entries(input).filter(([name, value]) => !inPath.has(name) && value !== undefined)
  if (route.method !== 'GET' && route.method !== 'DELETE') return { path, body: Object.fromEntries(rest) }
  const query = new URLSearchParams(rest.map(([name, value]): [string, string] => [name, String(value)]))
  return { path: query.size > 0 ? `${path}?${query}` : path, body: undefined }
}

/** A question to the operator is not what was asked for, however well it was answered. */
const throwIfAsked = (value: unknown): void => {
  const { pending, approval_id, detail } = value as Partial<Record<string, unknown>>
  if (pending === true && typeof approval_id === 'string')
    throw new Problem('timeout', String(detail), { pending, approval_id })
}

const CODES = Object.entries(PROBLEMS) as [ProblemCode, number][]

/** A refusal as the error it was on the other side, whichever envelope it came in. */
export const problemOf = async (response: Response): Promise<Problem> => {
  const text = await response.text()
  const said = refusalIn(text)
  if (said === null && GATEWAYS.includes(response.status) && !response.headers.has('ithaca-serve'))
    return inFront(response.status)
  if (typeOf(response) === 'text/html') {
    const where = response.headers.get('location')
    return stranger(`${response.status}${where === null ? '' : `, which leads to ${where}`}`)
  }
  let message = text.slice(0, 500) || response.statusText || `HTTP ${response.status}`
  let details: Record<string, unknown> | undefined
  let code = CODES.find(([, status]) => status === response.status)?.[0] ?? 'failed'
  const { error, detail } = said ?? {}
  if (typeof error === 'object') {
    message = error.message ?? message
    details = error.details
    if (error.code && error.code in PROBLEMS) code = error.code as ProblemCode
  } else if (typeof error === 'string') message = error
  else if (typeof detail === 'string') message = detail
  else if (detail !== undefined) message = JSON.stringify(detail)
  return new Problem(code, message, details)
}

interface Refusal {
  error?: { code?: string; message?: string; details?: never } | string
  detail?: unknown
}

/** A body in one of our envelopes; null for what anybody else would say. */
const refusalIn = (text: string): Refusal | null => {
  try {
    const { error, detail } = JSON.parse(text) as Refusal
    return error == null && detail === undefined ? null : { ...(error == null ? {} : { error }), detail }
  } catch {
    return null
  }
}
