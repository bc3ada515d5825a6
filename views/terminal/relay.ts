import type { Terminal as Far, TerminalEnd } from '../../src/contract/terminal.ts'
import type { Screen } from './compositor.ts'
import { sanitiseBlock } from './sanitise.ts'
import type { Terminal } from './terminal.ts'

/** How a terminal elsewhere ended, and the last words it said, for one that never came to be. */
export interface Relayed extends TerminalEnd {
  said: string
}

const kept = 2048

/** Lends the terminal to one elsewhere until that ends: keys and sizes go there, what it shows comes here. */
export async function relay(terminal: Terminal, far: Far): Promise<Relayed> {
  let last = Buffer.alloc(0)
  const resized = ({ columns, rows }: Screen) => far.resize({ cols: columns, rows })
  const run = async () => {
    // It may have changed since the other one was asked for.
    resized(terminal.screen)
    try {
      for await (const piece of far.stream as AsyncIterable<Buffer>) {
        last = Buffer.concat([last, piece]).subarray(-kept)
        await new Promise<void>(resolve => terminal.write(piece, resolve))
      }
    } catch {
      // Cut off: `ended` says why.
    }
    return far.ended
  }
  try {
    const end = await terminal.lend(run, {
      relay: bytes => void far.stream.write(bytes),
      resized,
      draws: true,
    })
    return { ...end, said: lastWords(last.toString('utf8')) }
  } finally {
    far.close()
  }
}

/** The last line that says anything, without what moved the cursor about. */
export function lastWords(text: string): string {
  const lines = sanitiseBlock(text).map(line => line.trim())
  return lines.findLast(line => line !== '') ?? ''
}
