import { access as routes } from '../../contract/access.ts'
import type { Fences } from '../../contract/actor.ts'
import { instantText, zoneOf } from '../../time/zone.ts'
import { futureUrl } from '../../workspace/address.ts'
import type { Workspace } from '../../workspace/workspace.ts'
import type { Bind } from '../bind.ts'
import { momentAhead } from '../moment.ts'
import { ownOnly } from '../sight.ts'

export const bindAccess = (bind: Bind, workspace: Workspace): void => {
  const { access, approvals } = workspace

  bind(routes.tokens, ({ revoked }) => ({ items: access.list(revoked) }))
  bind(routes.create, async (input, { author }) => {
    const { name, scopes, ask, allow_send, operator, expires, ask_deadline, until, ...fences } = input
    const limits: Fences = { ...fences, ...(until ? { until: await closing(workspace, until) } : {}) }
    const { secret, record } = access.create(author, {
      name,
      scopes: scopes ?? [],
      ask: ask ?? [],
      allow_send,
      operator,
      fences: Object.keys(limits).length > 0 ? limits : null,
      ask_deadline: ask_deadline ?? null,
      expires_at: expires === undefined ? null : await expiry(workspace, expires),
    })
    const url = workspace.url || (await futureUrl(workspace.paths, workspace.config))
    const warnings = strangeHosts(workspace, limits)
    return { token: secret, url, record, lines: linesFor(url, secret), warnings }
  })
  bind(routes.revoke, ({ id }, { author }) => {
    const revoked = access.revoke(author, id)
    const { seq } = author
    approvals.drop(author, revoked.id)
    // The answer is the token's: its number is that of its own change.
    author.seq = seq
    return revoked
  })

  bind(routes.approvals, (input, { actor }) => approvals.list({ ...input, token: ownOnly(actor) }))
  bind(routes.approval, async ({ id, wait }, { actor, signal }) => {
    approvals.get(id, ownOnly(actor))
    return approvals.settled(id, wait * 1000, signal)
  })
  bind(routes.decide, ({ id, allow, note }, { author }) => approvals.decide(author, id, allow, note))
}

const UNITS: Record<string, number> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 }

const expiry = async (workspace: Workspace, text: string): Promise<number> => {
  const span = text.match(/^(\d+)([mhdw])$/)
  return span ? workspace.now() + Number(span[1]) * UNITS[span[2]!]! : momentAhead(workspace, text)
}

/** `08:00` said in the evening is tomorrow's: the fence closes once, and stays closed. */
const closing = async (workspace: Workspace, words: string): Promise<string> =>
  instantText(await momentAhead(workspace, words), zoneOf(workspace.zone()))

/** A host may be named before it is added; a slip of the pen is named in vain. */
const strangeHosts = (workspace: Workspace, { hosts = [] }: Fences): string[] => {
  const known = new Set(workspace.cookbook.machines.all().flatMap(({ id, name }) => [id, name]))
  return hosts.filter(host => !known.has(host)).map(host => `There is no host '${host}' yet.`)
}

const linesFor = (url: string, secret: string): string[] => [
  `export ODYSSEUS_URL=${url}`,
  `export ODYSSEUS_API_TOKEN=${secret}`,
]
