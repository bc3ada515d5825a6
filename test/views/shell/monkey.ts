import { crooked } from './hostile.ts'
import type { ScreenStage } from './screen-stage.tsx'

const sequences = [
  ...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/?:&!@|[]\'"+.,;$<>-_=~#%*(){}',
  ...[
    '\r',
    '\t',
    '\x1b[Z',
    '\x7f',
    ' ',
    '\x1b[A',
    '\x1b[B',
    '\x1b[C',
    '\x1b[D',
    '\x1b[5~',
    '\x1b[6~',
    '\x1b[H',
    '\x1b[F',
  ],
  ...[
    '\x04',
    '\x15',
    '\x0b',
    '\x0c',
    '\x1b[3~',
    '\x1bOP',
    '\x1b\r',
    '漢',
    '👩‍👩‍👧',
    'é',
    '\x1b[200~pasted\nlines\x1b[2J\x1b[201~',
  ],
  ...['j', 'j', 'k', '\x1b', '\x1b', 'q', '\t', '\r'],
]

/** Presses keys at random and changes the size now and then. Answers the screen that was torn, or null. */
export async function monkey(
  on: ScreenStage,
  options: { keys: number; seed: number },
): Promise<string | null> {
  let state = options.seed
  const random = (below: number) => {
    state = (state * 48271) % 2147483647
    return state % below
  }
  for (let pressed = 0; pressed < options.keys; pressed += 10) {
    // It would stay in the first form it gets lost in: now and then it is led to another pane.
    if (pressed % 500 === 0) await elsewhere(on, random(on.shell.panes.length))
    let keys = ''
    for (let i = 0; i < 10; i++) keys += sequences[random(sequences.length)]
    on.send(keys)
    if (random(20) === 0) on.resize({ cols: 40 + random(160), rows: 10 + random(40) })
    // An Escape alone is one only after a while without more.
    await new Promise(resolve => setTimeout(resolve, random(10) === 0 ? 30 : 0))
    await on.settled()
    if (!whole(on)) return `after ${pressed} keys, at ${JSON.stringify(on.screen.size)}:\n${on.screen.text()}`
  }
  return null
}

async function elsewhere(on: ScreenStage, place: number): Promise<void> {
  for (let turn = 0; turn < 20 && (on.shell.overlays.length > 0 || on.shell.line); turn++) {
    on.shell.overlays.at(-1)?.cancel()
    on.shell.line?.cancel()
    await on.settled()
  }
  on.shell.go(on.shell.panes[place]!.id)
}

/** Where one box lies over another, the lower one has no sides to look at. */
const straight = (on: ScreenStage): boolean =>
  on.shell.overlays.length > 1 || crooked(on.screen.cells()) === null

/** A part that could not be drawn says so, and a box has straight sides. */
function whole(on: ScreenStage): boolean {
  return !on.screen.text().includes('cannot be drawn') && straight(on)
}
