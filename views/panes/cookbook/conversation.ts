import type { Client } from '../../../src/client/client.ts'
import { cookbook } from '../../../src/contract/cookbook.ts'
import type { Serve } from '../../../src/contract/serve.ts'

/** One question and what came of it. */
export interface Turn {
  readonly asked: string
  /** What it thought aloud before it answered; not sent back to it. */
  thought: string
  said: string
  state: 'waiting' | 'answering' | 'done' | 'stopped' | 'failed'
  /** What it took, or why it failed. */
  note: string
}

interface Chunk {
  choices?: {
    delta?: { content?: unknown; reasoning_content?: unknown; reasoning?: unknown }
    finish_reason?: unknown
  }[]
  usage?: { completion_tokens?: unknown } | null
  error?: { message?: unknown } | string
}

/** A conversation with one serve: its answers as they come, over whatever leads to the API. */
export class Conversation {
  readonly serve: Serve
  turns: Turn[] = []
  /** What is typed and not asked yet. */
  draft = ''
  readonly #client: Client
  readonly #changed: () => void
  #asking: AbortController | null = null

  constructor(client: Client, serve: Serve, changed: () => void) {
    this.#client = client
    this.serve = serve
    this.#changed = changed
  }

  get isAnswering(): boolean {
    return this.#asking !== null
  }

  stop(): void {
    this.#asking?.abort()
  }

  forget(): void {
    this.stop()
    this.turns = []
  }

  /** Settles when the answer is over, however it ends. */
  async ask(asked: string): Promise<void> {
    const turn: Turn = { asked, thought: '', said: '', state: 'waiting', note: '' }
    const messages = [...this.#before(), { role: 'user' as const, content: asked }]
    this.turns = [...this.turns, turn]
    const asking = new AbortController()
    this.#asking = asking
    this.#changed()
    const measure = new Measure()
    try {
      const { signal } = asking
      const response = await this.#client.stream(cookbook.chat, { id: this.serve.id, messages }, { signal })
      await this.#read(response, turn, measure)
      turn.state = measure.finish === null ? 'failed' : 'done'
      turn.note = `${measure.finish === null ? 'It broke off. ' : ''}${measure.words()}`
    } catch (error) {
      turn.state = asking.signal.aborted ? 'stopped' : 'failed'
      turn.note = asking.signal.aborted ? `stopped  ${measure.words()}` : (error as Error).message
    }
    this.#asking = null
    this.#changed()
  }

  /** What it is told again: questions that were answered, without what it only thought. */
  #before() {
    return this.turns
      .filter(({ said, state }) => said !== '' && state !== 'failed')
      .flatMap(({ asked, said }) => [
        { role: 'user' as const, content: asked },
        { role: 'assistant' as const, content: said },
      ])
  }

  async #read(response: Response, turn: Turn, measure: Measure): Promise<void> {
    const { createParser } = await import('eventsource-parser')
    let raw = ''
    let thought = ''
    const parser = createParser({
      onEvent: ({ data }) => {
        if (data === '[DONE]') {
          measure.finish ??= 'stop'
          return
        }
        const chunk = parsed(data)
        if (chunk?.error !== undefined) throw new Error(reasonOf(chunk.error))
        const choice = chunk?.choices?.[0]
        const { content, reasoning_content: thinking, reasoning } = choice?.delta ?? {}
        if (typeof choice?.finish_reason === 'string') measure.finish = choice.finish_reason
        if (typeof chunk?.usage?.completion_tokens === 'number') measure.told = chunk.usage.completion_tokens
        const aloud = [thinking, reasoning].find(one => typeof one === 'string')
        const said = typeof content === 'string' ? content : ''
        if (said === '' && !aloud) return
        measure.piece()
        raw += said
        thought += aloud ?? ''
        Object.assign(turn, partThought(raw, thought), { state: 'answering' })
      },
    })
    const decoder = new TextDecoder()
    for await (const bytes of response.body as unknown as AsyncIterable<Uint8Array>) {
      parser.feed(decoder.decode(bytes, { stream: true }))
      turn.note = measure.words()
      this.#changed()
    }
  }
}

/** Some engines leave what a model thinks in its answer, between tags of which the first may be missing. */
export function partThought(raw: string, thought: string): { thought: string; said: string } {
  const open = '<think>'
  const close = '</think>'
  const start = raw.trimStart()
  const end = raw.indexOf(close)
  if (end >= 0)
    return {
      thought: thought + raw.slice(0, end).trimStart().replace(open, ''),
      said: raw.slice(end + close.length).trimStart(),
    }
  if (start !== '' && (start.startsWith(open) || open.startsWith(start)))
    return { thought: thought + start.slice(open.length), said: '' }
  return { thought, said: raw }
}

/** How fast it is, from where we are. */
class Measure {
  finish: string | null = null
  told: number | null = null
  #pieces = 0
  #first: number | null = null
  #last = 0
  readonly #began = performance.now()

  piece(): void {
    this.#last = performance.now()
    this.#first ??= this.#last
    this.#pieces++
  }

  words(): string {
    const first = this.#first
    if (first === null) return ''
    const tokens = this.told ?? this.#pieces
    const seconds = (this.#last - first) / 1000
    return [
      `${tokens} tokens`,
      seconds > 0 ? `${(tokens / seconds).toFixed(1)} tok/s` : '',
      `first after ${Math.round(first - this.#began)} ms`,
      this.finish === 'length' ? 'cut off at its limit' : '',
    ]
      .filter(Boolean)
      .join('  ')
  }
}

const parsed = (data: string): Chunk | null => {
  try {
    return JSON.parse(data) as Chunk
  } catch {
    // Of another protocol: it says nothing.
    return null
  }
}

const reasonOf = (error: NonNullable<Chunk['error']>): string =>
  typeof error === 'string' ? error : String(error.message ?? 'The engine broke off.')
