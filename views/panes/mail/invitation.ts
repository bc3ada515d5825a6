import { calendars } from '../../../src/contract/calendar.ts'
import type { Invitation } from '../../../src/contract/invitations.ts'
import { mail } from '../../../src/contract/mail.ts'
import type { MailText } from '../../../src/contract/mail-words.ts'
import type { Action } from '../../actions/registry.ts'
import type { Shell } from '../../shell/shell.ts'
import { sanitiseText } from '../../terminal/sanitise.ts'
import { wrapText } from '../../widgets/text.ts'
import { toned } from '../../widgets/theme.ts'
import { answerWords, askAnswer } from '../answer.ts'
import { factRows } from '../facts.ts'
import type { MailBook } from './book.ts'
import type { Reading } from './reading.ts'

const people = 12

/** What an invitation in a mail says, beside what the calendar has. */
export function invitationRows({ invitation }: MailText, width: number): string[] {
  if (!invitation) return []
  const { event, said, sender, was, comment, answers, answer, who } = invitation
  const named = event.attendees.map(
    each => `${each.you ? 'you' : each.name || each.address} (${answerWords[each.answer]})`,
  )
  const more = named.length > people ? `, and ${named.length - people} more` : ''
  return [
    ...wrapText(sanitiseText(said), width).map(row => toned(row, tone(invitation))),
    ...(answers.length > 0 ? [toned('i answers it', 'quiet')] : []),
    ...factRows(
      [
        [sender?.verified ? 'sender' : '! sender', senderWords(invitation)],
        ['what', event.summary],
        ['when', whenOf(invitation)],
        ['until now', was ?? ''],
        ['where', event.location],
        ['invited by', event.organizer ? event.organizer.name || event.organizer.address : ''],
        ['people', who ? '' : `${named.slice(0, people).join(', ')}${more}`],
        ['you', answer === null || who ? '' : answerWords[answer]],
        ['says', comment],
        ...invitation.overlaps.map(line => ['! overlaps', line.replace(/^Overlaps /, '')] as const),
        ...invitation.warnings.map(line => ['! careful', line] as const),
      ],
      width,
    ),
    '',
  ]
}

const tone = ({ state }: Invitation) =>
  state === 'refused' || state === 'held' || state === 'cancelled'
    ? 'warn'
    : state === 'new' || state === 'newer'
      ? 'accent'
      : 'strong'

function whenOf({ event, timed }: Invitation): string {
  if (!timed) return ''
  const [from, to] = [event.start, event.end].map(moment => moment.slice(0, 16).replace('T', ' '))
  const end = to!.slice(0, 10) === from!.slice(0, 10) ? to!.slice(11) : to
  const repeats = event.repeats ? (event.recurrence_id === null ? ', repeats' : ', one date of a series') : ''
  return `${from}${end === '' ? '' : ` - ${end}`}${repeats}`
}

/** Of whom it proves to be; an older daemon, which a screen may be attached to, proves nothing. */
const senderWords = ({ sender }: { sender?: Invitation['sender'] }): string => sender?.said ?? ''

/** Answers the invitation of the mail that is selected or read. */
export function invitationActions(shell: Shell, book: MailBook, reading: Reading): Action<Shell, never>[] {
  return [
    {
      id: 'mail.invitation',
      title: 'invitation',
      help: 'Answers the invitation in a mail: it enters the calendar, and its organizer is told.',
      where: ['mail.list', 'mail.read'],
      danger: 'none',
      disabled() {
        const text = reading.of(book.mails.side.selected)
        if (!text) return 'select a mail with an invitation first'
        if (!text.invitation) return 'there is no invitation in it'
        return text.invitation.answers.length > 0 ? undefined : text.invitation.said
      },
      async run() {
        const { id, invitation } = reading.of(book.mails.side.selected)!
        const { answers, event, said, overlaps, kept } = invitation!
        const sender = senderWords(invitation!)
        const { items } = await shell.client.call(calendars.list, {})
        const writable = items.filter(each => each.kept && !each.read_only)
        const choices = writable.map(({ id: value, name }) => ({ value, label: sanitiseText(name) }))
        const chosen = event.calendar === '' || kept === null ? writable[0]?.id : event.calendar
        const places = choices.length > 1 && answers.includes('accept')
        askAnswer(shell, {
          title: sanitiseText(event.summary) || 'Invitation',
          facts: [
            sanitiseText(said),
            whenOf(invitation!),
            sender === '' ? '' : `Sender ${sanitiseText(sender)}`,
            ...overlaps.map(line => sanitiseText(line)),
          ].filter(Boolean),
          answers,
          more: places ? [{ id: 'calendar', label: 'calendar', kind: 'choice', choices }] : [],
          values: places && chosen !== undefined ? { calendar: chosen } : {},
          send: ({ more, answer, ...rest }) =>
            shell.client.call(mail.invitation, {
              ...{ id, answer, ...rest },
              ...(more.calendar && answer !== 'apply' ? { calendar: more.calendar } : {}),
            }),
          done: () => reading.forget(),
        })
      },
    },
  ]
}
