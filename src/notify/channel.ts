/** What is said to a person, whatever carries it. */
export interface Message {
  title: string
  body: string
  kind: string
  priority: 'low' | 'normal' | 'high'
  late: boolean
  noun: string
  object: string
}

/**
 * How it went. `sure: false`: it may have arrived, only the answer was lost; sending it again could tell twice.
 * `final`: trying again cannot help (a wrong address, a refusal).
 */
export type Sent = { ok: true } | { ok: false; reason: string; sure: boolean; final?: boolean }

/** One way to reach a person. `null` from `ready` means it is set up; otherwise what is missing. */
export interface ChannelDoor {
  readonly name: string
  ready(): string | null
  send(message: Message, signal: AbortSignal): Promise<Sent>
}
