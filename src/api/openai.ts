import { Readable } from 'node:stream'
import { openai as routes } from '../contract/openai.ts'
import { Problem } from '../contract/problem.ts'
import { hostFence } from '../cookbook/fences.ts'
import type { Known } from '../cookbook/serves.ts'
import type { HttpAnswer } from '../hosts/http.ts'
import type { Workspace } from '../workspace/workspace.ts'
import type { Bind } from './bind.ts'
import type { Call } from './call.ts'
import type { Ctx } from './context.ts'

/** Headers of an engine's answer that are for whoever asked. */
const PASSED = ['content-type', 'retry-after', 'x-request-id'] as const

export const bindOpenai = (bind: Bind, workspace: Workspace): void => {
  const { gateway, machines } = workspace.cookbook

  bind(routes.models, async (_input, { actor: { fences } }) => {
    const within = ({ kept }: Known): boolean =>
      fences?.at_fence === 'ask' || hostFence(fences, machines.at(kept.host)) === null
    const offered = (await gateway.offered()).map(one => ({ ...one, serves: one.serves.filter(within) }))
    return {
      object: 'list',
      data: offered
        .filter(({ serves }) => serves.length > 0)
        .map(({ id, engine, created, serves }) => ({
          id,
          object: 'model',
          created,
          owned_by: engine,
          hosts: [...new Set(serves.map(one => machines.at(one.kept.host).name))],
          serves: serves.map(one => one.kept.id),
        })),
    }
  })

  const passOn = async (path: string, body: { model: string }, call: Call): Promise<Response> => {
    const { http, signal, actor } = call
    const { answer, serve } = await gateway.send({
      model: body.model,
      path,
      bytes: http.var.body ?? new Uint8Array(),
      renamed: model => JSON.stringify({ ...body, model }),
      accept: http.req.header('accept'),
      signal,
      fence: host => hostFence(actor.fences, host),
      climb: reason => call.fence(reason),
    })
    return answered(http, answer, serve.kept.id)
  }
  for (const route of [routes.chat, routes.completions, routes.embeddings])
    bind(route, (body, call) => passOn(route.path, body, call))
}

/** Its bytes as they come: what is not read on here is not read on there, and who leaves here is gone there. */
export const answered = async (http: Ctx, answer: HttpAnswer, serve: string): Promise<Response> => {
  const headers: Record<string, string> = { 'ithaca-serve': serve }
  for (const name of PASSED) {
    const value = answer.headers[name]
    if (typeof value === 'string') headers[name] = value
  }
  return http.body(await bodyOf(answer), answer.status as never, headers)
}

/** Nobody has a use for half an object, and a short one as a whole costs a fraction of a stream. */
const bodyOf = async (answer: HttpAnswer): Promise<Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>> => {
  const { body, headers } = answer
  if (!headers['content-type']?.startsWith('application/json')) return webStream(body)
  const begun: Uint8Array[] = []
  let size = 0
  try {
    for await (const chunk of body.iterator({ destroyOnReturn: false })) {
      begun.push(chunk)
      size += chunk.length
      if (size > SHORT) {
        body.unshift(Buffer.concat(begun))
        return webStream(body)
      }
    }
  } catch (error) {
    throw new Problem('upstream', `The engine broke its answer off: ${(error as Error).message}.`)
  }
  return new Uint8Array(Buffer.concat(begun))
}

const webStream = (body: Readable): ReadableStream<Uint8Array> =>
  Readable.toWeb(body) as ReadableStream<Uint8Array>

const SHORT = 64 * 1024
