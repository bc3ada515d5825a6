import type { Author, Changes } from '../../store/changes.ts'
import type { KeptMail } from '../../store/mail.ts'
import type { Calendar } from '../calendar/calendar.ts'
import type { Itip } from '../calendar/itip-read.ts'
import type { From } from '../calendar/judge.ts'
import { type Answering, type Asked, type Me, Repeated } from '../calendar/scheduling.ts'
import type { CalendarEvent } from '../contract/calendar.ts'
import type { Invitation, SenderProof } from '../contract/invitations.ts'
import type { Sending } from '../contract/mail-words.ts'
import { Problem } from '../contract/problem.ts'
import type { Carried } from '../mail/body.ts'
import type { Mailbox } from '../mail/mail.ts'

export interface Given {
  event: CalendarEvent
  sending: Sending | null
  repeated: boolean
}

export interface Reply {
  answer: 'accept' | 'tentative' | 'decline'
  comment: string
  send: boolean
}

/** Where mail and calendar meet: what mails say of events, and what is answered. */
export interface Invitations {
  /**
   * A mail that came carries a calendar: what needs nobody's answer is put into the calendar, where its sender is verified.
   * Whether the calendar has heard it; what went wrong is reported.
   */
  came(mail: KeptMail, carried: Carried): Promise<boolean>
  /** What a mail carries; null: no calendar. */
  of(id: string): Promise<{ invitation: Invitation | null; warnings: string[] }>
  respond(author: Author, id: string, reply: Reply & { calendar?: string }): Promise<Given>
  /** Puts into the calendar what was refused or held, because of who sent it. */
  apply(author: Author, id: string): Promise<Given>
  /** Answers from the calendar. */
  answer(author: Author, event: string, reply: Reply & { one: boolean }): Promise<Given>
}

const ACTOR = { actor: 'ithaca' }
/** What lies there was not sent to the owner, or the owner wants nothing of it. */
const UNREAD = ['sent', 'drafts', 'junk', 'trash']

interface Heard {
  itip: Itip
  from: From
}

const fromOf = ({ from_address: address }: KeptMail, proof: SenderProof): From => ({ address, proof })

export const openInvitations = (deps: {
  mail: Mailbox
  calendar: Calendar
  changes: Changes
  report: (error: unknown) => void
}): Invitations => {
  const { mail, calendar, changes } = deps
  const { scheduling } = calendar
  let working: Promise<void> = Promise.resolve()

  const take = async (found: KeptMail, { text, sender }: Carried): Promise<void> => {
    const role = mail.folders(found.account).find(({ path }) => path === found.folder)?.role ?? ''
    if (UNREAD.includes(role)) return
    const reading = await scheduling.read(text)
    if (reading.ok) scheduling.take({ ...ACTOR }, reading.itip, fromOf(found, sender))
  }

  const read = async (id: string): Promise<{ found: KeptMail; heard: Heard | null; warnings: string[] }> => {
    const carried = await mail.reading.calendar(id)
    await working
    const found = mail.reading.get(id)
    if (carried === null) return { found, heard: null, warnings: [] }
    const reading = await scheduling.read(carried.text)
    const { sender } = carried
    if (reading.ok) return { found, heard: { itip: reading.itip, from: fromOf(found, sender) }, warnings: [] }
    return { found, heard: null, warnings: [`The calendar in it cannot be read: ${reading.reason}`] }
  }

  const needed = async (id: string): Promise<{ found: KeptMail; itip: Itip; invitation: Invitation }> => {
    const { found, heard, warnings } = await read(id)
    if (!heard) throw new Problem('invalid', warnings[0] ?? `"${found.subject}" is no invitation.`)
    return { found, itip: heard.itip, invitation: await scheduling.judge(heard.itip, heard.from) }
  }

  const accountOf = (address: string | undefined, otherwise: string | undefined) => {
    const all = mail.accounts.list()
    const own = all.find(each => each.address.toLowerCase() === address?.toLowerCase())
    return own ?? all.find(each => each.id === otherwise) ?? mail.accounts.chosen()
  }

  /** One's own name and address, as somebody invited or as the account says. */
  const meBy = (
    invited: Me | undefined,
    account: string | undefined,
  ): { me: Me; account: string | undefined } => {
    const found = accountOf(invited?.address, account)
    if (!invited && !found)
      throw new Problem('conflict', 'There is no mail account to answer by: ithaca mail accounts add.')
    // Some calendars put the address where the name belongs.
    const named = invited && invited.name.toLowerCase() !== invited.address.toLowerCase()
    const me = {
      name: (named && invited.name) || found?.from_name || '',
      address: invited?.address ?? found!.address,
    }
    return { me, account: found?.id }
  }

  const shown = (id: string): CalendarEvent => calendar.show(calendar.find(id, true))

  /** The answer and the mail that tells of it are written together, or neither is. */
  const give = async (
    author: Author,
    answering: Answering,
    source: { account: string | undefined; mail: KeptMail | null },
  ): Promise<Given> => {
    const { notice, told } = answering
    const { id } = answering.event
    if (told !== null) {
      const before = tolds(told)
      if (before) return { event: shown(id), sending: before, repeated: true }
    }
    if (!notice || notice.to.length === 0) {
      changes.write(author, tx => answering.keep(tx, null))
      return { event: shown(id), sending: null, repeated: false }
    }
    const sender = mail.sender(mail.accounts.find(source.account ?? '')?.smtp ? source.account : undefined)
    try {
      const sending = await mail.send(
        author,
        sender,
        {
          to: notice.to.join(', '),
          subject: notice.subject,
          body: notice.body,
          in_reply_to: source.mail?.message_id,
          references: source.mail?.message_id,
        },
        {
          attachments: [],
          source: source.mail?.id ?? null,
          calendar: { method: notice.method, ics: notice.ics },
          within: (tx, queued) => answering.keep(tx, queued.id),
        },
      )
      return { event: shown(id), sending, repeated: false }
    } catch (error) {
      if (!(error instanceof Repeated)) throw error
      return { event: shown(id), sending: mail.outbox.get(error.sending), repeated: true }
    }
  }

  /** The mail that told of it; one that failed or was dropped told nobody. */
  const tolds = (sending: string): Sending | null => {
    try {
      const found = mail.outbox.get(sending)
      return found.state === 'failed' ? null : found
    } catch {
      return null
    }
  }

  return {
    came(found, carried) {
      const taken = working.then(() => take(found, carried))
      working = taken.catch(deps.report)
      return taken.then(
        () => true,
        () => false,
      )
    },

    async of(id) {
      const { heard, warnings } = await read(id)
      return { invitation: heard && (await scheduling.judge(heard.itip, heard.from)), warnings }
    },

    async respond(author, id, reply) {
      const { found, itip, invitation } = await needed(id)
      if (!invitation.answers.includes(reply.answer))
        throw new Problem('conflict', cannot(invitation, reply.answer))
      const { me, account } = meBy(scheduling.invited(itip), found.account)
      const asked: Asked & { calendar?: string } = { ...reply, me }
      const answering = scheduling.respond(author, itip, found.from_address, asked)
      return give(author, answering, { account, mail: found })
    },

    async apply(author, id) {
      const { itip, invitation } = await needed(id)
      if (!invitation.answers.includes('apply')) throw new Problem('conflict', cannot(invitation, 'apply'))
      const event = scheduling.apply(author, itip)
      return { event: shown(event.id), sending: null, repeated: false }
    },

    async answer(author, event, { one, ...reply }) {
      const found = calendar.find(event)
      const you = calendar.show(found).attendees.find(each => each.you)
      const { me, account } = meBy(you, undefined)
      return give(author, scheduling.respondTo(found, { ...reply, me }, one), { account, mail: null })
    },
  }
}

const cannot = ({ said, answers }: Invitation, answer: string): string =>
  answers.length === 0
    ? `There is nothing to answer: ${said}`
    : `'${answer}' is no answer to this (${said}); what can be said: ${answers.join(', ')}.`
