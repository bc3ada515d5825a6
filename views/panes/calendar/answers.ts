import { calendar, type Entry } from '../../../src/contract/calendar.ts'
import type { Shell } from '../../shell/shell.ts'
import { sanitiseText } from '../../terminal/sanitise.ts'
import { answerWords, askAnswer } from '../answer.ts'
import { written } from './rows.ts'

const people = 8

/** Answers the invitation an event is; of a series it asks first for which dates. */
export async function answerEvent(shell: Shell, entry: Entry): Promise<void> {
  const { organizer, attendees } = await shell.toOpen(shell.client.call(calendar.get, { id: entry.id }))
  const named = attendees
    .slice(0, people)
    .map(each => `${each.you ? 'you' : each.name || each.address} (${answerWords[each.answer]})`)
  const more = attendees.length > people ? `, and ${attendees.length - people} more` : ''
  const ask = (scope?: 'one' | 'all') =>
    askAnswer(shell, {
      title: sanitiseText(entry.summary) || 'Invitation',
      facts: [
        `${written(entry.start)}, invited by ${sanitiseText(organizer?.name || organizer?.address || 'nobody')}`,
        sanitiseText(`${named.join(', ')}${more}`),
      ],
      answers: ['accept', 'tentative', 'decline'],
      more: [],
      values: {},
      send: ({ answer, more: _more, ...rest }) =>
        shell.client.call(calendar.answer, {
          id: entry.id,
          answer: answer === 'apply' ? 'accept' : answer,
          ...rest,
          ...(scope === undefined ? {} : { scope }),
        }),
      done: () => {},
    })
  if (!entry.repeats) return ask()
  shell.menu(`Answer '${sanitiseText(entry.summary)}'`, [
    { id: 'one', title: 'this date', run: () => ask('one') },
    { id: 'all', title: 'all dates', run: () => ask('all') },
  ])
}
