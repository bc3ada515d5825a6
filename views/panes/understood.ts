import type * as z from 'zod'
import { todos, type Understood } from '../../src/contract/todos.ts'
import type { Shell } from '../shell/shell.ts'
import { dayName, dayOf, timeOf, zoneOf } from './days.ts'
import { repeatWords } from './repeats.ts'

/** An older daemon, which a screen may be attached to, tells no doubts. */
type Read = Pick<z.output<typeof Understood>, 'at' | 'repeat' | 'whole_day'> &
  Partial<Pick<z.output<typeof Understood>, 'doubts'>>

/** A moment that was understood, in the owner's zone, with what was doubtful about it. */
export function understoodWords(shell: Shell, { at, repeat, whole_day, doubts = [] }: Read): string {
  const zone = zoneOf(shell)
  const moment = Date.parse(at)
  const day = dayName(dayOf(moment, zone), dayOf(Date.now(), zone))
  const time = whole_day ? `, rings ${timeOf(moment, zone)}` : ` ${timeOf(moment, zone)}`
  const guessed = doubts.map(words => words.charAt(0).toLowerCase() + words.slice(1).replace(/\.$/, ''))
  const doubt = guessed.length > 0 ? ` (${guessed.join('; ')})` : ''
  return `${day}${time}${repeat ? `, repeats ${repeatWords(repeat)}` : ''}${doubt}`
}

/** Says while words are typed what time they mean; `quick`: words that hold one. */
export const judgeWhen =
  (shell: Shell, quick = false) =>
  async (text: string, signal: AbortSignal): Promise<string> => {
    if (text.trim() === '') return ''
    const { understood } = await shell.client.call(todos.when, { text, quick }, { signal })
    return understood ? `= ${understoodWords(shell, understood)}` : quick ? '' : 'no date'
  }
