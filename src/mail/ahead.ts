import type { ImapFlow } from 'imapflow'
import type { Changes } from '../../store/changes.ts'
import type { Body, KeptAccount, KeptFolder, KeptMail, MailStore } from '../../store/mail.ts'
import { Problem } from '../contract/problem.ts'
import { type Carried, carriedBy, fetchBody } from './body.ts'
import { within } from './sync.ts'

/** What is fetched ahead of being read: so many of the newest, unless they are large. */
const AHEAD = 100
const AHEAD_SIZE = 256 * 1024
const AT_ONCE = 25

/** Texts of the newest mails of an inbox, before anybody reads them. */
export const fetchAhead = async (
  deps: { store: MailStore; changes: Changes; invited(mail: KeptMail, carried: Carried): Promise<boolean> },
  on: ImapFlow,
  account: KeptAccount,
  inbox: KeptFolder,
  ending: () => boolean,
): Promise<void> => {
  const { store, changes } = deps
  const bodies = new Map<string, Body>()
  const invited: { mail: KeptMail; body: Body; carried: Carried }[] = []
  // Kept several at a time: each write waits for the disk, and everything else waits with it.
  const keep = (): void => {
    changes.cache(() => {
      for (const [id, body] of bodies) store.putBody(id, body)
    })
    bodies.clear()
  }
  for (const mail of store.withoutBody(inbox.id, AHEAD, AHEAD_SIZE)) {
    if (ending()) return
    const body = await within(on, inbox.path, () => fetchBody(on, mail, account)).catch(error => {
      if (error instanceof Problem && error.code === 'gone') return null
      throw error
    })
    const carried = body && carriedBy(body)
    if (carried) invited.push({ mail, body, carried })
    else if (body) bodies.set(mail.id, body)
    if (bodies.size === AT_ONCE) keep()
  }
  // The oldest first, as they were written. What is kept is not looked at again, so it is kept once the calendar has it.
  for (const { mail, body, carried } of invited.reverse()) {
    if (await deps.invited(mail, carried)) bodies.set(mail.id, body)
  }
  if (bodies.size > 0) keep()
}
