import type { Store } from './database.ts'
import type { Flags } from './mail.ts'

/** What was done here with the mails of one folder and its server has not heard of. */
export interface Waiting {
  /** Whether it is on its way out: the server still shows it. */
  leaves(uid: number, messageId?: string): boolean
  /** The numbers of those on their way out. */
  readonly leaving: ReadonlySet<number>
  /** What the server says of its flags, with what was changed here since. */
  marked(uid: number, said: Flags): Flags
}

interface Raw {
  kind: string
  uids: string
  detail: string
}

const SYSTEM: Readonly<Record<string, keyof Omit<Flags, 'tags'>>> = {
  '\\Seen': 'seen',
  '\\Answered': 'answered',
  '\\Flagged': 'flagged',
  '\\Draft': 'draft',
}

export const waitingIn = (store: Store, folder: string): Waiting => {
  const leaving = new Set<number>()
  const named = new Set<string>()
  const marks = new Map<number, { flag: string; on: boolean }[]>()
  const actions = store
    .sql<Raw>(
      `SELECT a.kind, a.uids, a.detail FROM mail_actions AS a
       JOIN mail_folders AS f ON f.account = a.account AND f.path = a.folder
       WHERE f.id = ? AND a.kind <> 'append' AND (a.uidvalidity IS NULL OR a.uidvalidity = f.uidvalidity)
       ORDER BY a.created_at, a.rowid`,
    )
    .all(folder)
  for (const { kind, uids, detail } of actions) {
    const { add = [], remove = [], message_ids = [] } = JSON.parse(detail) as Record<string, string[]>
    if (kind !== 'flags') for (const id of message_ids) named.add(id)
    for (const uid of JSON.parse(uids) as number[])
      if (kind === 'flags')
        marks.set(uid, [
          ...(marks.get(uid) ?? []),
          ...add.map(flag => ({ flag, on: true })),
          ...remove.map(flag => ({ flag, on: false })),
        ])
      else leaving.add(uid)
  }
  return {
    leaving,
    leaves: (uid, messageId) => leaving.has(uid) || (messageId !== undefined && named.has(messageId)),
    marked: (uid, said) => (marks.get(uid) ?? []).reduce(marking, said),
  }
}

const marking = (flags: Flags, { flag, on }: { flag: string; on: boolean }): Flags => {
  const known = SYSTEM[flag]
  if (known) return { ...flags, [known]: on }
  const others = flags.tags.filter(tag => tag.toLowerCase() !== flag.toLowerCase())
  return { ...flags, tags: on ? [...others, flag].sort() : others }
}
