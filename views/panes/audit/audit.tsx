import { type AuditRow, events } from '../../../src/contract/events.ts'
import type { Action } from '../../actions/registry.ts'
import type { Shell } from '../../shell/shell.ts'
import { sanitiseText } from '../../terminal/sanitise.ts'
import { toWidth } from '../../widgets/text.ts'
import { toned } from '../../widgets/theme.ts'
import { factRows } from '../facts.ts'
import type { Pane } from '../pane.ts'
import { Searched } from '../searched.ts'
import { TextSide } from '../text-side.tsx'
import { day } from '../words.ts'

/** Who did what, and taking one of it back. */
export function auditPane(shell: Shell): Pane {
  const only: { actor?: string; noun?: string; object?: string } = {}
  let agreed: AuditRow | undefined
  const rows = new Searched<AuditRow>(shell, {
    nouns: null,
    idOf: ({ seq }) => String(seq),
    row: auditRow,
    empty: () => (narrowed() ? `Nothing of ${narrowed()}. Esc shows all.` : 'Nothing was done yet.'),
    page: query => shell.client.call(events.audit, { ...only, ...query }),
  })
  const { side } = rows
  const text = new TextSide()
  const where = ['audit']
  const narrowed = () => sanitiseText(Object.values(only).join(', '))
  const narrowTo = (id: string, key: string, by: keyof typeof only, help: string): Action<Shell, never> => ({
    id: `audit.${id}`,
    title: id,
    help,
    where,
    danger: 'none',
    disabled: () => (side.selected || only[by] !== undefined ? undefined : 'select a change first'),
    run() {
      if (only[by] !== undefined) delete only[by]
      else if (key === 'id') only[by] = side.selected!.id
      else only[by] = side.selected![key as 'actor' | 'noun']
      rows.again()
    },
  })
  return {
    id: 'audit',
    tab: 'Audit',
    title: 'Audit',
    actions: [
      narrowTo('actor', 'actor', 'actor', 'Shows only what this one did, or what all did.'),
      narrowTo('kind', 'noun', 'noun', 'Shows only changes of this kind of thing, or of all.'),
      narrowTo('object', 'id', 'object', 'Shows only what happened to this very thing, or to all.'),
      {
        id: 'audit.undo',
        title: 'undo this',
        help: 'Takes back this one change, if nothing was built on it since.',
        where,
        writes: true,
        danger: 'confirm',
        disabled: () => {
          const row = side.selected
          if (!row) return 'select a change first'
          if (row.undone_by !== null) return 'it was taken back already'
          return row.undoable ? undefined : 'it cannot be taken back'
        },
        stakes() {
          agreed = side.selected!
          const facts = [`${agreed.summary}`, `by ${agreed.actor}, ${day(agreed.at)}`].map(sanitiseText)
          return { title: 'Take this back', facts, verb: 'Undo', name: String(agreed.seq) }
        },
        async run() {
          const { undone } = await shell.client.call(events.undo, { seq: agreed!.seq })
          shell.toast('good', `Undone: ${undone.summary}`)
        },
      },
    ],
    keys: {
      'audit.actor': ['a'],
      'audit.kind': ['n'],
      'audit.object': ['o'],
      'audit.undo': ['U'],
    },
    places: () => where,
    hints: () => ['audit.undo', 'audit.actor', 'audit.kind', 'audit.object', 'screen.turn', 'screen.filter'],
    badge: () => (narrowed() === '' ? '' : '*'),
    filter: rows.filter,
    list: box => side.view(box),
    detail: box => text.view(side.selected ? auditRows(side.selected, box.width) : [], box),
    move(motion, at) {
      if (at === 'list') rows.move(motion)
      else text.move(motion)
    },
    opened: () => rows.look(),
    up(at) {
      if (at !== 'list' || rows.filter.text !== '' || narrowed() === '') return false
      for (const by of Object.keys(only) as (keyof typeof only)[]) delete only[by]
      rows.again()
      return true
    },
  }
}

function auditRow(row: AuditRow, width: number): string {
  const when = day(row.at)
  const who = toWidth(sanitiseText(row.actor), width < 60 ? 8 : 14)
  const undone = row.undone_by === null ? '' : '(undone) '
  const line = `${toWidth(when, when.length > 5 && width >= 60 ? 16 : 5)} ${who} ${undone}${sanitiseText(row.summary)}`
  return undone === '' ? line : toned(line, 'quiet')
}

function auditRows(row: AuditRow, width: number): string[] {
  const state = row.undone_by !== null ? `taken back by ${row.undone_by}` : row.undoable ? 'yes, U' : 'no'
  return factRows(
    [
      ['what', row.summary],
      ['who', row.actor],
      ['when', day(row.at)],
      ['action', row.action],
      ['thing', `${row.noun} ${row.id}`],
      ['number', String(row.seq)],
      ['undo', state],
    ],
    width,
  )
}
