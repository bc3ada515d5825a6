import type * as z from 'zod'
import { todos, type Understood } from '../../src/contract/todos.ts'
import type { Shell } from '../shell/shell.ts'
import { dayName, dayOf, timeOf, zoneOf } from './days.ts'
import { repeatWords } from './repeats.ts'

type Read = Pick<z.output<typeof Understood>, 'at' | 'repeat' | 'uncertain'>

/** A moment that was understood, in the owner's zone, with what was doubtful about it. */
export function understoodWords(shell: Shell, { at, repeat, uncertain }: Read): string {
  const zone = zoneOf(shell)
  const moment = Date.parse(at)
  const day = dayName(dayOf(moment, zone), dayOf(Date.now(), zone))
  const doubts = uncertain.length > 0 ? ` (${uncertain.join('; ')})` : ''
  return `${day} ${timeOf(moment, zone)}${repeat ? `, repeats ${repeatWords(repeat)}` : ''}${doubts}`
}

/** Says while words are typed what time they mean; `quick`: words that hold one. */
export const judgeWhen =
  (shell: Shell, quick = false) =>
  async (text: string, signal: AbortSignal): Promise<string> => {
    if (text.trim() === '') return ''
    const { understood } = await shell.client.call(todos.when, { text, quick }, { signal })
    return understood ? `= ${understoodWords(shell, understood)}` : quick ? '' : 'no date'
  }
