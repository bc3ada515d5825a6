import { randomBytes } from 'node:crypto'
import type { ListResponse } from 'imapflow'
import type { Tx } from '../../store/changes.ts'
import type { KeptAccount, KeptFolder, MailStore } from '../../store/mail.ts'
import type { Role } from '../contract/mail-words.ts'
import { cleanLine } from './clean.ts'

const SPECIAL: Record<string, Role> = {
  '\\Inbox': 'inbox',
  '\\Sent': 'sent',
  '\\Drafts': 'drafts',
  '\\Trash': 'trash',
  '\\Junk': 'junk',
  '\\Archive': 'archive',
  '\\All': 'all',
}

/** Writes down what folders there are; those that went away go with all that was cached of them. */
export const keepFolders = (
  store: MailStore,
  tx: Tx,
  account: KeptAccount,
  listed: readonly ListResponse[],
): KeptFolder[] => {
  const before = new Map(store.folders(account.id).map(folder => [folder.path, folder]))
  const kept = listed.map((entry): KeptFolder => {
    const known = before.get(entry.path)
    before.delete(entry.path)
    const folder: KeptFolder = {
      ...(known ?? unread(account.id, entry.path)),
      name: cleanLine(entry.name, 500),
      role: roleOf(account, entry),
      selectable: !entry.flags.has('\\Noselect') && !entry.flags.has('\\NonExistent'),
    }
    store.putFolder(tx, folder)
    return folder
  })
  for (const gone of before.values()) store.removeFolder(tx, gone.id)
  return kept
}

const unread = (account: string, path: string): KeptFolder => ({
  id: randomBytes(4).toString('hex'),
  account,
  path,
  name: path,
  role: null,
  selectable: true,
  uidvalidity: null,
  uidnext: 0,
  modseq: null,
  complete: false,
  total: 0,
  unread: 0,
  synced_at: null,
})

const roleOf = (account: KeptAccount, entry: ListResponse): Role | null => {
  const own = Object.entries(account.folders).find(([, path]) => path === entry.path)
  if (own) return own[0] as Role
  const role = SPECIAL[entry.specialUse ?? ''] ?? null
  // Where the person named another folder for this, the server's choice is an ordinary one.
  return role && account.folders[role as keyof KeptAccount['folders']] ? null : role
}

/** A folder by its path or by what it is for. */
export const findFolder = (folders: readonly KeptFolder[], name: string): KeptFolder | undefined =>
  folders.find(folder => folder.path === name) ??
  folders.find(folder => folder.role === name.toLowerCase()) ??
  folders.find(folder => folder.path.toLowerCase() === name.toLowerCase())

const ORDER = ['inbox', 'drafts', 'sent', 'archive', 'junk', 'trash', 'all']
/** What is read first. */
export const urgency = (folder: KeptFolder): number => {
  const place = ORDER.indexOf(folder.role ?? '')
  return place < 0 ? 3.5 : place
}
