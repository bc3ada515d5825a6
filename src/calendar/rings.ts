import type { Calendar } from './calendar.ts'

/** The alarms of events, as the bell wants them. */
export const eventRings = ({ alarms }: Pick<Calendar, 'alarms'>) => ({
  ringing: (until: number) =>
    alarms.due(until).map(({ event, key, at, title, body }) => ({
      key,
      noun: 'event',
      object: event.id,
      title,
      body,
      due_at: at,
      channels: null,
    })),
  async rang({ object, due_at }: { object: string; due_at: number }): Promise<void> {
    alarms.rang(object, due_at)
  },
})
