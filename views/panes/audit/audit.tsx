import { type AuditRow, events } from '../../../src/contract/events.ts'
import type { Shell } from '../../shell/shell.ts'
import { sanitiseText } from '../../terminal/sanitise.ts'
import { growing } from '../../widgets/table.ts'
import { toWidth } from '../../widgets/text.ts'
import { toned } from '../../widgets/theme.ts'
import { factRows } from '../facts.ts'
import { homes } from '../homes.ts'
import { markActions, markKeys } from '../marking.ts'
import type { Pane } from '../pane.ts'
import { Searched } from '../searched.ts'
import { TextSide } from '../text-side.tsx'
import { day, shortDay } from '../words.ts'
import { auditActions } from './actions.ts'

/** What the trail is narrowed to. */
export interface Narrowed {
  actor?: string
  noun?: string
  object?: string
}

/** Who did what, and taking it back. */
export function auditPane(shell: Shell): Pane {
  const only: Narrowed = {}
  const rows = new Searched<AuditRow>(shell, {
    nouns: null,
    idOf: ({ seq }) => String(seq),
    row: auditRow,
    empty: () => (narrowed().length > 0 ? 'Nothing of that. Esc shows all.' : 'Nothing was done yet.'),
    notes: () => narrowed(),
    page: query => shell.client.call(events.audit, { ...only, ...query }),
  })
  const text = new TextSide()
  const narrowed = () => Object.entries(only).map(([by, value]) => sanitiseText(`only ${by} ${value}`))
  const clear = () => {
    for (const by of Object.keys(only) as (keyof Narrowed)[]) delete only[by]
  }
  return {
    id: 'audit',
    tab: 'Audit',
    title: 'Audit',
    actions: [...auditActions(shell, rows, only), ...markActions('audit', 'audit.list', rows)],
    keys: {
      'audit.open': ['enter', 'l', 'right'],
      'audit.actor': ['a'],
      'audit.actors': ['A'],
      'audit.kind': ['n'],
      'audit.object': ['o'],
      'audit.undo': ['U'],
      ...markKeys('audit'),
    },
    places: at => (at === 'list' ? ['audit.list', 'audit'] : ['audit']),
    hints: () => [
      'audit.undo',
      'audit.actor',
      'audit.actors',
      'audit.kind',
      'audit.object',
      'audit.open',
      'audit.mark',
      'screen.turn',
      'screen.filter',
    ],
    badge: () => (narrowed().length === 0 ? '' : '*'),
    filter: rows.filter,
    lists: { rows },
    list: box => rows.view(box),
    detail: box =>
      text.view(
        rows.selected ? auditRows(rows.selected, box.width) : [],
        box,
        String(rows.selected?.seq ?? ''),
      ),
    move(motion, at) {
      if (at === 'list') rows.move(motion)
      else text.move(motion)
    },
    pick: ({ y }, at) => (at === 'list' ? rows.pick(y) : null),
    opened: () => rows.look(),
    /** `actor NAME` shows what one did, `object ID` what was done to one thing. */
    reveal(id) {
      clear()
      const [by, value] = [id.slice(0, id.indexOf(' ')), id.slice(id.indexOf(' ') + 1)]
      if (by === 'actor' || by === 'object') only[by] = value
      rows.filter.text = ''
      rows.turn()
    },
    up(at) {
      if (at !== 'list') return false
      if (rows.unmark()) return true
      if (rows.filter.text !== '' || narrowed().length === 0) return false
      clear()
      rows.turn()
      return true
    },
  }
}

export function auditRow(row: AuditRow, width: number): string {
  const who = toWidth(sanitiseText(row.actor), growing(width, 40, [8, 14]))
  const undone = row.undone_by === null ? '' : '(undone) '
  const line = `${shortDay(row.at).padStart(6)} ${who} ${undone}${sanitiseText(row.summary)}`
  return undone === '' ? line : toned(line, 'quiet')
}

function auditRows(row: AuditRow, width: number): string[] {
  const state = row.undone_by !== null ? `taken back by ${row.undone_by}` : row.undoable ? 'yes, U' : 'no'
  return factRows(
    [
      ['what', row.summary],
      ['who', row.actor],
      ['when', day(row.at)],
      ['undo', state],
      ['thing', `${row.noun} ${row.id}${homes[row.noun] === undefined ? '' : ' (Enter opens it)'}`],
      ['action', row.action],
      ['number', String(row.seq)],
    ],
    width,
  )
}
