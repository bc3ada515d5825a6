/** Which keys mean which action: `id → keys`, as the decoder names them. */
export type Bindings = Readonly<Record<string, readonly string[]>>

/** Keys that terminals, multiplexers and shells take for themselves. */
const reserved = new Map([
  ['ctrl+a', 'the prefix of GNU screen'],
  ['ctrl+b', 'the prefix of tmux'],
  ['ctrl+s', 'flow control'],
  ['ctrl+q', 'flow control'],
  ['ctrl+space', 'an editor or input method'],
  ['ctrl+\\', 'the quit signal'],
])

/** What is heard over everything that is open, also while somebody types: no key of theirs writes anything. */
const overAll = new Set(['screen.cancel', 'screen.redraw', 'screen.suspend'])
const writesNothing = /^(ctrl\+|(alt\+|shift\+)*f\d)/
/** The way out that stays, whatever is set. */
const wayOut = { id: 'screen.cancel', key: 'ctrl+c' }

const names = new Set(
  'enter tab esc backspace delete insert home end pgup pgdn up down left right space f1 f2 f3 f4 f5 f6 f7 f8 f9 f10 f11 f12'.split(
    ' ',
  ),
)

/** A key as the decoder names it, from the ways people write it: `^k`, `Ctrl-K`, `PgDn`, `S-Tab`. */
export function parseKey(written: string): string | undefined {
  if ([...written].length === 1) return written === ' ' ? 'space' : written
  if (/^\^.$/.test(written)) return `ctrl+${written[1]!.toLowerCase()}`
  const parts = written.split(/[+-](?=.)/)
  const last = parts.pop()!
  const modifiers = new Set(parts.map(part => modifierNames[part.toLowerCase()]))
  if (modifiers.has(undefined)) return undefined
  const key = [...last].length === 1 ? last : (aliases[last.toLowerCase()] ?? last.toLowerCase())
  if ([...key].length !== 1 && !names.has(key)) return undefined
  const base = [...key].length === 1 && modifiers.has('ctrl') ? key.toLowerCase() : key
  return (
    ['ctrl', 'alt', 'shift']
      .filter(modifier => modifiers.has(modifier))
      .map(modifier => `${modifier}+`)
      .join('') + base
  )
}

const modifierNames: Record<string, string> = {
  ctrl: 'ctrl',
  control: 'ctrl',
  c: 'ctrl',
  alt: 'alt',
  meta: 'alt',
  m: 'alt',
  a: 'alt',
  shift: 'shift',
  s: 'shift',
}

const aliases: Record<string, string> = {
  return: 'enter',
  escape: 'esc',
  pageup: 'pgup',
  pagedown: 'pgdn',
  del: 'delete',
  ins: 'insert',
  spacebar: 'space',
}

/** A key as a footer or a help page shows it. */
export function keyLabel(key: string, unicode = true): string {
  const special: Record<string, string> = {
    enter: 'Enter',
    esc: 'Esc',
    tab: 'Tab',
    'shift+tab': 'S-Tab',
    pgup: 'PgUp',
    pgdn: 'PgDn',
    up: unicode ? '↑' : 'Up',
    down: unicode ? '↓' : 'Down',
    left: unicode ? '←' : 'Left',
    right: unicode ? '→' : 'Right',
    backspace: 'Bksp',
    space: 'Space',
    home: 'Home',
    end: 'End',
    delete: 'Del',
  }
  return (
    special[key] ??
    key
      .replace(/^ctrl\+/, '^')
      .replace(/^alt\+/, 'M-')
      .replace(/^f(\d+)$/, 'F$1')
  )
}

export interface Report {
  bindings: Bindings
  /** What was wrong with the user's table, in words that name the key, the action and the remedy. */
  problems: string[]
}

/** The defaults with the user's changes over them. An empty list unbinds; the user's key wins over a default elsewhere. `places` says where an action works. */
export function bind(
  defaults: Bindings,
  overrides: Readonly<Record<string, readonly string[]>>,
  places: (id: string) => readonly string[] | undefined,
): Report {
  const problems: string[] = []
  const bindings: Record<string, readonly string[]> = { ...defaults }
  for (const [id, written] of Object.entries(overrides)) {
    if (!places(id)) {
      problems.push(`keys.${id}: there is no such action; 'names of keys' in the palette lists them.`)
      continue
    }
    const keys = written.flatMap(one => readKey(id, one, problems))
    if (id === wayOut.id) bindings[id] = [...new Set([wayOut.key, ...keys])]
    else if (keys.length > 0 || written.length === 0) bindings[id] = keys
    for (const key of keys) yieldTo(id, key, bindings, overrides, places, problems)
  }
  return { bindings, problems }
}

function readKey(id: string, written: string, problems: string[]): string[] {
  const key = parseKey(written)
  if (key === undefined) {
    problems.push(`keys.${id}: "${written}" is not a key; write it as a, ctrl+k, shift+tab, pgdn or f5.`)
    return []
  }
  const problem = whyNot(id, key)
  if (problem === undefined) return [key]
  problems.push(`keys.${id}: ${problem}`)
  return []
}

function whyNot(id: string, key: string): string | undefined {
  const owner = reserved.get(key)
  if (owner !== undefined) return `${key} never arrives, it belongs to ${owner}; choose another.`
  if (key === wayOut.key && id !== wayOut.id) return `${key} always means ${wayOut.id}; choose another.`
  if (overAll.has(id) && !writesNothing.test(key))
    return `${key} would be lost wherever one types; choose one with ctrl+, or f1 to f12.`
  return undefined
}

/** Takes a key the user gave to one action from those that had it in the same place. */
function yieldTo(
  id: string,
  key: string,
  bindings: Record<string, readonly string[]>,
  overrides: Readonly<Record<string, readonly string[]>>,
  places: (id: string) => readonly string[] | undefined,
  problems: string[],
): void {
  const mine = places(id) ?? []
  for (const [other, keys] of Object.entries(bindings)) {
    const meets = () =>
      [id, other].some(one => overAll.has(one)) || places(other)?.some(one => mine.includes(one))
    if (other === id || !keys.includes(key) || !meets()) continue
    if (Object.hasOwn(overrides, other))
      problems.push(`keys: ${key} is given to both ${other} and ${id}; ${id} has it.`)
    else problems.push(`keys: ${key} now means ${id}; ${other} lost it.`)
    bindings[other] = keys.filter(one => one !== key)
  }
}

/** Keys that two actions claim in the same place: what a test keeps empty for the defaults. */
export function conflicts(
  bindings: Bindings,
  places: (id: string) => readonly string[] | undefined,
): string[] {
  const claimed = new Map<string, string>()
  const found: string[] = []
  for (const [id, keys] of Object.entries(bindings))
    for (const key of keys) {
      if (reserved.has(key)) found.push(`${id}: ${key} belongs to ${reserved.get(key)}`)
      for (const place of places(id) ?? []) {
        const claim = `${key} in ${place}`
        const owner = claimed.get(claim)
        if (owner !== undefined) found.push(`${claim}: ${owner} and ${id}`)
        claimed.set(claim, id)
      }
    }
  return found
}
