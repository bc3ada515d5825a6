import { access as routes } from '../../contract/access.ts'
import type { Fences } from '../../contract/actor.ts'
import { Problem } from '../../contract/problem.ts'
import { futureUrl } from '../../workspace/address.ts'
import type { Workspace } from '../../workspace/workspace.ts'
import type { Bind } from '../bind.ts'
import { ownOnly } from '../sight.ts'

export const bindAccess = (bind: Bind, workspace: Workspace): void => {
  const { access, approvals } = workspace

  bind(routes.tokens, ({ revoked }) => ({ items: access.list(revoked) }))
  bind(routes.create, (input, { author }) => {
    const { name, scopes, ask, allow_send, operator, expires, ask_deadline, ...fences } = input
    const { secret, record } = access.create(author, {
      name,
      scopes: scopes ?? [],
      ask: ask ?? [],
      allow_send,
      operator,
      fences: Object.keys(fences).length > 0 ? (fences as Fences) : null,
      ask_deadline: ask_deadline ?? null,
      expires_at: expires === undefined ? null : expiry(expires, workspace.now()),
    })
    const url = workspace.url || futureUrl(workspace.paths, workspace.config)
    return { token: secret, url, record, lines: linesFor(url, secret) }
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

const expiry = (text: string, now: number): number => {
  const span = text.match(/^(\d+)([mhdw])$/)
  const at = span ? now + Number(span[1]) * UNITS[span[2]!]! : Date.parse(text)
  if (Number.isNaN(at) || at <= now)
    throw new Problem('invalid', `'${text}' is not a time in the future: write 30d, 12h, 90m or a date.`)
  return at
}

const linesFor = (url: string, secret: string): string[] => [
  `export ODYSSEUS_URL=${url}`,
  `export ODYSSEUS_API_TOKEN=${secret}`,
]
