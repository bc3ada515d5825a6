import { notify as routes } from '../../contract/notify.ts'
import type { Workspace } from '../../workspace/workspace.ts'
import type { Bind } from '../bind.ts'

export const bindNotify = (bind: Bind, { notify }: Workspace): void => {
  bind(routes.deliveries, input => notify.list(input))
  bind(routes.test, async ({ channel }) => {
    await notify.test(channel)
    return { ok: true }
  })
}
