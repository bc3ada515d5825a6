import { rmSync, statSync, writeFileSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import { Problem } from '../../contract/problem.ts'
import { workspace as routes } from '../../contract/workspace.ts'
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
  bind(routes.backup, async ({ file }) => {
    if (!isAbsolute(file)) throw new Problem('invalid', `'${file}' is not an absolute path.`)
    if (!makeEmpty(file)) throw new Problem('conflict', `${file} exists; a backup never overwrites.`)
    try {
      await workspace.store.backup(file)
    } catch (error) {
      rmSync(file, { force: true })
      throw new Problem('failed', `${file} could not be written: ${(error as Error).message}.`)
    }
    return { file, bytes: statSync(file).size }
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

/** Its owner's alone from the first byte on; false where something is already. */
const makeEmpty = (file: string): boolean => {
  try {
    writeFileSync(file, '', { flag: 'wx', mode: 0o600 })
    return true
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') return false
    throw new Problem('failed', `${file} could not be written: ${message}.`)
  }
}
