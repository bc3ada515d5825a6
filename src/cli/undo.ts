import type { Command } from 'commander'
import { events } from '../contract/events.ts'
import type { Around } from './program.ts'

/** The short way to take something back. */
export const addUndo = (program: Command, around: Around): void => {
  program
    .command('undo [seq]')
    .description('Takes back the last change of yours that can be taken back')
    .action(async (seq: string | undefined) => {
      const { client } = await around.door()
      const { undone, seq: made } = await client.call(events.undo, { seq })
      around.print(around.json() ? JSON.stringify({ undone, seq: made }) : `Undone: ${undone.summary}`)
    })
}
