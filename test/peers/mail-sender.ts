// Opens the workspace of ITHACA_HOME, sends one mail, and waits to be killed.
import { createClient } from '../../src/client/client.ts'
import { openInside } from '../../src/connect/inside.ts'
import { mail } from '../../src/contract/mail.ts'
import { takeOwnership } from '../../src/workspace/owner.ts'
import { findPaths } from '../../src/workspace/paths.ts'

const paths = findPaths()
const inside = await openInside({ paths, version: '0.0.0-test' }, takeOwnership(paths)!)
const client = createClient(inside.carry)
await client.call(mail.send, { to: 'bob@example.net', subject: 'Once', body: 'x', wait: true })
