import { asOperator, createApp } from '../api/app.ts'
import { dispatcher } from '../api/ask.ts'
import type { Api } from '../api/context.ts'
import { type Carry, type Join, problemOf } from '../client/client.ts'
import { Problem } from '../contract/problem.ts'
import type { Terminal } from '../contract/terminal.ts'
import type { Ownership } from '../workspace/owner.ts'
import type { Paths } from '../workspace/paths.ts'
import { openWorkspace, type Workspace } from '../workspace/workspace.ts'
import { type Listener, listen } from './listen.ts'

export interface InsideOptions {
  paths: Paths
  version: string
  now?: () => number
  /** Absent: nobody listens, the workspace serves this process only (a single command). */
  listen?: { port?: number; host?: string; mode: 'inside' | 'daemon' }
}

/** The workspace and its API in this process. */
export interface Inside {
  readonly workspace: Workspace
  readonly api: Api
  readonly carry: Carry
  readonly join: Join
  /** Settles once everything is closed, whoever asked for it. */
  readonly closed: Promise<void>
  close(): Promise<void>
}

export const openInside = async (options: InsideOptions, ownership: Ownership): Promise<Inside> => {
  const opened: (() => void | Promise<void>)[] = [ownership.release]
  const undo = async (): Promise<void> => {
    for (const close of opened.splice(0).reverse()) await close()
  }
  try {
    const workspace = openWorkspace(options)
    opened.push(() => workspace.close())
    const api = createApp(workspace)
    workspace.approvals.dispatchWith(dispatcher(api, workspace))
    const { promise: closed, resolve } = Promise.withResolvers<void>()
    let closing: Promise<void> | null = null
    const close = (): Promise<void> => {
      closing ??= undo().finally(resolve)
      return closing
    }
    if (options.listen) {
      workspace.wide = mayBindWide(workspace, options.listen.host ?? workspace.config.api.host)
      const listener = await listen(api, {
        paths: options.paths,
        config: workspace.config,
        ...options.listen,
      })
      opened.push(() => {
        workspace.approvals.letGo()
        return listener.close()
      })
      announce(workspace, listener, ownership, options)
      if (options.listen.mode === 'inside') workspace.release = () => void close()
      workspace.start()
    }
    return {
      workspace,
      api,
      closed,
      close,
      carry: async request => cancellable(await api.fetch(request, asOperator), request.signal),
      async join(request) {
        let terminal: Terminal | undefined
        const join = (opened: Terminal): void => {
          terminal = opened
        }
        const response = await api.fetch(request, { ...asOperator, join })
        if (!terminal) throw await problemOf(response)
        return terminal
      },
    }
  } catch (error) {
    await undo()
    throw error
  }
}

/** Wider than loopback every caller needs a token, so there has to be one. */
const mayBindWide = (workspace: Workspace, host: string): boolean => {
  if (/^(localhost|127\.\d+\.\d+\.\d+|::1)$/.test(host)) return false
  if (workspace.access.list(false).length === 0)
    throw new Problem(
      'conflict',
      `Bound to ${host}, others reach this API: make a token for them first (ithaca tokens create NAME --scopes …). Tokens travel in clear; --remote ssh:// does not need this.`,
    )
  return true
}

const announce = (
  workspace: Workspace,
  listener: Listener,
  ownership: Ownership,
  options: InsideOptions,
): void => {
  const mode = options.listen?.mode ?? 'inside'
  workspace.url = listener.url
  workspace.mode = mode
  ownership.announce({
    id: workspace.instance,
    pid: process.pid,
    started_at: workspace.startedAt,
    url: listener.url,
    key: workspace.operatorKey,
    mode,
    version: options.version,
  })
}

/** In process nothing closes a socket, so an abort has to cancel the body that is being read. */
const cancellable = (response: Response, signal: AbortSignal): Response => {
  if (!response.body) return response
  const reader = response.body.getReader()
  const cancel = (): void => {
    // The body may be over already; then there is nothing to cancel.
    reader.cancel().catch(() => undefined)
  }
  signal.addEventListener('abort', cancel, { once: true })
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await reader.read()
      if (done) {
        signal.removeEventListener('abort', cancel)
        controller.close()
      } else controller.enqueue(value)
    },
    cancel,
  })
  return new Response(body, response)
}
