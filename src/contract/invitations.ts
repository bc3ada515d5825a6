import * as z from 'zod'
import { CalendarEvent, Participation } from './calendar.ts'

/** Whether a mail is from whom it says, on the word of the server that received it. */
export const SenderProof = z.object({
  verified: z.boolean(),
  by: z.string().nullable().describe('the server that says so, or otherwise; null: none whose word counts'),
  said: z.string(),
})
export type SenderProof = z.output<typeof SenderProof>

/** A calendar in a mail: an invitation, a change of one, or an answer to one. */
export const Invitation = z.object({
  method: z.enum(['request', 'cancel', 'reply', 'counter', 'declinecounter', 'add', 'refresh', 'publish']),
  said: z.string().describe('what it is and what became of it, in one sentence'),
  state: z
    .enum(['new', 'newer', 'same', 'older', 'cancelled', 'applied', 'held', 'refused', 'counter', 'nothing'])
    .describe(
      'beside the calendar: newer, the same or older than what is there; applied: it was put there; held: it would be, were its sender verified; refused: it comes from somebody who has no say',
    ),
  sender: SenderProof,
  event: CalendarEvent.describe('as the mail says it'),
  timed: z.boolean().describe('false: the mail does not say when it is'),
  dates: z.array(z.string()).describe('the dates of a series it is about; empty: all of it'),
  you: z.string().nullable().describe('the address you are invited by'),
  answer: Participation.nullable().describe('yours, as the calendar has it'),
  kept: z.string().nullable().describe('the id of the event in the calendar'),
  was: z.string().nullable().describe('when it is by the calendar, where that differs'),
  who: z
    .object({ name: z.string(), address: z.string(), answer: Participation })
    .nullable()
    .describe('whose answer a reply brings'),
  comment: z.string(),
  overlaps: z.array(z.string()),
  warnings: z.array(z.string()),
  answers: z.array(z.enum(['accept', 'tentative', 'decline', 'apply'])).describe('what can be answered'),
})
export type Invitation = z.output<typeof Invitation>
