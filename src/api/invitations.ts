import type { Actor } from '../contract/actor.ts'
import type { Answered, calendar } from '../contract/calendar.ts'
import type { Invitation } from '../contract/invitations.ts'
import type { mail } from '../contract/mail.ts'
import type { MailText } from '../contract/mail-words.ts'
import type { Parsed } from '../contract/route.ts'
import type { Given, Invitations } from '../workspace/invitations.ts'
import type { Call } from './call.ts'
import { readable } from './sight.ts'

/** A mail with what the calendar in it says; who may not read the calendar learns nothing of what is in there. */
export const withInvitation = async (
  text: MailText,
  invitations: Invitations,
  actor: Actor,
): Promise<MailText> => {
  const { invitation, warnings } = await invitations.of(text.id)
  if (!invitation) return { ...text, warnings: [...text.warnings, ...warnings] }
  return { ...text, invitation: readable(actor, 'event') ? invitation : unseen(invitation) }
}

const unseen = (invitation: Invitation): Invitation => ({
  ...invitation,
  ...{ state: 'nothing', said: 'It carries an event; reading the calendar takes calendar:read.' },
  ...{ answer: null, kept: null, was: null, overlaps: [], answers: [] },
})

/** An answer sends mail and writes the calendar: it takes both scopes. */
export const answered = async (
  input: Omit<Parsed<typeof mail.invitation>, never>,
  call: Call,
  patience: number,
): Promise<Answered> => {
  await call.need(['calendar:write'])
  const { invitations } = call.workspace
  const { id, answer, ...reply } = input
  const given =
    answer === 'apply'
      ? await invitations.apply(call.author, id)
      : await invitations.respond(call.author, id, { ...reply, answer })
  return told(given, call, patience)
}

export const answeredEvent = async (
  { id, scope, ...reply }: Parsed<typeof calendar.answer>,
  call: Call,
  patience: number,
): Promise<Answered> => {
  await call.need(['calendar:write'])
  const { invitations, calendar } = call.workspace
  const one = scope === undefined ? calendar.find(id).occurrence !== null : scope === 'one'
  return told(await invitations.answer(call.author, id, { ...reply, one }), call, patience)
}

const told = async (given: Given, call: Call, patience: number): Promise<Answered> => {
  const { event, sending, repeated } = given
  if (sending === null) return { event, sending: null, repeated, warnings: [] }
  const settled = await call.workspace.mail.outbox.settled(sending.id, patience, call.signal)
  const { id, state, to, reason } = settled
  const warnings =
    state === 'sent'
      ? []
      : state === 'unknown'
        ? [`The answer may have been sent: ${reason}. It is held, and not sent again by itself.`]
        : [`The answer is in your calendar, but not sent yet${reason === null ? '' : `: ${reason}`}.`]
  return { event, sending: { id, state, to, reason }, repeated, warnings }
}
