import type { Author } from '../../store/changes.ts'
import type { Actor } from '../contract/actor.ts'
import type { Scope } from '../contract/route.ts'
import type { Workspace } from '../workspace/workspace.ts'
import type { Ctx } from './context.ts'
import { passFence, passGuard, type Wording } from './guard.ts'

/**
 * One request as its handler sees it. A class, because a getter in an object literal costs V8 a hidden class of its own
 * each time, which outlives the request and keeps all of it from the quick collection: a third of what a small GET cost.
 */
export class Call {
  readonly http: Ctx
  readonly workspace: Workspace
  readonly actor: Actor
  readonly author: Author

  constructor(http: Ctx, workspace: Workspace, actor: Actor, author: Author) {
    this.http = http
    this.workspace = workspace
    this.actor = actor
    this.author = author
  }

  /** Made when it is asked for: it is dear, and most handlers never do. */
  get signal(): AbortSignal {
    return this.http.req.raw.signal
  }

  /** For routes whose scope depends on what is asked of them. Throws the refusal, or waits for an approval. */
  need(scopes: readonly Scope[], all = false, wording?: Wording): Promise<void> {
    return passGuard(this.http, this.workspace, scopes, all, wording)
  }

  /** At a fence of the token: a refusal that names it, or a question where the token is allowed to ask. */
  fence(reason: string): Promise<void> {
    return passFence(this.http, this.workspace, reason)
  }
}
