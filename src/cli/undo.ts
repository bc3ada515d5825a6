import type { Command } from 'commander'
import { events } from '../contract/events.ts'
import type { Around } from './program.ts'

/** The short way to take something back: as on the screen, whatever was last. */
export const addUndo = (program: Command, around: Around): void => {
  program
    .command('undo [seq]')
    .description('Takes back your last change of any kind, or the one with this number')
    .option('--destructive', 'your last that overwrote or removed something, though you added more since')
    .action(async (seq: string | undefined, { destructive }: { destructive?: true }) => {
      const { client } = await around.door()
      const last = destructive ? 'destructive' : seq === undefined ? 'any' : undefined
      const answer = await client.call(events.undo, { seq, last })
      if (around.json()) return around.print(JSON.stringify(answer))
      const { undone, left } = answer
      around.print(`Undone: ${undone.summary}`)
      if (left) around.print(`Left: ${left.summary} (ithaca undo ${left.seq})`)
    })
}
