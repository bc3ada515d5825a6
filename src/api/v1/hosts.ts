import { hosts as routes } from '../../contract/hosts.ts'
import type { Workspace } from '../../workspace/workspace.ts'
import type { Bind } from '../bind.ts'
import { flow } from '../flow.ts'
import { shownTo } from '../sight.ts'

export const bindHosts = (bind: Bind, workspace: Workspace): void => {
  const { machines, watch, terminals } = workspace.cookbook
  bind(routes.list, (_input, { actor }) => {
    watch.hurry()
    return { items: shownTo(actor, machines.list()) }
  })
  bind(routes.get, ({ id }, { actor }) => shownTo(actor, machines.view(id)))
  bind(routes.add, (input, { author }) => machines.add(author, input))
  bind(routes.edit, (input, { author }) => machines.edit(author, input))
  bind(routes.remove, ({ id }, { author }) => {
    machines.remove(author, id)
    return { ok: true }
  })
  bind(routes.test, ({ id }, { http }) => {
    machines.at(id)
    const steps = flow(async function* (signal) {
      for await (const step of machines.test(id, signal)) yield Buffer.from(`${JSON.stringify(step)}\n`)
    })
    return http.body(steps, 200, { 'content-type': 'application/x-ndjson' })
  })
  bind(routes.trust, ({ id, fingerprint }, { author }) => machines.trust(author, id, fingerprint))
  bind(routes.terminal, ({ id, ...shape }, { author, signal }) => terminals.shell(author, id, shape, signal))
  bind(routes.history, ({ id, since }) => ({ samples: machines.history(id, since ?? 0) }))
  bind(routes.commands, ({ id }) => ({ items: machines.commands(id) }))
  bind(routes.aliases, async ({ pattern, saved }) => ({ items: await machines.aliases(pattern, saved) }))
}
