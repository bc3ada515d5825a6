// Opens the workspace of ITHACA_HOME, adds one event, syncs, and waits to be killed.
import { createClient } from '../../src/client/client.ts'
import { openInside } from '../../src/connect/inside.ts'
import { calendar } from '../../src/contract/calendar.ts'
import { calendarAccounts } from '../../src/contract/calendar-accounts.ts'
import { takeOwnership } from '../../src/workspace/owner.ts'
import { findPaths } from '../../src/workspace/paths.ts'

const paths = findPaths()
const inside = await openInside({ paths, version: '0.0.0-test' }, takeOwnership(paths)!)
const client = createClient(inside.carry)
await client.call(calendar.add, { summary: 'Once', start: '2026-12-01T09:00', calendar: 'Work' })
await client.call(calendarAccounts.sync, {})
