import { approvalsPane } from './approvals/approvals.tsx'
import { auditPane } from './audit/audit.tsx'
import { calendarPane } from './calendar/calendar.tsx'
import { cookbookPane } from './cookbook/cookbook.tsx'
import { documentsPane } from './documents/documents.tsx'
import { hostsPane } from './hosts/hosts.tsx'
import { mailPane } from './mail/mail.tsx'
import { memoryPane } from './memory/memory.tsx'
import type { MakePane } from './pane.ts'
import { todosPane } from './todos/todos.tsx'
import { tokensPane } from './tokens/tokens.tsx'

/**
 * The tabs, in the order of their numbers. A new one is a folder here with a function that makes a `Pane`, and its line below.
 *
 * - What it shows comes from `shell.live.collection({noun, idOf, read})`: read when the API is there, kept true by events whose `data` is the whole thing, read again where it is not.
 * - A list is a `ListSide` (list-side.tsx), a text with a scroll a `TextSide`: they hold selection, filter and motions; give their `view(box)` as `list` and `detail`.
 * - A change is `shell.act('what failed', async () => …)`: an error becomes a toast, and nothing has to be read again, for the event comes.
 * - To ask: `shell.confirm`, `shell.form`, `shell.menu`, `shell.ask` (one line); to show: `shell.show` (a page of rows), `shell.toast`; outside programs: `shell.edit`, `shell.page`; `shell.copy`.
 * - What asks first has a `deed` in place of `run`: it takes in hand what is selected, says what is asked about it, and does it to that, whatever the list does meanwhile.
 * - `lists` names the lists of a pane: what is selected in them is kept for the next start, and a menu or the palette does nothing once it is gone.
 * - Actions that change anything have `writes: true`. Ids are `<pane>.<verb>`; `title` is what the footer shows after the key, `help` one sentence for palette and help.
 * - All text from outside goes through `sanitiseText` before it is drawn. A change of a pane's own state ends with `shell.signal.now()`.
 */
export const panes: readonly MakePane[] = [
  cookbookPane,
  todosPane,
  calendarPane,
  mailPane,
  memoryPane,
  documentsPane,
  approvalsPane,
  hostsPane,
  auditPane,
  tokensPane,
]
