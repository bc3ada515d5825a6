import { randomUUID } from 'node:crypto'
import type { Changes } from '../../store/changes.ts'
import type { KeptDelivery, NotifyStore } from '../../store/notify.ts'
import type { Delivery } from '../contract/notify.ts'
import { notFound, Problem } from '../contract/problem.ts'
import type { ChannelDoor, Message, Sent } from './channel.ts'
import { quietUntil } from './quiet.ts'

export interface Telling extends Message {
  /** Told once: the same key again is old news. */
  key: string
  /** When it was meant to be told. */
  due_at: number
  /** Null: the defaults of the config. */
  channels: readonly string[] | null
  /** Quiet hours do not hold it back. */
  urgent: boolean
}

export interface Notify {
  /** Writes down, in one step with the event, that this is to be told. False: it was already. */
  tell(telling: Telling): boolean
  told(key: string): boolean
  /** Sends what is due; resolves when the round is over. */
  round(): Promise<void>
  list(query: { state: string; object?: string; limit: number; cursor?: string }): {
    items: Delivery[]
    next: string | null
  }
  test(channel: string): Promise<void>
  /** Another way to reach a person, brought by a noun that has one (mail). */
  add(channel: ChannelDoor): void
  /** What was being sent when the last process died: nobody knows whether it arrived. */
  recover(): void
  close(): Promise<void>
}

const RETRY = [10_000, 60_000, 300_000, 1_800_000, 7_200_000]
const ACTOR = { actor: 'ithaca' }

export const openNotify = (deps: {
  store: NotifyStore
  changes: Changes
  now: () => number
  zone: () => string
  settings: () => { channels: readonly string[]; quiet?: string }
  channels: ChannelDoor[]
}): Notify => {
  const { store, changes, now } = deps
  const doors = new Map(deps.channels.map(door => [door.name, door]))
  const ending = new AbortController()
  const sending = new Set<Promise<void>>()

  const save = (delivery: KeptDelivery, summary: string): void => {
    changes.write(ACTOR, tx => {
      store.put(tx, delivery)
      tx.say({
        action: `notify.${delivery.state}`,
        noun: 'delivery',
        id: delivery.id,
        summary,
        data: shown(delivery),
      })
    })
  }

  const deliver = async (delivery: KeptDelivery): Promise<void> => {
    const door = doors.get(delivery.channel)
    const missing = door ? door.ready() : `there is no channel '${delivery.channel}'`
    if (!door || missing) {
      save(
        { ...delivery, state: 'failed', reason: missing, next_at: null },
        `Not told by ${delivery.channel}: ${missing}`,
      )
      return
    }
    const begun: KeptDelivery = {
      ...delivery,
      state: 'sending',
      attempts: delivery.attempts + 1,
      next_at: null,
    }
    save(begun, `Telling by ${delivery.channel}: ${delivery.title}`)
    const sent = await door
      .send(delivery, ending.signal)
      .catch((error: Error): Sent => ({ ok: false, sure: false, reason: error.message }))
    save(...outcome(begun, sent))
  }

  const outcome = (delivery: KeptDelivery, sent: Sent): [KeptDelivery, string] => {
    if (sent.ok)
      return [
        { ...delivery, state: 'sent', reason: null, sent_at: now() },
        `Told by ${delivery.channel}: ${delivery.title}`,
      ]
    const { reason } = sent
    if (!sent.sure)
      return [{ ...delivery, state: 'unknown', reason }, `Perhaps told by ${delivery.channel}: ${reason}`]
    const wait = sent.final ? undefined : RETRY[delivery.attempts - 1]
    if (wait === undefined)
      return [{ ...delivery, state: 'failed', reason }, `Not told by ${delivery.channel}: ${reason}`]
    return [
      { ...delivery, state: 'pending', reason, next_at: now() + wait },
      `Not yet told by ${delivery.channel}, again in ${wait / 1000} s: ${reason}`,
    ]
  }

  return {
    told: store.told,

    tell(telling) {
      if (store.told(telling.key)) return false
      const { quiet, channels } = deps.settings()
      const held = telling.urgent ? null : quietUntil(now(), quiet, deps.zone())
      const wanted = new Set(['events', ...(telling.channels ?? channels)])
      const { urgent: _urgent, channels: _channels, ...message } = telling
      changes.write(ACTOR, tx => {
        for (const channel of wanted) {
          // The event itself is the message on these two: whoever listens has it with this commit.
          const here = channel === 'events' || channel === 'terminal'
          store.put(tx, {
            ...message,
            id: randomUUID(),
            channel,
            state: here ? 'sent' : 'pending',
            attempts: here ? 1 : 0,
            reason: null,
            next_at: here ? null : (held ?? now()),
            sent_at: here ? now() : null,
          })
        }
        tx.say({
          action: 'notify.tell',
          noun: telling.noun,
          id: telling.object,
          summary: `${telling.late ? 'Late: ' : ''}${telling.title}`,
          data: { ...message, terminal: wanted.has('terminal') && held === null },
        })
      })
      return true
    },

    async round() {
      const work = Promise.all(store.due(now()).map(deliver)).then(() => undefined)
      sending.add(work)
      await work.finally(() => sending.delete(work))
    },

    list(query) {
      const page = store.list(query)
      return { items: page.items.map(shown), next: page.next }
    },

    async test(channel) {
      const door = doors.get(channel)
      if (!door) {
        if (channel !== 'events' && channel !== 'terminal') throw notFound('channel', channel)
        changes.mention({
          ...ACTOR,
          action: 'notify.tell',
          noun: 'test',
          id: channel,
          summary: 'A test from Ithaca',
          data: { title: 'A test from Ithaca', body: '', terminal: true },
        })
        return
      }
      const missing = door.ready()
      if (missing) throw new Problem('conflict', `${channel} is not set up: ${missing}.`)
      const sent = await door.send(
        {
          title: 'A test from Ithaca',
          body: 'If you can read this, it works.',
          kind: 'test',
          priority: 'normal',
          late: false,
          noun: 'test',
          object: 'test',
        },
        AbortSignal.any([ending.signal, AbortSignal.timeout(11_000)]),
      )
      if (!sent.ok) throw new Problem('upstream', `${channel} did not work: ${sent.reason}.`)
    },

    add: door => void doors.set(door.name, door),

    recover() {
      for (const delivery of store.interrupted())
        save(
          { ...delivery, state: 'unknown', reason: 'Ithaca ended before the answer came' },
          `Perhaps told by ${delivery.channel}: ${delivery.title}`,
        )
    },

    async close() {
      ending.abort(new Error('Ithaca ended'))
      await Promise.allSettled(sending)
    },
  }
}

const shown = ({ priority: _priority, ...delivery }: KeptDelivery): Delivery => delivery
