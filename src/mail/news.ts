import type { Changes } from '../../store/changes.ts'
import type { KeptAccount, KeptFolder, MailStore } from '../../store/mail.ts'
import type { Landed } from './landed.ts'
import { shown } from './reading.ts'
import type { Synced } from './sync.ts'

const ACTOR = { actor: 'ithaca' }

/** What is told of a folder that was brought up to date: that somebody wrote, or only that it changed. */
export const mailNews = (store: MailStore, changes: Changes, landed: Landed) => {
  const arrived = (account: KeptAccount, folder: KeptFolder, ids: readonly string[]): void => {
    const came = folder.role === 'inbox' ? landed.came(ids) : []
    const newest = came.length > 0 ? store.get(came.at(-1)!) : undefined
    if (!newest) return
    const who = newest.from_name || newest.from_address
    changes.write(ACTOR, tx =>
      tx.say({
        action: 'mail.arrived',
        noun: 'email',
        id: newest.id,
        summary:
          came.length === 1
            ? `New mail from ${who}: ${newest.subject}`.slice(0, 300)
            : `${came.length} new mails in ${account.name}`,
        data: { account: account.id, folder: folder.path, mail: shown(newest), count: came.length },
      }),
    )
  }
  const changed = (account: KeptAccount, folder: KeptFolder, { renumbered }: Synced): void =>
    changes.mention({
      ...ACTOR,
      action: 'mail.synced',
      noun: 'email',
      id: folder.id,
      summary: `${folder.path} ${renumbered ? 'was numbered anew by its server, and read again' : 'changed'}`,
      data: { account: account.id, folder: folder.path },
    })
  return { arrived, changed }
}
