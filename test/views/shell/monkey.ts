import type { Size } from '../../peers/terminal.ts'
import { crooked, oneStands } from './hostile.ts'
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

/** Where a mouse may press or turn its wheel, and beyond. */
const mice = Array.from({ length: 60 }, (_, n) => {
  const [button, end] = [
    [0, 'M'],
    [0, 'M'],
    [0, 'm'],
    [64, 'M'],
    [65, 'M'],
  ][n % 5]!
  return `\x1b[<${button};${1 + ((n * 37) % 90)};${1 + ((n * 13) % 30)}${end}`
})

/** The smallest it has to work at, what nobody has, and every other time any. */
const sizes: (Size | null)[] = [
  { cols: 40, rows: 10 },
  { cols: 1, rows: 1 },
  { cols: 3, rows: 60 },
  { cols: 500, rows: 2 },
  { cols: 80, rows: 24 },
  null,
  null,
  null,
  null,
  null,
]

export interface Told {
  /** The screen that was torn, and how to get there again. */
  torn: string | null
  pressed: number
  resized: number
  meddled: number
}

/** Presses keys at random and changes the size now and then, while agents are at work. */
export async function monkey(
  on: ScreenStage,
  options: { keys: number; seed: number; meddle(pick: (below: number) => number): Promise<void> },
): Promise<Told> {
  let state = options.seed
  const random = (below: number) => {
    state = (state * 48271) % 2147483647
    return state % below
  }
  const told: Told = { torn: null, pressed: 0, resized: 0, meddled: 0 }
  while (told.pressed < options.keys) {
    // It would stay in the first form it gets lost in: now and then it is led to another pane.
    if (told.pressed % 500 === 0) await elsewhere(on, random(on.shell.panes.length))
    let keys = ''
    for (let i = 0; i < 10; i++)
      keys += random(8) === 0 ? mice[random(mice.length)] : sequences[random(sequences.length)]
    const dropped = on.compositor.written.dropped
    on.send(keys)
    told.pressed += 10
    const resized = random(20) === 0
    if (resized) {
      on.resize(sizes[random(sizes.length)] ?? { cols: 40 + random(160), rows: 10 + random(40) })
      told.resized++
    }
    if (random(10) === 0) {
      await options.meddle(random)
      told.meddled++
    }
    // An Escape alone is one only after a while without more.
    await new Promise(resolve => setTimeout(resolve, random(10) === 0 ? 30 : 0))
    await on.settled()
    // Between two sizes frames of the old one are dropped, and at no other time.
    const lost = !resized && on.compositor.written.dropped > dropped ? 'a frame was dropped' : null
    const wrong = lost ?? (await on.calm(() => torn(on))) ?? (await on.stale())
    if (wrong === null) continue
    const where = `${wrong}: seed ${options.seed}, ${told.pressed} keys, the last ${JSON.stringify(keys)}`
    return { ...told, torn: `${where}, at ${JSON.stringify(on.screen.size)}:\n${on.screen.text()}` }
  }
  return told
}

async function elsewhere(on: ScreenStage, place: number): Promise<void> {
  for (let turn = 0; turn < 20 && (on.shell.overlays.length > 0 || on.shell.line); turn++) {
    on.shell.overlays.at(-1)?.cancel()
    on.shell.line?.cancel()
    await on.settled()
  }
  on.shell.go(on.shell.panes[place]!.id)
}

/** Below forty by ten nothing is promised but that it goes on. */
const roomy = ({ screen: { size } }: ScreenStage): boolean => size.cols >= 40 && size.rows >= 10

/** A part that could not be drawn says so; a box has straight sides; without one, there are tabs and keys. */
function torn(on: ScreenStage): string | null {
  if (on.screen.text().includes('cannot be drawn')) return 'a part cannot be drawn'
  if (!roomy(on)) return null
  if (!on.isWhole) return 'no tabs or no keys'
  const cells = on.screen.cells()
  if (on.shell.overlays.length > 1) return oneStands(cells) ? null : 'no box is whole'
  return crooked(cells)
}
