import { type Approval, access } from '../../../src/contract/access.ts'
import type { Action } from '../../actions/registry.ts'
import type { Shell } from '../../shell/shell.ts'
import { sanitiseText } from '../../terminal/sanitise.ts'
import { spend, targets } from '../marking.ts'
import type { Queue } from './queue.ts'

/** Saying yes and no. */
export function approvalActions(shell: Shell, queue: Queue): Action<Shell, never>[] {
  const base = {
    where: ['approvals'],
    writes: true,
    disabled: () => {
      if (queue.decided) return 'it is decided already; . shows what waits'
      if (!queue.list.selected) return 'nobody asks anything'
      return queue.moved ? 'the question under the cursor has just changed: look again' : undefined
    },
  }
  const named = (one: Approval) => sanitiseText(`${one.actor}: ${one.reason}`)
  const decide = (allow: boolean): Action<Shell, never> => ({
    ...base,
    id: allow ? 'approvals.allow' : 'approvals.deny',
    title: allow ? 'allow' : 'deny',
    help: allow
      ? 'Says yes: the request runs as it was asked. To all that are marked, after a question.'
      : 'Says no: nothing happens. To all that are marked, after a question.',
    danger: 'confirm',
    deed() {
      const chosen = targets(shell, queue.list)
      const run = () => {
        spend(shell, queue.list)
        for (const one of chosen) void answer(shell, queue, one, allow)
      }
      if (chosen.length === 1) return { run }
      const more = chosen.length > 8 ? [`and ${chosen.length - 8} more`] : []
      const verb = allow ? 'Allow' : 'Deny'
      const facts = [...chosen.slice(0, 8).map(named), ...more]
      return { stakes: { title: `${verb} ${chosen.length} questions`, facts, verb, name: '' }, run }
    },
  })
  const explain = (allow: boolean): Action<Shell, never> => ({
    ...base,
    id: allow ? 'approvals.allow-note' : 'approvals.deny-note',
    title: allow ? 'allow, saying ...' : 'deny, saying why',
    help: allow
      ? 'Says yes, with a note that who asked is told.'
      : 'Says no, with a reason that who asked is told.',
    danger: 'none',
    run() {
      const one = queue.list.selected!
      shell.ask({
        label: `${allow ? 'allow' : 'deny'} ${sanitiseText(one.actor).slice(0, 20)}, because: `,
        enter: note => void answer(shell, queue, one, allow, note.trim()),
      })
    },
  })
  return [
    decide(true),
    decide(false),
    explain(true),
    explain(false),
    {
      id: 'approvals.page',
      title: 'pager',
      help: 'Opens the whole request in $PAGER.',
      where: ['approvals'],
      danger: 'none',
      disabled: () => (queue.selected ? undefined : 'nobody asks anything'),
      run: async () => void (await shell.page(JSON.stringify(queue.selected, null, 2))),
    },
    {
      id: 'approvals.shelf',
      title: 'waiting or decided',
      help: 'Shows what was decided, or what waits.',
      where: ['approvals'],
      danger: 'none',
      run: () => queue.turn(),
    },
  ]
}

/** A yes runs the request, which may take its time: other keys do not wait for it. */
async function answer(shell: Shell, queue: Queue, one: Approval, allow: boolean, note = ''): Promise<void> {
  await shell.act(allow ? 'allow' : 'deny', () =>
    queue.answering(one.id, async () => {
      const said = note === '' ? {} : { note }
      const { value, seq } = await shell.client.ask(access.decide, { id: one.id, allow, ...said })
      shell.world.approvals.put(value, seq)
      const what = `${allow ? 'Allowed' : 'Denied'} ${one.actor}: ${one.reason}`
      const { outcome } = value
      if (!outcome) shell.toast(allow ? 'good' : 'info', what)
      else if (outcome.status < 400) shell.toast('good', `${what} (answered ${outcome.status})`)
      else shell.toast('bad', `${what}, but it failed with ${outcome.status}${reasonOf(outcome.body)}`)
    }),
  )
}

function reasonOf(body: unknown): string {
  const { detail, error } = (body ?? {}) as { detail?: unknown; error?: { message?: unknown } | string }
  const words = typeof detail === 'string' ? detail : typeof error === 'string' ? error : error?.message
  return typeof words === 'string' ? `: ${words.slice(0, 200)}` : ''
}
