/** A component of an iCalendar text: its lines as they stood, unfolded, and what is nested in it. */
export interface Component {
  name: string
  lines: string[]
  children: Component[]
}

export type Tree = { ok: true; roots: Component[] } | { ok: false; reason: string }

const LONGEST = 20 * 1024 * 1024
const DEEPEST = 8

/** Takes the text apart by BEGIN and END; what single lines mean is left to others. */
export function readTree(text: string): Tree {
  const steps = treeSteps(text)
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
  }
}

/** The same, letting others have their turn in between. */
export async function readTreeInTurns(text: string, turn: () => Promise<void>): Promise<Tree> {
  const steps = treeSteps(text)
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
    await turn()
  }
}

const PIECE = 64 * 1024

/** Whole lines, put together again where they were folded, some at a time. */
function* linePieces(text: string): Generator<string[]> {
  for (let from = text.startsWith('\uFEFF') ? 1 : 0; from < text.length; ) {
    let to = text.indexOf('\n', from + PIECE)
    while (to >= 0 && /[ \t]/.test(text[to + 1] ?? '')) to = text.indexOf('\n', to + 1)
    const end = to < 0 ? text.length : to + 1
    yield text
      .slice(from, end)
      .replace(/\r?\n[ \t]/g, '')
      .split(/\r\n|\n|\r/)
    from = end
  }
}

function* treeSteps(text: string): Generator<void, Tree> {
  if (text.length > LONGEST)
    return { ok: false, reason: 'The calendar is larger than 20 MB; import it in parts.' }
  const top: Component = { name: '', lines: [], children: [] }
  const open: Component[] = [top]
  let number = 0
  for (const lines of linePieces(text)) {
    for (const line of lines) {
      number++
      if (line === '') continue
      const edge = /^(BEGIN|END):([A-Za-z0-9-]{1,60})\s*$/i.exec(line)
      const current = open.at(-1)!
      if (!edge) {
        current.lines.push(line)
        continue
      }
      const name = edge[2]!.toUpperCase()
      if (edge[1]!.toUpperCase() === 'BEGIN') {
        if (open.length > DEEPEST)
          return { ok: false, reason: `Line ${number}: components are nested more than ${DEEPEST} deep.` }
        const child: Component = { name, lines: [], children: [] }
        current.children.push(child)
        open.push(child)
      } else if (current.name !== name || current === top) {
        return { ok: false, reason: `Line ${number}: END:${name} closes nothing that is open.` }
      } else open.pop()
    }
    // The end of the piece was the end of a line, behind which an empty one was counted.
    number--
    yield
  }
  if (open.length > 1)
    return { ok: false, reason: `The text ends inside ${open.at(-1)!.name}; the file is cut off.` }
  const roots = top.children.filter(child => child.name === 'VCALENDAR')
  return roots.length
    ? { ok: true, roots }
    : { ok: false, reason: 'There is no BEGIN:VCALENDAR in it; this is not a calendar.' }
}

export const linesOf = (component: Component): string[] => [
  `BEGIN:${component.name}`,
  ...component.lines,
  ...component.children.flatMap(linesOf),
  `END:${component.name}`,
]

const OCTETS = 75

/** Breaks a line so that none is longer than 75 octets, never inside a character. */
export function fold(line: string): string {
  if (line.length < OCTETS / 4) return line
  const pieces: string[] = []
  let piece = ''
  let size = 0
  for (const character of line) {
    const octets = Buffer.byteLength(character)
    if (size + octets > OCTETS) {
      pieces.push(piece)
      piece = ''
      size = 1
    }
    piece += character
    size += octets
  }
  return [...pieces, piece].join('\r\n ')
}

export const escapeText = (text: string): string =>
  text
    .replace(/[\\;,]/g, '\\$&')
    .replace(/\r\n|\r|\n/g, '\\n')
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, '')
