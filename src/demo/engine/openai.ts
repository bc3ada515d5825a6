import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Load } from './load.ts'
import { speed } from './output.ts'

const BODY_LIMIT = 4 * 1024 * 1024

export interface Serving {
  names: string[]
  ownedBy: string
  maxLength: number
  load: Load
  /** Tokens one request makes per second. */
  tokensPerSecond: number
  apiKey?: string
  /** Extra fields of a model in `/v1/models`. */
  modelFields?: Record<string, unknown>
  /** Called as each request begins; a server that is to die under load dies here. */
  onRequest?: () => void
}

export type Route = (
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
) => boolean | Promise<boolean>
export type AccessLog = (line: {
  peer: string
  method: string
  path: string
  status: number
  phrase: string
}) => void

/** An HTTP server whose own routes come first and OpenAI's after them. */
export function httpServer(own: Route, serving: Serving | (() => Serving | null), log: AccessLog): Server {
  const server = createServer((request, response) => {
    const path = (request.url ?? '/').split('?')[0] ?? '/'
    response.on('finish', () => {
      const peer = `${request.socket.remoteAddress ?? '-'}:${request.socket.remotePort ?? 0}`
      const phrase = response.statusMessage || 'OK'
      log({
        peer,
        method: request.method ?? 'GET',
        path: request.url ?? '/',
        status: response.statusCode,
        phrase,
      })
    })
    answer(request, response, path).catch((error: Error) => {
      if (!response.headersSent) fail(response, 500, error.message, 'InternalServerError')
      else response.destroy(error)
    })
  })

  async function answer(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    if (await own(request, response, path)) return
    const now = typeof serving === 'function' ? serving() : serving
    if (now === null) return fail(response, 503, 'Loading model', 'unavailable_error')
    await openai(request, response, path, now)
  }

  return server
}

export function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve((server.address() as AddressInfo).port)
    })
  })
}

/** Whether the port can be bound now; the error of the bind if not. */
export async function bindError(host: string, port: number): Promise<NodeJS.ErrnoException | null> {
  const probe = createServer()
  try {
    await listen(probe, host, port)
  } catch (error) {
    return error as NodeJS.ErrnoException
  }
  await new Promise(resolve => probe.close(resolve))
  return null
}

export function json(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
}

export function text(
  response: ServerResponse,
  status: number,
  body: string,
  type = 'text/plain; charset=utf-8',
): void {
  response.writeHead(status, { 'content-type': type }).end(body)
}

export function fail(response: ServerResponse, status: number, message: string, type: string): void {
  json(response, status, { error: { message, type, param: null, code: status } })
}

async function openai(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  serving: Serving,
): Promise<void> {
  if (
    serving.apiKey &&
    path.startsWith('/v1/') &&
    request.headers.authorization !== `Bearer ${serving.apiKey}`
  )
    return json(response, 401, { error: 'Unauthorized' })
  if (path === '/v1/models' && request.method === 'GET') {
    const created = Math.floor(Date.now() / 1000)
    const data = serving.names.map(id => ({
      id,
      object: 'model',
      created,
      owned_by: serving.ownedBy,
      root: serving.names[0],
      parent: null,
      max_model_len: serving.maxLength,
      ...serving.modelFields,
    }))
    return json(response, 200, { object: 'list', data })
  }
  const kind = { '/v1/chat/completions': 'chat', '/v1/completions': 'text', '/v1/embeddings': 'embeddings' }[
    path
  ]
  if (!kind) return json(response, 404, { detail: 'Not Found' })
  if (request.method !== 'POST') return json(response, 405, { detail: 'Method Not Allowed' })
  let body: Record<string, unknown>
  try {
    body = JSON.parse(await read(request)) as Record<string, unknown>
  } catch (error) {
    return fail(response, 400, `The body is not JSON: ${(error as Error).message}`, 'BadRequestError')
  }
  const model = typeof body.model === 'string' ? body.model : serving.names[0]
  if (!serving.names.includes(model ?? ''))
    return fail(response, 404, `The model \`${model}\` does not exist.`, 'NotFoundError')
  serving.onRequest?.()
  if (kind === 'embeddings') return embeddings(response, body, serving)
  await generate(response, body, kind === 'chat', serving)
}

async function generate(
  response: ServerResponse,
  body: Record<string, unknown>,
  chat: boolean,
  serving: Serving,
): Promise<void> {
  const { load } = serving
  const prompt = chat ? lastMessage(body.messages) : String(body.prompt ?? '')
  const promptTokens = countTokens(chat ? JSON.stringify(body.messages ?? []) : prompt)
  const asked = Number(body.max_completion_tokens ?? body.max_tokens ?? 64)
  const wanted = Math.max(1, Math.min(Number.isFinite(asked) ? asked : 64, 4096))
  if (promptTokens + wanted > serving.maxLength)
    return fail(
      response,
      400,
      `This model's maximum context length is ${serving.maxLength} tokens. However, you requested ${wanted} output tokens and your prompt contains ${promptTokens} input tokens.`,
      'BadRequestError',
    )
  const words = sentence(prompt)
  const total = body.ignore_eos === true ? wanted : Math.min(wanted, words.length)
  const id = `${chat ? 'chatcmpl' : 'cmpl'}-${Math.random().toString(16).slice(2, 14)}`
  const frame = { id, created: Math.floor(Date.now() / 1000), model: String(body.model ?? serving.names[0]) }
  const stream = body.stream === true
  let gone = false
  response.on('close', () => {
    gone = true
  })
  const began = Date.now()
  await load.enter()
  load.promptTokens += promptTokens
  load.kvInUse += promptTokens
  let made = 0
  let out = ''
  try {
    await wait((promptTokens / 4000 + 0.02) / speed)
    const first = (Date.now() - began) / 1000
    load.firstToken.observe(first)
    load.promptSeconds += first
    if (stream) startStream(response, frame, chat)
    if (chat && stream && THINKS.test(prompt))
      for (const word of THOUGHT.split(/(?= )/))
        if (!gone) {
          await event(response, thought(frame, word))
          await wait(1 / (serving.tokensPerSecond * speed))
        }
    const generating = Date.now()
    while (made < total && !gone) {
      // Sleeping once per token would make timers, not the asked rate, decide how fast this is.
      const due = Math.ceil(((Date.now() - generating) / 1000) * serving.tokensPerSecond * speed) + 1
      for (; made < Math.min(due, total); made++) {
        const word = `${made === 0 ? '' : ' '}${words[made % words.length]}`
        out += word
        load.generatedTokens++
        load.kvInUse++
        load.steps++
        if (stream && !gone) await event(response, chunk(frame, chat, word, null))
      }
      await wait(Math.min(0.05, 1 / (serving.tokensPerSecond * speed)))
    }
    load.generatedSeconds += (Date.now() - generating) / 1000
  } finally {
    load.kvInUse -= promptTokens + made
    load.leave()
  }
  const reason = total < wanted ? 'stop' : 'length'
  load.finished[gone ? 'abort' : reason]++
  if (gone) return
  const usage = { prompt_tokens: promptTokens, completion_tokens: made, total_tokens: promptTokens + made }
  if (stream) {
    await event(response, chunk(frame, chat, '', reason))
    if ((body.stream_options as { include_usage?: boolean } | undefined)?.include_usage)
      await event(response, {
        ...frame,
        object: chat ? 'chat.completion.chunk' : 'text_completion',
        choices: [],
        usage,
      })
    response.end('data: [DONE]\n\n')
  } else {
    const content = chat ? { message: { role: 'assistant', content: out } } : { text: out }
    const choices = [{ index: 0, ...content, logprobs: null, finish_reason: reason }]
    json(response, 200, { ...frame, object: chat ? 'chat.completion' : 'text_completion', choices, usage })
  }
}

function embeddings(response: ServerResponse, body: Record<string, unknown>, serving: Serving): void {
  const inputs = Array.isArray(body.input) ? body.input.map(String) : [String(body.input ?? '')]
  const tokens = inputs.reduce((sum, one) => sum + countTokens(one), 0)
  serving.load.promptTokens += tokens
  serving.load.finished.stop++
  const data = inputs.map((input, index) => ({ object: 'embedding', index, embedding: vector(input) }))
  const usage = { prompt_tokens: tokens, total_tokens: tokens }
  json(response, 200, { object: 'list', model: serving.names[0], data, usage })
}

function startStream(response: ServerResponse, frame: object, chat: boolean): void {
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' })
  if (!chat) return
  const choices = [{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }]
  response.write(`data: ${JSON.stringify({ ...frame, object: 'chat.completion.chunk', choices })}\n\n`)
}

function chunk(frame: object, chat: boolean, word: string, reason: string | null): object {
  if (!chat)
    return { ...frame, object: 'text_completion', choices: [{ index: 0, text: word, finish_reason: reason }] }
  const delta = reason === null ? { content: word } : {}
  return { ...frame, object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason: reason }] }
}

/** Asked to think, it does so aloud first, as reasoning models do. */
const THINKS = /\bthink\b/i
const THOUGHT = 'Somebody wants me to think. I cannot, so I say that I do.'

function thought(frame: object, word: string): object {
  const delta = { reasoning_content: word }
  return { ...frame, object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason: null }] }
}

async function event(response: ServerResponse, value: object): Promise<void> {
  if (response.write(`data: ${JSON.stringify(value)}\n\n`) || response.destroyed) return
  await new Promise<void>(resolve => {
    const settle = () => {
      response.off('drain', settle)
      response.off('close', settle)
      resolve()
    }
    response.on('drain', settle)
    response.on('close', settle)
  })
}

async function read(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  let size = 0
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length
    if (size > BODY_LIMIT) throw new Error(`more than ${BODY_LIMIT} bytes`)
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}

const wait = (seconds: number) => new Promise(resolve => setTimeout(resolve, seconds * 1000))

const countTokens = (input: string) => Math.max(1, Math.ceil(Buffer.byteLength(input) / 4))

function lastMessage(messages: unknown): string {
  const last = Array.isArray(messages) ? (messages.at(-1) as { content?: unknown } | undefined) : undefined
  return typeof last?.content === 'string' ? last.content : ''
}

function sentence(prompt: string): string[] {
  const heard = prompt.trim().split(/\s+/).filter(Boolean).slice(0, 12).join(' ')
  return `I am a pretended model: nothing here was computed, and every answer sounds like this one. ${
    heard ? `What I heard was: ${heard}. ` : ''
  }Ask for more tokens and I will go on counting them, at the pace I was given, until you tell me to stop.`.split(
    ' ',
  )
}

/** Sixteen numbers that depend on the words alone, of length one. */
function vector(input: string): number[] {
  let state = 2166136261
  for (const char of input) state = Math.imul(state ^ (char.codePointAt(0) ?? 0), 16777619) >>> 0
  const raw = Array.from({ length: 16 }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 31 - 1
  })
  const norm = Math.hypot(...raw) || 1
  return raw.map(value => value / norm)
}
