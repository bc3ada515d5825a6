import type { Event } from '../contract/events.ts'
import { events } from '../contract/events.ts'
import type { Client } from './client.ts'

export type Told = { kind: 'event'; event: Event } | { kind: 'gap'; newest: number }

/** The stream of changes, as objects. Ends when the connection does; the caller decides about coming back. */
export async function* follow(
  client: Client,
  options: { since?: number; nouns?: string[]; signal?: AbortSignal },
): AsyncGenerator<Told> {
  const { createParser } = await import('eventsource-parser')
  const response = await client.stream(
    events.stream,
    { since: options.since, nouns: options.nouns?.join(',') },
    { signal: options.signal },
  )
  const heard: Told[] = []
  const parser = createParser({
    onEvent: message => {
      if (message.event === 'gap') heard.push({ kind: 'gap', newest: JSON.parse(message.data).newest })
      else heard.push({ kind: 'event', event: JSON.parse(message.data) })
    },
  })
  const decoder = new TextDecoder()
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    parser.feed(decoder.decode(chunk, { stream: true }))
    yield* heard.splice(0)
  }
}
