import type * as z from 'zod'
import { type Todo, todos, type Understood } from '../../src/contract/todos.ts'
import { readRepeat } from '../../src/time/repeat.ts'
import { repeatWords } from '../../src/time/repeat-said.ts'
import type { Shell } from '../shell/shell.ts'
import { dayName, dayOf, timeOf, zoneOf } from './days.ts'

/** An older daemon, which a screen may be attached to, tells no doubts. */
type Read = Pick<z.output<typeof Understood>, 'at' | 'repeat' | 'whole_day'> &
  Partial<Pick<z.output<typeof Understood>, 'doubts'>>

/** A moment that was understood, in the owner's zone, with what was doubtful about it. */
export function understoodWords(zone: string, { at, repeat, whole_day, doubts = [] }: Read): string {
  const moment = Date.parse(at)
  const day = dayName(dayOf(moment, zone), dayOf(Date.now(), zone))
  const time = whole_day ? `, rings ${timeOf(moment, zone)}` : ` ${timeOf(moment, zone)}`
  const guessed = doubts.map(words => words.charAt(0).toLowerCase() + words.slice(1).replace(/\.$/, ''))
  const doubt = guessed.length > 0 ? ` (${guessed.join('; ')})` : ''
  return `${day}${time}${repeat ? `, repeats ${repeatWords(repeat)}` : ''}${doubt}`
}

/** What a sentence that was added was found to say: `, Mon 30 Nov 09:00, #ops`. */
export function foundWords(
  zone: string,
  { todo, understood }: { todo: Pick<Todo, 'label'>; understood?: Read | undefined },
): string {
  const when = understood ? `, ${understoodWords(zone, understood)}` : ''
  return `${when}${todo.label ? `, #${todo.label}` : ''}`
}

interface Asked {
  /** The words hold a time. */
  quick?: boolean
  /** Of what it is: a repeat that was there stays. */
  repeat?: string | null | undefined
  /** What is put off until then. */
  snooze?: string
}

/** Says while words are typed what time they mean. */
export const judgeWhen =
  (shell: Shell, { repeat = null, ...asked }: Asked = {}) =>
  async (text: string, signal: AbortSignal): Promise<string> => {
    if (text.trim() === '') return ''
    const { understood, label } = await shell.client.call(todos.when, { text, ...asked }, { signal })
    const when =
      understood && understoodWords(zoneOf(shell), { ...understood, repeat: understood.repeat ?? repeat })
    const said = [when, label ? `#${label}` : ''].filter(Boolean).join(', ')
    return said ? `= ${said}` : asked.quick ? '' : 'no date'
  }

/** Says while words are typed how they repeat. */
export async function judgeRepeat(text: string): Promise<string> {
  if (text.trim() === '') return ''
  const read = readRepeat(text)
  if (!read.ok) return `not understood; try "every monday", "every month on day 15" or none`
  return read.repeat === null ? '= repeats no more' : `= ${repeatWords(read.repeat)}`
}
