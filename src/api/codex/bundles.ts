import { bundles as routes } from '../../contract/codex/bundles.ts'
import type { Workspace } from '../../workspace/workspace.ts'
import type { Bind } from '../bind.ts'
import type { Ctx } from '../context.ts'
import type { Bundle } from './bundle/bundle.ts'

export const bindBundles = (bind: Bind, { version }: Workspace): void => {
  const sent = async (http: Ctx, name: 'CODEX' | 'CLAUDE'): Promise<Response> => {
    const { archive, [name]: bundle } = await import('./bundle/bundle.ts')
    return download(http, bundle, archive(bundle, version))
  }
  bind(routes.codex, (_input, { http }) => sent(http, 'CODEX'))
  bind(routes.claude, (_input, { http }) => sent(http, 'CLAUDE'))
}

const download = (http: Ctx, { filename }: Bundle, bytes: Uint8Array<ArrayBuffer>): Response =>
  http.body(bytes, 200, {
    'content-type': 'application/zip',
    'content-disposition': `attachment; filename="${filename}"`,
  })
