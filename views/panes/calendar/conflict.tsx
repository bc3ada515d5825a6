import type { CalendarEvent } from '../../../src/contract/calendar.ts'
import { type Conflict, calendarSync, type Keep } from '../../../src/contract/calendar-sync.ts'
import { repeatTyped } from '../../../src/time/repeat.ts'
import type { Stroke } from '../../keys/decode.ts'
import type { Over, Overlay } from '../../shell/overlay.ts'
import type { Shell } from '../../shell/shell.ts'
import type { Screen } from '../../terminal/compositor.ts'
import { sanitiseBlock, sanitiseText } from '../../terminal/sanitise.ts'
import { Frame } from '../../widgets/dialog.tsx'
import { Rows } from '../../widgets/rows.tsx'
import { toWidth, wrapText } from '../../widgets/text.ts'
import { toned } from '../../widgets/theme.ts'
import { answerWords } from '../answer.ts'
import type { CalendarBook } from './book.ts'
import { written } from './rows.ts'

/** Under this width one version stands under the other. */
const narrow = 60
/** Keys that come with the dialog, or were meant for what was there before it, settle nothing. */
const deaf = 300

const kept: Record<Keep, string> = {
  mine: 'The version from here counts',
  theirs: "The server's version counts",
  both: 'Both are kept, as two events',
}

/** What the two versions of an event say, field by field. */
export function versions({ mine, theirs }: Conflict): { label: string; mine: string; theirs: string }[] {
  const fields: [string, (event: CalendarEvent) => string][] = [
    ['what', ({ summary }) => summary],
    ['start', ({ start }) => written(start)],
    ['end', ({ end }) => written(end)],
    ['where', ({ location }) => location],
    ['repeats', ({ rrule, tzid }) => (rrule ? repeatTyped(rrule, tzid ?? 'UTC') : '')],
    ['without', ({ exdates }) => exdates.join(', ')],
    ['changed', ({ changed_dates }) => changed_dates.join(', ')],
    ['reminds', ({ alarms }) => alarms.join(', ')],
    ['busy', ({ busy }) => (busy ? '' : 'no')],
    ['state', ({ cancelled }) => (cancelled ? 'cancelled' : '')],
    [
      'people',
      ({ attendees }) => attendees.map(each => `${each.address} ${answerWords[each.answer]}`).join(', '),
    ],
    ['text', ({ description }) => description],
  ]
  const words = (event: CalendarEvent | null, field: (event: CalendarEvent) => string) =>
    event === null ? '' : field(event)
  return fields
    .map(([label, field]) => ({ label, mine: words(mine, field), theirs: words(theirs, field) }))
    .filter(row => row.mine !== '' || row.theirs !== '')
}

/** Rows of the two, side by side; what differs has a mark before it. */
export function conflictRows(conflict: Conflict, width: number): string[] {
  const { mine, theirs } = conflict
  const both = versions(conflict)
  const label = 10
  const differs = (row: (typeof both)[number]) => mine !== null && theirs !== null && row.mine !== row.theirs
  const lines = (text: string, room: number) =>
    text === '' ? [] : sanitiseBlock(text).flatMap(line => wrapText(line, room))
  if (width < narrow) {
    const side = (name: string, of: 'mine' | 'theirs', event: CalendarEvent | null) => [
      toned(name, 'title'),
      ...(event === null
        ? ['(deleted)']
        : both.flatMap(row =>
            lines(row[of], width - label).map((line, i) => {
              const head = i === 0 ? `${differs(row) ? '! ' : '  '}${row.label}` : ''
              return toned(head.padEnd(label), 'quiet') + line
            }),
          )),
    ]
    return [...side('here', 'mine', mine), ...side('on the server', 'theirs', theirs)]
  }
  const column = Math.floor((width - label - 3) / 2)
  const pair = (left: string, right: string) => `${toWidth(left, column)} | ${toWidth(right, column)}`
  const rows = both.flatMap(row => {
    const [left, right] = [lines(row.mine, column), lines(row.theirs, column)]
    return Array.from({ length: Math.max(left.length, right.length) }, (_, i) => {
      const head = i === 0 ? `${differs(row) ? '! ' : '  '}${row.label}` : ''
      const line = pair(left[i] ?? '', right[i] ?? '')
      return toned(head.padEnd(label), 'quiet') + (differs(row) ? toned(line, 'strong') : line)
    })
  })
  const name = (text: string, event: CalendarEvent | null) => `${text}${event === null ? ': deleted' : ''}`
  return [
    ' '.repeat(label) + toned(pair(name('here', mine), name('on the server', theirs)), 'title'),
    ...rows,
  ]
}

/** Settles conflicts one after the other: both versions, and a key for each way out. */
class Conflicts implements Overlay {
  #at = 0
  #top = 0
  #opened: number
  #busy = false
  readonly #shell: Shell
  readonly #all: Conflict[]
  readonly #over: Over

  constructor(shell: Shell, all: readonly Conflict[], over: Over) {
    this.#shell = shell
    this.#all = [...all]
    this.#over = over
    this.#opened = over.now()
  }

  stroke(stroke: Stroke): boolean {
    if ('paste' in stroke || this.#busy) return true
    const keep = ({ m: 'mine', t: 'theirs', b: 'both' } as const)[stroke.key as 'm' | 't' | 'b']
    if (['esc', 'q', 'backspace'].includes(stroke.key)) this.cancel()
    else if (keep && !this.#shell.readOnly && this.#over.now() - this.#opened > deaf) void this.#settle(keep)
    else if (['n', ']', 'right', 'l'].includes(stroke.key)) this.#go(1)
    else if (['p', '[', 'left', 'h'].includes(stroke.key)) this.#go(-1)
    else if (['j', 'down', 'pgdn', 'space'].includes(stroke.key)) this.#top += stroke.key.length > 4 ? 0 : 1
    else if (['k', 'up', 'pgup'].includes(stroke.key)) this.#top = Math.max(0, this.#top - 1)
    this.#over.changed()
    return true
  }

  cancel(): void {
    this.#over.close(this)
  }

  #go(by: number): void {
    this.#at = (this.#at + by + this.#all.length) % this.#all.length
    this.#top = 0
    this.#opened = this.#over.now()
  }

  async #settle(keep: Keep): Promise<void> {
    const conflict = this.#all[this.#at]!
    this.#busy = true
    const done = await this.#shell.act('settle', async () => {
      await this.#shell.client.call(calendarSync.resolve, { id: conflict.id, keep })
      const name = (conflict.mine ?? conflict.theirs)?.summary ?? ''
      this.#shell.toast('good', `${kept[keep]}: '${sanitiseText(name)}'. u takes it back.`)
    })
    this.#busy = false
    if (done) this.#all.splice(this.#at, 1)
    if (this.#all.length === 0) return this.cancel()
    this.#at = Math.min(this.#at, this.#all.length - 1)
    this.#go(0)
    this.#over.changed()
  }

  view(screen: Screen) {
    const conflict = this.#all[this.#at]!
    const width = Math.min(screen.columns, 120)
    const said = wrapText(
      sanitiseText(`${conflict.calendar_name}: ${conflict.reason || reasons[conflict.kind]}`),
      width - 4,
    )
    const rows = [...said, '', ...conflictRows(conflict, width - 4)]
    const keys = this.#shell.readOnly
      ? 'this screen only reads'
      : `m mine  t theirs  b both${this.#all.length > 1 ? '  n next' : ''}  Esc later`
    const height = Math.min(screen.rows, rows.length + 3)
    this.#top = Math.max(0, Math.min(this.#top, rows.length - (height - 3)))
    const shown = rows.slice(this.#top, this.#top + height - 3)
    return (
      <Frame
        title={`Conflict ${this.#at + 1} of ${this.#all.length}`}
        screen={screen}
        width={width}
        height={height}
        glyphs={this.#over.glyphs}
      >
        <Rows rows={[...shown, toned(keys, 'accent')]} width={width - 4} height={height - 2} />
      </Frame>
    )
  }
}

const reasons: Record<Conflict['kind'], string> = {
  changed: 'changed here and on the server',
  deleted_there: 'changed here, deleted on the server',
  deleted_here: 'deleted here, changed on the server',
  refused: 'the server does not take it',
}

export function showConflicts(shell: Shell, book: CalendarBook): void {
  const all = book.conflicts.value ?? []
  if (all.length === 0) shell.toast('info', 'Nothing is in conflict.')
  else shell.open(over => new Conflicts(shell, all, over))
}
