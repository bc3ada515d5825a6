import type { Author } from '../../store/changes.ts'
import { Problem } from '../contract/problem.ts'
import { HostError } from '../hosts/host.ts'
import { type HttpAnswer, readBody } from '../hosts/http.ts'
import type { Gateway } from './gateway.ts'
import type { Machines } from './machines.ts'
import type { Known, Serves } from './serves.ts'
import { asProblem } from './trouble.ts'

export interface TryAsked {
  id: string
  prompt: string
  concurrency: number
  max_tokens: number
}

export interface Tried {
  ttft_ms: number | null
  tokens_per_second: number | null
  tokens: number
  seconds: number
  failed: number
  text: string
}

export interface Message {
  role: 'system' | 'user' | 'assistant'
  content: string
}

/** Prompts a ready server as its users would, and measures from where we are. */
export interface Tries {
  /** The answer as the engine streams it, to whoever reads on. */
  chat(
    id: string,
    messages: readonly Message[],
    maxTokens: number | undefined,
    signal: AbortSignal,
  ): Promise<HttpAnswer>
  run(author: Author, asked: TryAsked, signal: AbortSignal): Promise<Tried>
}

const ANSWER_WITHIN = 10 * 60_000
const TEXT_SHOWN = 20_000

interface One {
  text: string
  tokens: number
  firstAt: number | null
  endedAt: number
}

export const openTries = (deps: { machines: Machines; serves: Serves; gateway: Gateway }): Tries => {
  const { machines, serves, gateway } = deps

  const ready = (id: string): Known => {
    const one = serves.get(id)
    const state = serves.state(one)
    if (state !== 'ready')
      throw new Problem('conflict', `${one.kept.name} is ${state}; only what is ready can be tried.`, {
        state,
      })
    return one
  }

  const nameOf = async (one: Known): Promise<string> =>
    (await gateway.names(one))[0] ?? one.kept.model ?? one.kept.name

  const open = async (
    one: Known,
    model: string,
    messages: readonly Message[],
    maxTokens: number | undefined,
    signal: AbortSignal,
  ): Promise<HttpAnswer> => {
    const body = {
      model,
      messages,
      ...(maxTokens === undefined ? {} : { max_tokens: maxTokens }),
      stream: true,
      stream_options: { include_usage: true },
    }
    const answer = await gateway.exchange(one, {
      method: 'POST',
      path: '/v1/chat/completions',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify(body),
      signal,
      timeout: ANSWER_WITHIN,
    })
    if (answer.status !== 200) throw await refusal(one, answer)
    return answer
  }

  const prompt = async (one: Known, model: string, asked: TryAsked, signal: AbortSignal): Promise<One> => {
    const messages = [{ role: 'user' as const, content: asked.prompt }]
    return readStream(await open(one, model, messages, asked.max_tokens, signal))
  }

  return {
    async chat(id, messages, maxTokens, signal) {
      const one = ready(id)
      try {
        return await open(one, await nameOf(one), messages, maxTokens, signal)
      } catch (error) {
        throw asProblem(given(error, one), machines.at(one.kept.host).name)
      }
    },
    async run(author, asked, signal) {
      const one = ready(asked.id)
      const model = await nameOf(one)
      const began = performance.now()
      const all = await Promise.allSettled(
        Array.from({ length: asked.concurrency }, () => prompt(one, model, asked, signal)),
      )
      const good = all.flatMap(each => (each.status === 'fulfilled' ? [each.value] : []))
      const [bad] = all.flatMap(each => (each.status === 'rejected' ? [each.reason as unknown] : []))
      if (good.length === 0) throw asProblem(given(bad, one), machines.at(one.kept.host).name)
      const tried = measured(good, began, all.length - good.length)
      const score = {
        ...one.kept.score,
        ...(tried.tokens_per_second === null ? {} : { tokens_per_second: tried.tokens_per_second }),
        ...(tried.ttft_ms === null ? {} : { ttft_ms: tried.ttft_ms }),
      }
      serves.save(
        author,
        { ...one.kept, score },
        {
          action: 'try',
          summary: `${one.kept.name}: ${tried.tokens_per_second ?? '?'} tokens/s, first after ${tried.ttft_ms ?? '?'} ms, ${asked.concurrency} at once`,
        },
      )
      return tried
    },
  }
}

const given = (error: unknown, one: Known): unknown =>
  error instanceof HostError && error.code === 'lost'
    ? new Problem('upstream', `${one.kept.name} broke off: ${error.message}`)
    : error

const refusal = async ({ kept }: Known, answer: HttpAnswer): Promise<Problem> => {
  const text = (await readBody(answer, 65_536)).toString().slice(0, 500)
  return new Problem('upstream', `${kept.name} answered ${answer.status}: ${text}`)
}

const measured = (all: readonly One[], began: number, failed: number): Tried => {
  const firsts = all.map(one => one.firstAt).filter(at => at !== null)
  const tokens = all.reduce((sum, one) => sum + one.tokens, 0)
  const ended = Math.max(...all.map(one => one.endedAt))
  // The first token is the end of reading the prompt; the rest is generating.
  const generating = firsts.length === 0 ? 0 : (ended - Math.min(...firsts)) / 1000
  const mean = firsts.reduce((sum, at) => sum + at - began, 0) / firsts.length
  return {
    ttft_ms: firsts.length === 0 ? null : Math.round(mean * 10) / 10,
    tokens_per_second: generating > 0 ? Math.round((tokens / generating) * 10) / 10 : null,
    tokens,
    seconds: Math.round(ended - began) / 1000,
    failed,
    text: all[0]!.text.slice(0, TEXT_SHOWN),
  }
}

interface Chunk {
  choices?: { delta?: { content?: unknown; reasoning_content?: unknown }; text?: unknown }[]
  usage?: { completion_tokens?: unknown } | null
}

/** Counts what the engine says it made; where it does not say, each piece counts as one. */
const readStream = async (answer: HttpAnswer): Promise<One> => {
  const one: One = { text: '', tokens: 0, firstAt: null, endedAt: 0 }
  let pieces = 0
  let told: number | null = null
  let rest = ''
  const decoder = new TextDecoder()
  for await (const bytes of answer.body as AsyncIterable<Buffer>) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      const chunk = chunkOf(line)
      if (!chunk) continue
      const delta = chunk.choices?.[0]?.delta
      const piece = delta?.content ?? delta?.reasoning_content ?? chunk.choices?.[0]?.text
      if (typeof piece === 'string' && piece !== '') {
        one.firstAt ??= performance.now()
        pieces += 1
        if (one.text.length < TEXT_SHOWN) one.text += piece
      }
      if (typeof chunk.usage?.completion_tokens === 'number') told = chunk.usage.completion_tokens
    }
  }
  return { ...one, tokens: told ?? pieces, endedAt: performance.now() }
}

const chunkOf = (line: string): Chunk | null => {
  if (!line.startsWith('data:')) return null
  const text = line.slice(5).trim()
  if (text === '' || text === '[DONE]') return null
  try {
    return JSON.parse(text) as Chunk
  } catch {
    // A line cut short or of another protocol says nothing.
    return null
  }
}
