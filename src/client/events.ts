import type { Event } from '../contract/events.ts'
import { events } from '../contract/events.ts'
import { Problem } from '../contract/problem.ts'
import type { Client } from './client.ts'

export type Told = { kind: 'event'; event: Event } | { kind: 'gap'; newest: number }

export interface Following {
  since?: number
  nouns?: string[]
  signal?: AbortSignal
  /** Whatever happens from here on is told: what is read now misses nothing. */
  begun?: () => void
}

/** Something is heard every fifteen seconds, though nothing happens: a line that went dead says nothing of it. */
const SILENCE = 40_000

/** The stream of changes, as objects. Ends when the connection does or is silent; the caller decides about coming back. */
export async function* follow(client: Client, options: Following, silence = SILENCE): AsyncGenerator<Told> {
  const { createParser } = await import('eventsource-parser')
  const dead = new AbortController()
  const response = await client.stream(
    events.stream,
    { since: options.since, nouns: options.nouns?.join(',') },
    { signal: options.signal ? AbortSignal.any([options.signal, dead.signal]) : dead.signal },
  )
  options.begun?.()
  let spoke = true
  const listening = setInterval(() => {
    if (!spoke) dead.abort(new Problem('unavailable', 'The stream of changes fell silent.'))
    spoke = false
  }, silence / 2)
  const heard: Told[] = []
  const parser = createParser({
    onEvent: message => {
      if (message.event === 'gap') heard.push({ kind: 'gap', newest: JSON.parse(message.data).newest })
      else heard.push({ kind: 'event', event: JSON.parse(message.data) })
    },
  })
  const decoder = new TextDecoder()
  try {
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      spoke = true
      parser.feed(decoder.decode(chunk, { stream: true }))
      yield* heard.splice(0)
    }
  } catch (error) {
    throw dead.signal.aborted ? dead.signal.reason : error
  } finally {
    clearInterval(listening)
  }
}
