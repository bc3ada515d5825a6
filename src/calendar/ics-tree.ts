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
  if (text.length > LONGEST)
    return { ok: false, reason: 'The calendar is larger than 20 MB; import it in parts.' }
  const top: Component = { name: '', lines: [], children: [] }
  const open: Component[] = [top]
  const lines = text
    .replace(/^\uFEFF/, '')
    .replace(/\r?\n[ \t]/g, '')
    .split(/\r\n|\n|\r/)
  for (const [index, line] of lines.entries()) {
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
        return { ok: false, reason: `Line ${index + 1}: components are nested more than ${DEEPEST} deep.` }
      const child: Component = { name, lines: [], children: [] }
      current.children.push(child)
      open.push(child)
    } else if (current.name !== name || current === top) {
      return { ok: false, reason: `Line ${index + 1}: END:${name} closes nothing that is open.` }
    } else open.pop()
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
