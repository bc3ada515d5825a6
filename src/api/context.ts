import { isUtf8 } from 'node:buffer'
import { createHash } from 'node:crypto'
import type { Context, Hono } from 'hono'
import type { Actor } from '../contract/actor.ts'
import type { Terminal } from '../contract/terminal.ts'
import { envelopeFor, NOT_UTF8 } from './envelope.ts'

/** Lets one approved request past the questions it was approved for. Made by the API itself, never by a request. */
export interface Ticket {
  readonly approval: string
  /** What the question named: a yes covers this and nothing else the request may run into. */
  readonly scopes: readonly string[]
  readonly reason: string
}

/** What is known of a request once its caller is. */
export interface Bindings {
  actor?: Actor
  ticket?: Ticket
  remote?: string
  /** The socket's side of the answer, where there is one. */
  outgoing?: { setHeader(name: string, value: string): unknown }
  /** Takes the terminal that was asked for; absent where a request cannot carry one. */
  join?(terminal: Terminal): void
}
export interface Variables {
  actor: Actor
  ticket: Ticket | null
  /** The body as bytes, read once and bounded. */
  body: Uint8Array | null
  /** The record of the contract that answers, by its id, and what it takes of the request. */
  route?: string
  input?: Readonly<Record<string, unknown>>
}
export type Env = { Bindings: Bindings; Variables: Variables }
export type App = Hono<Env>
export type Ctx = Context<Env>

/** The application as its callers see it. */
export interface Api {
  fetch(request: Request, who?: Bindings): Response | Promise<Response>
}

export class Refusal extends Error {
  readonly response: Response
  constructor(response: Response) {
    super('refused')
    this.response = response
  }
}

/** The same for the same request, in whatever order its fields are written. */
export const requestDigest = (http: Ctx): string => {
  const url = new URL(http.req.url)
  url.searchParams.sort()
  const hash = createHash('sha256').update(`${http.req.method} ${url.pathname}${url.search}\n`)
  return hash.update(inOrder(http.get('body'))).digest('hex')
}

const inOrder = (body: Uint8Array | null): Uint8Array | string => {
  if (!body) return ''
  try {
    return JSON.stringify(JSON.parse(new TextDecoder().decode(body)), sorted)
  } catch {
    // Not JSON, or deeper than can be walked: its bytes are what it is.
    return body
  }
}

const sorted = (_name: string, value: unknown): unknown =>
  value && typeof value === 'object' && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)))
    : value

/** A missing body counts as an empty object; anything that is not JSON is said so. */
export const readJson = (http: Ctx): unknown => {
  const bytes = http.get('body')
  if (!bytes || bytes.length === 0) return {}
  const text = new TextDecoder().decode(bytes)
  try {
    // What is not UTF-8 would be kept as something else than was sent.
    if (!isUtf8(bytes)) throw new Error(NOT_UTF8)
    return JSON.parse(text) ?? {}
  } catch (error) {
    const said = JSON_TYPE.test(http.req.header('content-type') ?? '')
    const body = envelopeFor(http.req.path).notJson(text, (error as Error).message, said)
    throw new Refusal(http.json(body as never, 422))
  }
}

const JSON_TYPE = /^\s*application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i
