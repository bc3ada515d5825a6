import type * as z from 'zod'
import type { Author } from '../../store/changes.ts'
import { Problem } from '../contract/problem.ts'
import { type Parsed, pathFields, type Route, type Scope } from '../contract/route.ts'
import type { Terminal } from '../contract/terminal.ts'
import type { Workspace } from '../workspace/workspace.ts'
import { Call } from './call.ts'
import { type App, readJson, requestDigest } from './context.ts'
import { envelopeFor } from './envelope.ts'
import { refuse } from './guard.ts'

export type Handler<R extends Route> = (input: Parsed<R>, call: Call) => unknown

/** An answer that is JSON already, so that what does not change is not written again for every request. */
export class Written {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

/** Nouns whose writes are rows and nothing else: nothing has been done by their handlers that a failed commit would deny. */
const ROWS_ONLY = /^(codex\.)?(todos|calendar|memory|documents)\./

const JSON_HEADER = { 'content-type': 'application/json' }

/** Binds one record of the contract to what it does. */
export type Bind = <R extends Route>(route: R, handler: Handler<R>) => void

export const binder =
  (app: App, workspace: Workspace): Bind =>
  (route, handler) => {
    const names = pathFields(route.path)
    const shares = ROWS_ONLY.test(route.id)
    const hasBody = route.method !== 'GET' && route.method !== 'DELETE'
    app.on(route.method, route.path.replaceAll(/\{(\w+)\}/g, ':$1'), async http => {
      http.set('route', route.id)
      const envelope = envelopeFor(route.path)
      const actor = http.get('actor')
      // Who may not do it learns nothing about how it is asked; a person is only asked about what could be done.
      if (Array.isArray(route.scope)) refuse(http, route.scope as readonly Scope[])
      else if (route.scope === 'operator' && !actor.operator)
        throw new Problem('denied', 'Only the operator may do this.')
      const path = Object.fromEntries(names.map(name => [name, http.req.param(name)]))
      const rest = hasBody ? readJson(http) : http.req.query()
      if (rest === null || typeof rest !== 'object' || Array.isArray(rest))
        return http.json(envelope.invalid('body', [notAnObject(rest)], { given: rest }).body as never, 422)
      const parsed = route.in.safeParse({ ...rest, ...path })
      if (!parsed.success) {
        const asked = { given: rest, title: route.in.meta()?.title }
        const { status, body } = envelope.invalid(hasBody ? 'body' : 'query', parsed.error.issues, asked)
        return http.json(body as never, status)
      }
      http.set('input', parsed.data)
      const call = new Call(http, workspace, actor, {
        actor: actor.name,
        token: actor.token,
        shares,
      })
      if (Array.isArray(route.scope)) await call.need(route.scope as readonly Scope[])
      const key = hasBody || route.method === 'DELETE' ? http.req.header('idempotency-key') : undefined
      if (key && route.secret)
        throw new Problem(
          'invalid',
          'This answer is shown once and not kept: send it without Idempotency-Key.',
        )
      return key
        ? once(key, route, call, () => answer(route, handler, parsed.data as never, call))
        : answer(route, handler, parsed.data as never, call)
    })
  }

const answer = async <R extends Route>(route: R, handler: Handler<R>, input: Parsed<R>, call: Call) => {
  if (route.duplex && !call.http.env.join)
    throw new Problem('bad_request', 'This is a terminal: ask for it as a WebSocket (Upgrade: websocket).')
  const made = handler(input, call)
  const value = made instanceof Promise ? await made : made
  // Its note is on the disk already, and what fails from here on must not leave it open.
  if (route.duplex) {
    call.http.env.join!(value as Terminal)
    return call.http.body(null, 204)
  }
  // Neither an acknowledgement nor what was read meanwhile leaves before it is on the disk.
  if (call.author.settled) await call.author.settled
  const settled = call.workspace.changes.settled()
  if (settled) await settled
  if (call.author.seq !== undefined) call.http.header('Ithaca-Seq', String(call.author.seq))
  if (value instanceof Written) return call.http.body(value.text, (route.status ?? 200) as never, JSON_HEADER)
  // One made without the context lacks the headers that every answer has.
  if (value instanceof Response)
    return value.headers.has('x-content-type-options')
      ? value
      : call.http.newResponse(value.body, value as never)
  return call.http.json(value as never, (route.status ?? 200) as never)
}

const inFlight = new WeakMap<Workspace, Set<string>>()

/** The same key and body again gets the first answer; another body, or a first one still running, is refused. */
const once = async (
  key: string,
  route: Route,
  call: Call,
  work: () => Promise<Response>,
): Promise<Response> => {
  if (key.length > 200) throw new Problem('invalid', 'An Idempotency-Key has at most 200 characters.')
  const { answers } = call.workspace.changes
  const digest = requestDigest(call.http)
  // A token's name may be given again, and the next one must not be told what this one was.
  const caller = call.actor.token ?? call.actor.name
  const running = inFlight.get(call.workspace) ?? new Set()
  inFlight.set(call.workspace, running)
  const place = `${caller}\n${key}`
  // Asked before its answer is looked for, which may not be on the disk yet.
  if (running.has(place))
    throw new Problem('conflict', 'The first request with this Idempotency-Key is still running.')
  const before = answers.of(caller, key)
  if (before) {
    if (before.digest !== digest)
      throw new Problem('invalid', 'This Idempotency-Key was used for another request. Choose a new one.')
    if (before.seq) call.http.header('Ithaca-Seq', String(before.seq))
    call.http.header('Idempotent-Replay', 'true')
    return call.http.body(before.body, before.status as never, { 'content-type': 'application/json' })
  }
  running.add(place)
  try {
    const named = { caller, key, digest, status: route.status ?? 200 }
    ;(call.author as { once?: Author['once'] }).once = named
    const response = await work()
    if (response.ok && response.headers.get('content-type')?.startsWith('application/json'))
      answers.remember({ ...named, status: response.status }, await response.clone().text())
    return response
  } finally {
    running.delete(place)
  }
}

const notAnObject = (input: unknown): z.core.$ZodIssue => ({
  code: 'invalid_type',
  expected: 'object',
  path: [],
  message: 'Input should be a valid dictionary',
  input,
})
