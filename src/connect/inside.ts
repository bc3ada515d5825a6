import { type Api, asOperator, createApp } from '../api/app.ts'
import { dispatcher } from '../api/ask.ts'
import type { Carry } from '../client/client.ts'
import type { Ownership } from '../workspace/owner.ts'
import type { Paths } from '../workspace/paths.ts'
import { openWorkspace, type Workspace } from '../workspace/workspace.ts'
import { type Listener, listen } from './listen.ts'

export interface InsideOptions {
  paths: Paths
  version: string
  /** Absent: nobody listens, the workspace serves this process only (a single command). */
  now?: () => number
  listen?: { port?: number; host?: string; mode: 'inside' | 'daemon' }
}

/** The workspace and its API in this process. */
export interface Inside {
  readonly workspace: Workspace
  readonly api: Api
  readonly carry: Carry
  close(): Promise<void>
}

export const openInside = async (options: InsideOptions, ownership: Ownership): Promise<Inside> => {
  let workspace: Workspace
  try {
    workspace = openWorkspace(options)
  } catch (error) {
    ownership.release()
    throw error
  }
  const api = createApp(workspace)
  workspace.approvals.dispatchWith(dispatcher(api, workspace))
  let listener: Listener | null = null
  if (options.listen) {
    try {
      listener = await listen(api, { paths: options.paths, config: workspace.config, ...options.listen })
    } catch (error) {
      await workspace.close()
      ownership.release()
      throw error
    }
    workspace.url = listener.url
    ownership.announce({
      id: workspace.instance,
      pid: process.pid,
      started_at: workspace.startedAt,
      url: listener.url,
      key: workspace.operatorKey,
      mode: options.listen.mode,
      version: options.version,
    })
    workspace.start()
  }
  let closing: Promise<void> | null = null
  const close = async (): Promise<void> => {
    await listener?.close()
    await workspace.close()
    ownership.release()
  }
  return {
    workspace,
    api,
    carry: async request => cancellable(await api.fetch(request, asOperator), request.signal),
    close: () => (closing ??= close()),
  }
}

/** In process nothing closes a socket, so an abort has to cancel the body that is being read. */
const cancellable = (response: Response, signal: AbortSignal): Response => {
  if (!response.body) return response
  const reader = response.body.getReader()
  const cancel = (): void => {
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
