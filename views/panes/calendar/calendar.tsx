import { calendars } from '../../../src/contract/calendar.ts'
import type { Shell } from '../../shell/shell.ts'
import { sanitiseText } from '../../terminal/sanitise.ts'
import { Rows } from '../../widgets/rows.tsx'
import { wrapText } from '../../widgets/text.ts'
import { toned } from '../../widgets/theme.ts'
import { dayName, plusDays, plusMonths } from '../days.ts'
import { nothingMatches } from '../list-side.tsx'
import type { Box, Motion, Pane, Picked, Spot } from '../pane.ts'
import { TextSide } from '../text-side.tsx'
import { eventActions, viewActions } from './actions.ts'
import { CalendarBook, type View, views } from './book.ts'
import { calendarActions, troubleRows } from './calendars.ts'
import { Details } from './details.ts'
import { dayAt, gridRows } from './grid.ts'
import { tellNews } from './news.ts'
import { entryRows } from './rows.ts'
import { refused } from './servers.ts'
import { timeAt, timeRows } from './time-grid.ts'

/** What happens when: as a list of days, a month, a week or one day. */
export function calendarPane(shell: Shell): Pane {
  const book = new CalendarBook(shell)
  const text = new TextSide()
  const details = new Details(shell)
  tellNews(shell)
  let came: View | null = null
  const actions = [
    ...eventActions(shell, book),
    ...viewActions(shell, book),
    ...calendarActions(shell, book),
  ].map(action =>
    action.id === 'calendar.open'
      ? {
          ...action,
          run() {
            if (book.view === 'month' || (book.view === 'week' && !book.selected)) came = book.view
            action.run!(shell, undefined as never)
          },
        }
      : action,
  )
  const detailRows = (width: number): string[] => {
    const { read, zone, today, selected } = book
    const problems = [
      ...read.problems.flatMap(problem => wrapText(`! ${sanitiseText(problem)}`, width)),
      ...troubleRows(book, width),
    ].map(row => toned(row, 'warn'))
    if (!book.isGrid || selected) {
      if (!selected) return problems
      return [
        ...entryRows(selected, read.overlaps.get(selected.id) ?? [], width, {
          ...{ zone, today, whole: details.of(selected) },
        }),
        ...problems,
      ]
    }
    const entries = book.on(book.day)
    const none = toned(nothingOn(book), 'quiet')
    return [
      toned(dayName(book.day, today), 'title'),
      ...(entries.length === 0 ? [none] : []),
      ...entries.map(shown => book.row(shown, width)),
      ...problems,
    ]
  }
  return {
    id: 'calendar',
    tab: 'Cal',
    title: 'Calendar',
    actions,
    keys: {
      'calendar.add': ['a'],
      'calendar.new': ['n'],
      'calendar.edit': ['e'],
      'calendar.text': ['E'],
      'calendar.remove': ['X'],
      'calendar.open': ['enter'],
      'calendar.agenda': ['A'],
      'calendar.month': ['M'],
      'calendar.week': ['W'],
      'calendar.day': ['D'],
      'calendar.turn': ['.'],
      'calendar.today': ['t'],
      'calendar.next-day': ['l', 'right'],
      'calendar.last-day': ['h', 'left'],
      'calendar.next': [']'],
      'calendar.last': ['['],
      'calendar.jump': ['T'],
      'calendar.calendars': ['c'],
      'calendar.answer': ['r'],
      'calendar.conflicts': ['C'],
      'calendar.sync': ['S'],
    },
    places: () => ['calendar'],
    hints: () => [
      'calendar.add',
      'calendar.open',
      ...(book.selected?.answer ? ['calendar.answer'] : []),
      ...(book.view === 'month' ? [] : ['calendar.edit', 'calendar.remove']),
      ...((book.conflicts.value ?? []).length > 0 ? ['calendar.conflicts'] : []),
      'calendar.turn',
      'calendar.next',
      'calendar.last',
      'calendar.today',
      'calendar.new',
      'calendar.calendars',
      'screen.filter',
    ],
    badge: () =>
      `${book.only || book.hidden.size > 0 ? '*' : ''}${book.troubled.length + refused(book).length > 0 ? '!' : ''}`,
    get broad() {
      return book.isGrid ? 0.7 : undefined
    },
    filter: book.side.filter,
    lists: { agenda: book.side },
    hand: () => [book.hand],
    list: box =>
      book.isGrid ? (
        <Rows rows={(book.isTimed ? timeRows : gridRows)(book, box)} width={box.width} height={box.height} />
      ) : (
        book.side.view(box)
      ),
    detail: box => text.view(detailRows(box.width), box),
    move(motion, side) {
      if (side === 'detail') text.move(motion)
      else if (book.isTimed) book.step(steps(motion))
      else if (book.isGrid) book.go(moved(book, motion))
      else book.side.move(motion)
    },
    pick: (spot, side, box) => (side === 'list' ? pickIn(book, box, spot) : null),
    opened: () => book.look(),
    up(side) {
      if (side === 'detail' || book.side.filter.text !== '') return false
      if (came !== null && book.view === 'day') {
        book.show(came)
        came = null
        return true
      }
      if (book.only === null) return false
      book.only = null
      book.again()
      return true
    },
    reveal: id => book.reveal(id),
    async finds(query, signal) {
      const { items } = await shell.client.call(calendars.list, {}, { signal })
      const named = items.filter(({ name }) => name.toLowerCase().includes(query.trim().toLowerCase()))
      return named.map(place => ({
        id: place.id,
        title: `calendar ${place.name}`,
        open() {
          shell.go('calendar')
          book.showOnly(place)
        },
      }))
    },
    objects: () =>
      [...book.read.days].flatMap(([day, entries]) =>
        entries.map(entry => ({
          id: `${day} ${entry.id}`,
          title: `${day} ${entry.summary}`,
          words: entry.location,
          open() {
            shell.go('calendar')
            book.show('agenda')
            book.side.select(`${day} ${entry.id}`)
          },
        })),
      ),
    remember: () => ({ view: book.view, hidden: [...book.hidden] }),
    recall(kept) {
      const { view, hidden } = kept as { view?: unknown; hidden?: unknown }
      for (const id of Array.isArray(hidden) ? hidden : []) if (typeof id === 'string') book.hidden.add(id)
      book.view = views.find(one => one === view) ?? book.view
    },
  }
}

function nothingOn(book: CalendarBook): string {
  if (book.unread !== null) return sanitiseText(book.unread)
  const { text } = book.side.filter
  return text === '' ? 'Nothing. n adds an event on this day.' : nothingMatches(text)
}

function pickIn(book: CalendarBook, box: Box, spot: Spot): Picked {
  if (!book.isGrid) return book.side.pick(spot.y)
  if (book.isTimed) {
    const at = timeAt(book, box, spot)
    return at ? (book.stand(at.day, at.hour) ? 'other' : 'same') : null
  }
  const day = dayAt(book, box, spot)
  if (day === undefined) return null
  const isSame = day === book.day
  book.go(day)
  return isSame ? 'same' : 'other'
}

/** Where a motion leads in a month: rows are weeks, pages months, ends those of the month. */
function moved({ day }: CalendarBook, motion: Motion): string {
  if (motion === 'home') return `${day.slice(0, 7)}-01`
  if (motion === 'end') return plusDays(plusMonths(`${day.slice(0, 7)}-01`, 1), -1)
  return 'rows' in motion ? plusDays(day, rowsOf(motion) * 7) : plusMonths(day, Math.sign(motion.pages))
}

/** In a day rows are what happens and the hours between, a page is a quarter of it. */
function steps(motion: Motion): number {
  if (motion === 'home') return Number.NEGATIVE_INFINITY
  if (motion === 'end') return Number.POSITIVE_INFINITY
  return 'rows' in motion ? rowsOf(motion) : Math.sign(motion.pages) * 6
}

/** A notch of a wheel is one week, or one hour. */
const rowsOf = ({ rows, scrolls }: Extract<Motion, { rows: number }>): number =>
  scrolls ? Math.sign(rows) : rows
