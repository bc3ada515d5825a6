import { about as routes } from '../../contract/about.ts'
import type { Workspace } from '../../workspace/workspace.ts'
import type { Bind } from '../bind.ts'
import type { App } from '../context.ts'
import type { Metrics } from '../metrics.ts'

export const bindAbout = (bind: Bind, app: App, workspace: Workspace, metrics: Metrics): void => {
  // Nobody in particular calls these two, so there is no actor to bind them to.
  app.get(routes.health.path, http =>
    http.json({ ok: true, id: workspace.instance, version: workspace.version }),
  )
  let description: Promise<string> | undefined
  app.get(routes.openapi.path, async http => {
    description ??= describe(workspace.version)
    return http.body(await description, 200, { 'content-type': 'application/json' })
  })
  bind(routes.metrics, (_input, { http }) =>
    http.body(metrics.text(workspace), 200, { 'content-type': routes.metrics.media }),
  )
}

/** Most processes are never asked, so it is made when first it is. */
const describe = async (version: string): Promise<string> => {
  const [{ describeApi }, { allRoutes }] = await Promise.all([
    import('../openapi.ts'),
    import('../../contract/all.ts'),
  ])
  return JSON.stringify(describeApi(allRoutes(), version))
}
