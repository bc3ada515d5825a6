import type { Database } from 'better-sqlite3'
import type { Sealing } from '../database.ts'
import { spine } from './001-spine.ts'
import { memory } from './002-memory.ts'
import { documents } from './003-documents.ts'
import { notify } from './004-notify.ts'
import { calendar } from './005-calendar.ts'
import { cookbook } from './006-cookbook.ts'
import { models } from './007-models.ts'
import { mail } from './008-mail.ts'
import { people } from './009-people.ts'
import { keys } from './010-keys.ts'
import { caldav } from './011-caldav.ts'
import { answers } from './012-answers.ts'
import { subscriptions } from './013-subscriptions.ts'
import { owners } from './014-owners.ts'
import { sealedAddresses } from './015-sealed-addresses.ts'
import { senders } from './016-senders.ts'
import { renamed } from './017-renamed.ts'

/** What SQL alone cannot do has the database and the seal. */
export type Migration = string | ((db: Database, sealing: Sealing) => void)

/** Forward only; the position in this list is the version it brings the file to. Never edit one that has landed. */
export const migrations: readonly Migration[] = [
  spine,
  memory,
  documents,
  notify,
  calendar,
  cookbook,
  models,
  mail,
  people,
  keys,
  caldav,
  answers,
  subscriptions,
  owners,
  sealedAddresses,
  senders,
  renamed,
]
