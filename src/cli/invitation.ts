import type { Invitation } from '../contract/invitations.ts'
import { clean } from './table.ts'

/** What a calendar in a mail says, as a person reads it, with the commands that answer it. */
export const invitationLines = (invitation: Invitation, mail: string): string[] => {
  const { event, said, sender, timed, was, comment, overlaps, warnings, answers } = invitation
  const day = (moment: string): string => moment.slice(0, 16).replace('T', ' ')
  const people = event.attendees.map(
    ({ name, address, answer, you }) => `${you ? 'you' : name || address} ${answer}`,
  )
  const facts = [
    ['Event', event.summary],
    ['When', timed ? `${day(event.start)} to ${day(event.end)}${event.rrule ? `  ${event.rrule}` : ''}` : ''],
    ['Until now', was ?? ''],
    ['Where', event.location],
    ['Organizer', event.organizer ? event.organizer.name || event.organizer.address : ''],
    ['Sender', sender.said],
    [
      'Invited',
      `${people.slice(0, 20).join(', ')}${people.length > 20 ? `, and ${people.length - 20} more` : ''}`,
    ],
    ['Says', comment],
  ].filter(([, value]) => value !== '')
  return [
    clean(said),
    ...facts.map(([name, value]) => `  ${name}: ${clean(value!)}`),
    ...[...overlaps, ...warnings].map(line => `  ! ${clean(line)}`),
    ...(answers.length > 0
      ? [`  Answer it: ithaca mail invitation ${mail} --answer ${answers.join('|')}`]
      : []),
  ]
}
