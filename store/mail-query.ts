/** Which mails are meant. */
export interface MailQuery {
  folders: readonly string[]
  filter: string
  from?: string
  attachments?: boolean
  search?: string
  now: number
}

const MONTH = 30 * 86_400_000

/** The same as conditions on `mail_messages`. */
export const filters = (query: MailQuery): { wheres: string[]; values: unknown[] } => {
  const wheres: string[] = []
  const values: unknown[] = []
  const where = (text: string, ...more: unknown[]): void => {
    wheres.push(text)
    values.push(...more)
  }
  if (query.folders.length === 1) where('folder = ?', query.folders[0])
  else where('folder IN (SELECT value FROM json_each(?))', JSON.stringify(query.folders))
  if (query.filter === 'unread') where('seen = 0')
  else if (query.filter === 'favorites') where('flagged = 1')
  else if (query.filter === 'unanswered') where('seen = 0 AND answered = 0')
  else if (query.filter === 'undone') where('answered = 0')
  else if (query.filter === 'reminders') where("marker = 'reminder'")
  else if (query.filter === 'pending_30d') where('answered = 0 AND received >= ?', query.now - MONTH)
  else if (query.filter === 'stale_30d') where('answered = 0 AND received < ?', query.now - MONTH)
  else if (query.filter === 'tag:spam')
    where(
      `(EXISTS (SELECT 1 FROM json_each(tags) WHERE lower(value) IN ('$junk', 'junk', 'spam'))
        OR folder IN (SELECT id FROM mail_folders WHERE role = 'junk'))`,
    )
  else if (query.filter.startsWith('tag:'))
    where('EXISTS (SELECT 1 FROM json_each(tags) WHERE lower(value) = lower(?))', query.filter.slice(4))
  if (query.from)
    where('(instr(lower(from_name), ?) OR instr(lower(from_address), ?))', ...twice(query.from.toLowerCase()))
  if (query.attachments) where('attached = 1')
  return { wheres, values }
}

const twice = <T>(value: T): [T, T] => [value, value]
