import { calendar, calendars } from '../contract/calendar.ts'
import { documents } from '../contract/documents.ts'
import { memory } from '../contract/memory.ts'
import { presets } from '../contract/presets.ts'
import type { Output, Route } from '../contract/route.ts'
import { todos } from '../contract/todos.ts'
import { repeatWords } from '../time/repeat-said.ts'
import { dueWords, moment } from './moment.ts'
import { clean, shortId } from './table.ts'

interface Saved {
  name: string
  id: string
  facts?: readonly (string | null | undefined | false)[]
  doubts?: readonly string[]
}

const saved = <R extends Route>(route: R, of: (value: Output<R>) => Saved, word = 'Saved') =>
  [route.id, (value: Output<R>) => line(word, of(value))] as const

/** `Saved: Call Ann (1f2e3d4c), due 2026-12-01 17:00`, and a line for each doubt about it. */
const line = (word: string, { name, id, facts = [], doubts = [] }: Saved): string =>
  [
    clean([`${word}: ${name} (${shortId(id)})`, ...facts.filter(Boolean)].join(', ')),
    ...doubts.map(words => `! ${clean(words)}`),
  ].join('\n')

/** Everything that is added is told in the same shape, whatever noun it is of. */
export const SAVED = [
  saved(todos.add, ({ todo, understood }) => ({
    name: todo.title || 'untitled',
    id: todo.id,
    facts: [
      todo.due && `due ${dueWords(todo.due)}`,
      todo.repeat && `repeats ${repeatWords(todo.repeat)}`,
      todo.label && `#${todo.label}`,
    ],
    doubts: understood?.doubts,
  })),
  saved(calendar.add, ({ event, warnings }) => ({
    name: event.summary,
    id: event.id,
    facts: [
      event.all_day ? event.start : moment(event.starts_at),
      event.rrule && `repeats ${repeatWords(event.rrule, event.tzid ?? 'UTC')}`,
    ],
    doubts: warnings,
  })),
  saved(memory.add, ({ text, id, category, pinned, duplicate }) => ({
    name: text.replace(/\s+/g, ' ').slice(0, 80),
    id,
    facts: [category, pinned && 'pinned', duplicate && 'known already'],
  })),
  saved(documents.add, ({ title, id, language }) => ({ name: title, id, facts: [language] })),
  saved(documents.draft, ({ title, id, language }) => ({ name: title, id, facts: [language] })),
  saved(calendars.add, ({ name, id }) => ({ name, id })),
  saved(presets.save, ({ name, id, cmd }) => ({ name, id, facts: [cmd] })),
]
