import { email as routes } from '../../contract/codex/email.ts'
import { Problem } from '../../contract/problem.ts'
import type { Bind } from '../bind.ts'

/** Mail has no account to speak for yet: lists are empty, and whoever wants more is told why. */
export const bindEmail = (bind: Bind): void => {
  bind(routes.list, ({ folder, offset, account_id }) => {
    if (account_id) throw new Problem('not_found', 'Account not found')
    return { emails: [], total: 0, folder, offset: Math.max(0, offset) }
  })
  bind(routes.read, unavailable)
  bind(routes.draft, unavailable)
  bind(routes.send, unavailable)
}

const unavailable = (): never => {
  throw new Problem('unavailable', 'Email integration is not available', {
    reason: 'No mail account is connected to this workspace. emails/draft-document works without one.',
  })
}
