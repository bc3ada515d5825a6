import { access } from '../../../src/contract/access.ts'
import { type AuditRow, events } from '../../../src/contract/events.ts'
import type { Action } from '../../actions/registry.ts'
import type { Shell } from '../../shell/shell.ts'
import { sanitiseText } from '../../terminal/sanitise.ts'
import { homes } from '../homes.ts'
import { spend, targets } from '../marking.ts'
import type { Searched } from '../searched.ts'
import { day } from '../words.ts'
import type { Narrowed } from './audit.tsx'

export function auditActions(shell: Shell, rows: Searched<AuditRow>, only: Narrowed): Action<Shell, never>[] {
  const where = ['audit']
  const one = () => (rows.selected ? undefined : 'select a change first')
  const narrowTo = (
    id: string,
    by: keyof Narrowed,
    of: (row: AuditRow) => string,
    help: string,
  ): Action<Shell, never> => ({
    id: `audit.${id}`,
    title: id,
    help,
    where,
    danger: 'none',
    disabled: () => (only[by] === undefined ? one() : undefined),
    run() {
      if (only[by] !== undefined) delete only[by]
      else only[by] = of(rows.selected!)
      rows.turn()
    },
  })
  return [
    {
      id: 'audit.open',
      title: 'open it',
      help: 'Goes to the thing that was changed.',
      where: ['audit.list'],
      danger: 'none',
      disabled: () =>
        one() ?? (homes[rows.selected!.noun] === undefined ? 'no pane shows such a thing' : undefined),
      async run() {
        const { noun, id } = rows.selected!
        shell.go(homes[noun]!)
        await shell.pane.reveal?.(id)
      },
    },
    narrowTo('actor', 'actor', ({ actor }) => actor, 'Shows only what this one did, or what all did.'),
    {
      id: 'audit.actors',
      title: 'whose',
      help: 'Shows only what one did, of all who did something or hold a token.',
      where,
      danger: 'none',
      run: () => chooseActor(shell, rows, only),
    },
    narrowTo('kind', 'noun', ({ noun }) => noun, 'Shows only changes of this kind of thing, or of all.'),
    narrowTo('object', 'object', ({ id }) => id, 'Shows only what happened to this very thing, or to all.'),
    undoing(shell, rows, where),
  ]
}

/** Taking back one change, or all that are marked, the newest first. */
function undoing(shell: Shell, rows: Searched<AuditRow>, where: readonly string[]): Action<Shell, never> {
  const named = (row: AuditRow) => sanitiseText(`${row.summary}, by ${row.actor}, ${day(row.at)}`)
  return {
    id: 'audit.undo',
    title: 'undo this',
    help: 'Takes back this one change, or all that are marked, if nothing was built on them since.',
    where,
    writes: true,
    danger: 'confirm',
    disabled() {
      const chosen = targets(shell, rows)
      if (chosen.length === 0) return 'select a change first'
      if (chosen.some(({ undoable }) => undoable)) return undefined
      return chosen.some(row => row.undone_by !== null)
        ? 'it was taken back already'
        : 'it cannot be taken back'
    },
    deed() {
      const chosen = targets(shell, rows)
      const agreed = chosen.filter(({ undoable }) => undoable).toSorted((a, b) => b.seq - a.seq)
      const left = chosen.length - agreed.length
      return {
        stakes: {
          title: agreed.length === 1 ? 'Take this back' : `Take back ${agreed.length} changes`,
          facts: [
            ...agreed.slice(0, 8).map(named),
            ...(agreed.length > 8 ? [`and ${agreed.length - 8} more`] : []),
            ...(left > 0 ? [`${left} of the marked cannot be taken back.`] : []),
          ],
          verb: 'Undo',
          name: '',
        },
        async run() {
          let summary = ''
          await shell.together.each(agreed, async ({ seq }) => {
            const { undone, seq: by } = await shell.client.call(events.undo, { seq })
            summary = undone.summary
            return by
          })
          spend(shell, rows)
          shell.toast('good', `Undone: ${agreed.length === 1 ? summary : `${agreed.length} changes`}`)
        },
      }
    },
  }
}

async function chooseActor(shell: Shell, rows: Searched<AuditRow>, only: Narrowed): Promise<void> {
  const { items } = await shell.toOpen(shell.client.call(access.tokens, { revoked: true }))
  const names = new Set([
    'operator',
    'ithaca',
    ...rows.items.map(({ actor }) => actor),
    ...items.map(({ name }) => name),
  ])
  const show = (actor: string | null) => () => {
    if (actor === null) delete only.actor
    else only.actor = actor
    rows.turn()
  }
  shell.menu('What was done by', [
    { id: ' ', title: 'everybody', run: show(null) },
    ...[...names].map(name => ({
      id: name,
      title: sanitiseText(name),
      ...(name === only.actor ? { note: 'as it is now' } : {}),
      run: show(name),
    })),
  ])
}
