import { hash, randomBytes, randomUUID } from 'node:crypto'
import type { AccessStore } from '../../store/access.ts'
import type { Author, Changes } from '../../store/changes.ts'
import type { Token } from '../contract/access.ts'
import type { Actor, Fences } from '../contract/actor.ts'
import { notFound, Problem } from '../contract/problem.ts'
import type { Scope } from '../contract/route.ts'

export interface NewToken {
  name: string
  scopes: readonly Scope[]
  ask: readonly Scope[]
  /** Mail leaves without a question; otherwise each sending is one, because it cannot be taken back. */
  allow_send: boolean
  operator: boolean
  fences: Fences | null
  ask_deadline: number | null
  expires_at: number | null
}

export interface Tokens {
  /** `digest`: where the caller has it already. */
  identify(secret: string, digest?: string): Actor | undefined
  /** The actor a token stands for now: undefined once revoked or expired. */
  actorOf(token: string): Actor | undefined
  /** Whether the actor of a request that goes on for long may still be served. */
  lives(actor: Actor): boolean
  list(revoked: boolean): Token[]
  create(author: Author, wanted: NewToken): { secret: string; record: Token }
  revoke(author: Author, idOrName: string): Token
}

/** Who acts without a token. */
const OWN_NAMES = new Set(['operator', 'ithaca'])
const DIGEST_CACHE = 256
const TOUCH_EVERY = 60_000

export const openTokens = (deps: { store: AccessStore; changes: Changes; now: () => number }): Tokens => {
  const { store, changes, now } = deps
  /** Digest → actor, so that a busy token costs one hash a request. Emptied whenever any token changes. */
  const known = new Map<string, { actor: Actor; expires: number | null; touched: number }>()

  /** Token → when it ends. Emptied with the other. */
  const ends = new Map<string, number>()

  const live = (token: Token | undefined): Actor | undefined =>
    token && token.revoked_at === null && (token.expires_at === null || token.expires_at > now())
      ? toActor(token)
      : undefined

  return {
    identify(secret, digest = digestOf(secret)) {
      if (secret.length < 12 || secret.length > 200) return undefined
      let entry = known.get(digest)
      if (!entry) {
        const token = store.byDigest(Buffer.from(digest, 'base64'))
        const actor = live(token)
        if (!token || !actor) return undefined
        if (known.size >= DIGEST_CACHE) known.clear()
        entry = { actor, expires: token.expires_at, touched: 0 }
        known.set(digest, entry)
      }
      const at = now()
      if (entry.expires !== null && entry.expires <= at) return undefined
      if (at - entry.touched >= TOUCH_EVERY) {
        entry.touched = at
        try {
          store.touch(entry.actor.token!, at)
        } catch {
          // Where nothing can be written, reading goes on; what is written says why it cannot be.
        }
      }
      return entry.actor
    },

    actorOf: token => live(store.token(token)),
    lives({ token }) {
      if (token === null) return true
      let end = ends.get(token)
      if (end === undefined) {
        const kept = store.token(token)
        end = kept && kept.revoked_at === null ? (kept.expires_at ?? Number.POSITIVE_INFINITY) : 0
        ends.set(token, end)
      }
      return end > now()
    },
    list: revoked => store.tokens(revoked),

    create(author, wanted) {
      if (OWN_NAMES.has(wanted.name.trim().toLowerCase()))
        throw new Problem(
          'invalid',
          `A token cannot be named '${wanted.name}': the trail knows others by it.`,
        )
      if (store.named(wanted.name))
        throw new Problem('conflict', `There is a live token '${wanted.name}' already.`)
      const scopes = grantsOf(wanted)
      if (!wanted.operator && Object.keys(scopes).length === 0)
        throw new Problem('invalid', 'A token needs at least one scope: --scopes todos:read,todos:write …')
      const secret = `ith_${randomBytes(32).toString('base64url')}`
      const record: Token = {
        id: randomUUID().slice(0, 8),
        name: wanted.name,
        prefix: secret.slice(0, 8),
        operator: wanted.operator,
        scopes,
        fences: wanted.fences,
        ask_deadline: wanted.ask_deadline,
        expires_at: wanted.expires_at,
        last_used_at: null,
        revoked_at: null,
        created_at: now(),
      }
      changes.write(author, tx => {
        store.addToken(tx, record, Buffer.from(digestOf(secret), 'base64'))
        tx.say({
          action: 'tokens.create',
          noun: 'token',
          id: record.id,
          summary: `Made the token "${record.name}"`,
          data: record,
        })
      })
      return { secret, record }
    },

    revoke(author, idOrName) {
      const token = store.token(idOrName) ?? store.named(idOrName)
      if (!token) throw notFound('token', idOrName)
      if (token.revoked_at !== null) return token
      const record = { ...token, revoked_at: now() }
      changes.write(author, tx => {
        store.setToken(tx, record)
        tx.say({
          action: 'tokens.revoke',
          noun: 'token',
          id: record.id,
          summary: `Revoked the token "${record.name}"`,
          data: record,
        })
      })
      known.clear()
      ends.clear()
      return record
    },
  }
}

export const digestOf = (secret: string): string => hash('sha256', secret, 'base64')

/** Writing implies reading, as existing clients expect. Sending mail asks unless it is plainly allowed. */
const IMPLIED: Partial<Record<Scope, Scope>> = {
  'todos:write': 'todos:read',
  'documents:write': 'documents:read',
  'calendar:write': 'calendar:read',
  'memory:write': 'memory:read',
  'email:draft': 'email:read',
  'cookbook:launch': 'cookbook:read',
}

const grantsOf = (wanted: NewToken): Token['scopes'] => {
  const grants: Partial<Record<Scope, 'allow' | 'ask'>> = {}
  for (const scope of wanted.scopes) grants[scope] = 'allow'
  if (grants['email:send']) {
    if (!wanted.allow_send) grants['email:send'] = 'ask'
    // What sending implies asks nothing: only the sending itself does.
    grants['email:draft'] = 'allow'
  }
  for (const scope of wanted.ask) grants[scope] = 'ask'
  for (const scope of [...wanted.scopes, ...wanted.ask, ...(Object.keys(grants) as Scope[])]) {
    const implied = IMPLIED[scope]
    if (implied) grants[implied] ??= 'allow'
  }
  return grants as Token['scopes']
}

const toActor = (token: Token): Actor => ({
  name: token.name,
  operator: token.operator,
  scopes: new Map(Object.entries(token.scopes) as [Scope, 'allow' | 'ask'][]),
  token: token.id,
  fences: token.fences,
})
