import type { Route } from '../route.ts'
import { bundles } from './bundles.ts'
import { calendar } from './calendar.ts'
import { capabilities } from './capabilities.ts'
import { cookbook } from './cookbook.ts'
import { documentSteps, documents } from './documents.ts'
import { email } from './email.ts'
import { memory } from './memory.ts'
import { own } from './mirror.ts'
import { todos } from './todos.ts'

/** Every route that existing Odysseus clients know, and what was added to them. */
export const codex: Record<string, Route> = Object.fromEntries(
  [{ capabilities }, todos, memory, calendar, documents, documentSteps, email, cookbook, own, bundles]
    .flatMap(group => Object.values<Route>(group))
    .map(record => [record.id, record]),
)
