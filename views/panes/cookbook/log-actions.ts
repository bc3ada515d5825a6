import type { Action } from '../../actions/registry.ts'
import type { Bindings } from '../../keys/bindings.ts'
import type { Shell } from '../../shell/shell.ts'
import type { Book } from './book.tsx'
import { relaunchForm } from './launch.ts'
import { pagedLog, saveLog } from './log-files.ts'

type Act = Action<Shell, never>

/** What works in an open log. */
export function logActions(book: Book): Act[] {
  const { shell, log } = book
  const act = (id: string, title: string, help: string, run: () => void | Promise<void>): Act => ({
    id: `log.${id}`,
    title,
    help,
    where: ['cook.log'],
    danger: 'none',
    disabled: () => (log.model ? undefined : 'no log is open'),
    run,
  })
  const trouble = (direction: 1 | -1) =>
    void shell.act('The errors were not found', () => log.stepError(direction))
  return [
    act('follow', 'follow', 'Goes to the end and stays there.', () => log.model?.follow()),
    act('right', 'right', 'Moves the view to the right.', () => log.model?.sideways(8)),
    act('left', 'left', 'Moves the view to the left.', () => log.model?.sideways(-8)),
    act('column-0', 'column 0', 'Moves the view to the left edge.', () =>
      log.model?.sideways(Number.NEGATIVE_INFINITY),
    ),
    act('column-end', 'far right', 'Moves the view to the end of the longest line in it.', () =>
      log.model?.toLineEnd(),
    ),
    act('next', 'next', 'The next hit of the search, round from the last to the first.', () =>
      log.search?.step(1),
    ),
    act('previous', 'previous', 'The hit before, round from the first to the last.', () =>
      log.search?.step(-1),
    ),
    act('only', 'only', 'Shows only the lines that were found, or all.', () => log.search?.turn('only')),
    act('except', 'but hits', 'Shows only the lines that do not match, or all.', () =>
      log.search?.turn('except'),
    ),
    act('next-error', 'error', 'The next line of trouble, round from the last to the first.', () =>
      trouble(1),
    ),
    act('previous-error', 'error before', 'The line of trouble before.', () => trouble(-1)),
    act('fold', 'unfold', 'Opens or closes the traceback here, else the nearest one in view.', () => {
      if (!log.model?.toggleFold())
        shell.toast('info', 'No traceback in view: e goes to the next error, Enter unfolds there.')
    }),
    act('wrap', 'wrap', 'Wraps long lines, or cuts them.', () => log.model?.toggleWrap()),
    act(
      'clock',
      'clock',
      'Puts a time before each line: as it says, since the start, since the line before.',
      () => log.model?.turnClock(),
    ),
    act(
      'time',
      'time..',
      'Goes to a time: 02:09, 11-20 02:09, 5m before its end, +5m after its start, start, end.',
      () => goToTime(book),
    ),
    act('mark', 'mark', 'Marks the line jumped to, else the first in view, or takes the mark away.', () =>
      log.model?.toggleMark(),
    ),
    act('to-mark', 'to mark', 'The next mark, round from the last to the first.', () => log.step('m', 1)),
    act('attempt-before', 'older', 'The log of the attempt before.', () => log.attempt(-1)),
    act('attempt-after', 'newer', 'The log of the attempt after.', () => log.attempt(1)),
    act('save', 'save..', 'Saves the whole log to a file on this machine.', () => {
      const { serve, shownId } = log
      if (!serve || shownId === null) return
      shell.ask({
        label: 'save to: ',
        value: `${serve.name.replaceAll(/[^\w.-]+/g, '_')}-${serve.attempt}.log`,
        enter: file => void saveLog(shell, shownId, file),
      })
    }),
    act('pager', 'pager', 'Opens the log in $PAGER.', () => {
      const { shownId } = log
      if (shownId !== null) return pagedLog(shell, shownId)
    }),
    act(
      'plain',
      'plain',
      'Shows the rows without any frame, to select them with the terminal itself.',
      async () => {
        await shell.host.plain((await log.model?.written()) ?? [])
      },
    ),
  ]
}

function goToTime({ shell, log: { model } }: Book): void {
  if (!model) return
  shell.ask({
    label: 'time (02:09, 5m before its end, +5m, start): ',
    enter: text =>
      shell.act('The time was not found', async () => {
        const wrong = text.trim() === '' ? null : await model.toTime(text)
        if (wrong !== null) shell.toast('info', wrong)
      }),
  })
}

/** What works in an open cause. */
export function causeActions(book: Book): Act[] {
  return [
    {
      id: 'cause.apply',
      title: 'relaunch with it..',
      help: 'Opens the relaunch form with the selected fix; nothing is launched before you say so.',
      where: ['cook.cause'],
      writes: true,
      danger: 'none',
      disabled: () => {
        const fix = book.serve ? book.diagnosis(book.serve)?.fixes[book.fix] : undefined
        if (!fix) return 'no fix is known'
        return fix.cmd === null ? 'this is to be done by hand' : undefined
      },
      run() {
        const serve = book.serve!
        relaunchForm(book.shell, serve, () => book.turn('log'), book.diagnosis(serve)!.fixes[book.fix])
      },
    },
    {
      id: 'cause.log',
      title: 'log',
      help: 'Its log, at the line of the cause.',
      where: ['cook.cause', 'cook.details', 'cook.metrics'],
      danger: 'none',
      run() {
        const offset = book.serve ? book.diagnosis(book.serve)?.byte_offset : null
        book.open('log')
        if (offset != null) book.log.model?.jump(offset)
      },
    },
  ]
}

export const logKeys: Bindings = {
  'log.follow': ['f', 'F', 'G', 'end'],
  'log.right': ['l', 'right'],
  'log.left': ['h', 'left'],
  'log.column-0': ['0'],
  'log.column-end': ['$'],
  'log.next': ['n'],
  'log.previous': ['N'],
  'log.only': ['&'],
  'log.except': ['!'],
  'log.next-error': ['e'],
  'log.previous-error': ['E'],
  'log.fold': ['enter'],
  'log.wrap': ['w'],
  'log.clock': ['t'],
  'log.time': ['T'],
  'log.mark': ['m'],
  'log.to-mark': ["'"],
  'log.attempt-before': ['[', 'p'],
  'log.attempt-after': [']'],
  'log.save': ['W'],
  'log.pager': ['|'],
  'log.plain': ['P'],
  'cause.apply': ['enter'],
  'cause.log': ['l'],
}
