import { Problem } from '../../contract/problem.ts'
import { workspace as routes } from '../../contract/workspace.ts'
import { backUp } from '../../workspace/backup.ts'
import type { Workspace } from '../../workspace/workspace.ts'
import type { Bind } from '../bind.ts'

export const bindWorkspace = (bind: Bind, workspace: Workspace): void => {
  bind(routes.status, () => {
    const next = nextReminder(workspace)
    return {
      version: workspace.version,
      instance: workspace.instance,
      pid: process.pid,
      mode: workspace.mode,
      url: workspace.url,
      started_at: workspace.startedAt,
      timezone: workspace.zone(),
      timezone_set: workspace.config.owner.timezone !== undefined,
      home: workspace.paths.data,
      config_problem: workspace.settings.problem,
      config_waiting: [...workspace.settings.waiting],
      pending_approvals: workspace.approvals.pending(),
      next_reminder: next,
      newest_change: workspace.changes.newest(),
    }
  })
  bind(routes.backup, ({ file, with_key }) => {
    workspace.changes.settle()
    return backUp(workspace, file, with_key)
  })
  bind(routes.timezone, ({ timezone }, { author }) => {
    workspace.setZone(author, timezone.trim())
    return { timezone: workspace.zone() }
  })
  bind(routes.release, (_input, { http }) => {
    const { release } = workspace
    if (!release)
      throw new Problem(
        'conflict',
        'This owner does not give the workspace away: it is a daemon, or one command.',
      )
    setImmediate(release)
    return http.json({ ok: true }, 202)
  })
}

/** Whatever rings first, a todo or an event. */
const nextReminder = ({ todos, calendar, now }: Workspace) => {
  const todo = todos.nextDue(now())
  const event = calendar.alarms.next(now())
  const at = todo?.snoozed_until ?? todo?.due_at ?? Number.POSITIVE_INFINITY
  if (event && event.at < at) return event
  return todo ? { id: todo.id, title: todo.title, at } : null
}
