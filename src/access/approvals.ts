import { randomUUID } from 'node:crypto'
import type { AccessStore, KeptApproval } from '../../store/access.ts'
import type { Author, Changes } from '../../store/changes.ts'
import type { Approval } from '../contract/access.ts'
import { notFound, Problem } from '../contract/problem.ts'

export interface Question {
  actor: string
  token: string | null
  method: string
  path: string
  scopes: readonly string[]
  reason: string
  digest: string
  /** What a person is shown, secrets masked. */
  shown: unknown
  /** What is sent again if the answer is yes. Forgotten once decided. */
  body: string | null
  deadline: number | null
}

export type Outcome = NonNullable<Approval['outcome']>
/** Does what was asked. Set once by the API, which alone can send a request again. */
export type Dispatch = (approval: KeptApproval) => Promise<Outcome>

export interface Approvals {
  /** A new question, or the one the same request asked before. */
  ask(question: Question): Approval
  /** `token`: only its own. */
  list(query: { state: string; token?: string | null; limit: number; cursor?: string }): {
    items: Approval[]
    next: string | null
  }
  /** For a token there are only its own. */
  get(id: string, token?: string | null): Approval
  pending(): number
  decide(author: Author, id: string, allow: boolean, note?: string): Promise<Approval>
  /** Nobody asks any more: the token was revoked. */
  drop(author: Author, token: string): void
  /** Resolves with the approval when it is settled, or as it stands after `ms`. */
  settled(id: string, ms: number, signal?: AbortSignal): Promise<Approval>
  /** Lets go of everybody who waits: the process ends, the questions stay. */
  letGo(): void
  /** Ends those whose deadline is over; gives the next deadline. */
  expire(): void
  dispatchWith(dispatch: Dispatch): void
}

const JOIN_AFTER = 10 * 60_000

export const openApprovals = (deps: {
  store: AccessStore
  changes: Changes
  now: () => number
  /** A request may carry a password: until it is decided, it lies sealed. */
  seal: { seal(text: string): Buffer; open(sealed: Buffer): string }
}): Approvals => {
  const { store, changes, now } = deps
  const waiting = new Map<string, Set<() => void>>()
  let dispatch: Dispatch | null = null
  let over = false

  const kept = (id: string): KeptApproval => {
    const found = store.approval(id)
    if (!found) throw notFound('approval', id)
    return found
  }
  const save = (author: Author, approval: KeptApproval, action: string, summary: string): void => {
    changes.write(author, tx => {
      store.putApproval(tx, approval)
      tx.say({
        action: `approvals.${action}`,
        noun: 'approval',
        id: approval.id,
        summary,
        data: show(approval),
      })
    })
  }
  /** Questions of earlier versions lie open: JSON, which no sealed text begins like. */
  const opened = (body: string | null): string | null =>
    body === null || body.startsWith('{') ? body : deps.seal.open(Buffer.from(body, 'base64'))
  const wake = (id: string): void => {
    for (const resume of waiting.get(id) ?? []) resume()
  }
  const isSettled = (approval: Approval): boolean =>
    approval.state === 'denied' || approval.state === 'expired' || approval.outcome !== null

  const approvals: Approvals = {
    ask(question) {
      const before = store.sameQuestion(question.token, question.digest, now() - JOIN_AFTER)
      if (before) return show(before)
      const approval: KeptApproval = {
        id: randomUUID().slice(0, 8),
        state: 'pending',
        actor: question.actor,
        token: question.token,
        method: question.method,
        path: question.path,
        body: question.shown,
        request_body: question.body === null ? null : deps.seal.seal(question.body).toString('base64'),
        scopes: [...question.scopes],
        reason: question.reason,
        digest: question.digest,
        created_at: now(),
        deadline: question.deadline,
        decided_by: null,
        decided_at: null,
        note: null,
        outcome: null,
      }
      save(
        { actor: question.actor, token: question.token },
        approval,
        'ask',
        `${question.actor} asks: ${question.reason}`,
      )
      return show(approval)
    },

    list(query) {
      const page = store.approvals(query)
      return { items: page.items.map(show), next: page.next }
    },
    get(id, token) {
      const approval = kept(id)
      if (token !== undefined && approval.token !== token) throw notFound('approval', id)
      return show(approval)
    },
    pending: store.pendingApprovals,

    async decide(author, id, allow, note) {
      const approval = kept(id)
      if (approval.state !== 'pending')
        throw new Problem(
          'conflict',
          `This was decided already: ${approval.state}${approval.decided_by ? ` by ${approval.decided_by}` : ''}.`,
          {
            state: approval.state,
          },
        )
      const decided: KeptApproval = {
        ...approval,
        state: allow ? 'allowed' : 'denied',
        decided_by: author.actor,
        decided_at: now(),
        note: note?.trim() || null,
        body: null,
        request_body: null,
      }
      save(author, decided, 'decide', `${allow ? 'Allowed' : 'Denied'} ${approval.actor}: ${approval.reason}`)
      if (!allow) {
        wake(id)
        return show(decided)
      }
      if (!dispatch) throw new Error('approvals were decided before the API was there to carry them out')
      const carried = async (act: Dispatch): Promise<Outcome> =>
        act({ ...approval, request_body: opened(approval.request_body) })
      const outcome = await carried(dispatch).catch(
        (error: Error): Outcome => ({
          status: 500,
          body: { detail: `It was allowed, but failed: ${error.message}` },
        }),
      )
      const settled = { ...decided, outcome }
      save(
        { actor: author.actor, token: author.token ?? null },
        settled,
        'outcome',
        `${approval.reason}: answered ${outcome.status}`,
      )
      wake(id)
      return show(settled)
    },

    drop(author, token) {
      for (const approval of store.pendingOf(token)) {
        const dropped: KeptApproval = {
          ...approval,
          state: 'denied',
          decided_by: author.actor,
          decided_at: now(),
          note: 'its token was revoked',
          body: null,
          request_body: null,
        }
        save(author, dropped, 'decide', `Dropped with its token, ${approval.actor}: ${approval.reason}`)
        wake(approval.id)
      }
    },

    async settled(id, ms, signal) {
      const approval = kept(id)
      if (isSettled(approval) || ms <= 0 || over || signal?.aborted) return show(approval)
      let stop = (): void => undefined
      await new Promise<void>(resolve => {
        const timer = setTimeout(resolve, ms)
        const resumes = waiting.get(id) ?? new Set()
        waiting.set(id, resumes.add(resolve))
        signal?.addEventListener('abort', () => resolve(), { once: true })
        stop = () => {
          clearTimeout(timer)
          resumes.delete(resolve)
          if (resumes.size === 0) waiting.delete(id)
        }
      })
      stop()
      return show(kept(id))
    },

    letGo() {
      over = true
      for (const id of waiting.keys()) wake(id)
    },

    expire() {
      for (const approval of store.overdue(now())) {
        const author = { actor: 'ithaca' }
        save(
          author,
          { ...approval, state: 'expired', decided_at: now(), body: null, request_body: null },
          'expire',
          `No answer in time: ${approval.reason}`,
        )
        wake(approval.id)
      }
    },

    dispatchWith(how) {
      dispatch = how
      // A process that died between the yes and the outcome leaves a question nobody can answer twice.
      for (const approval of store.unsettled())
        save(
          { actor: 'ithaca' },
          {
            ...approval,
            outcome: {
              status: 500,
              body: {
                detail:
                  'It was allowed, but Ithaca ended before the outcome was known. Look before asking again.',
              },
            },
          },
          'outcome',
          `${approval.reason}: outcome unknown`,
        )
    },
  }
  return approvals
}

const show = (approval: KeptApproval): Approval => {
  const { digest: _digest, request_body: _body, ...shown } = approval
  return shown
}
