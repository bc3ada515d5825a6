import { StringDecoder } from 'node:string_decoder'
import { sanitiseTyped } from '../terminal/sanitise.ts'

/** One thing a person did: a key by its name (`a`, `ctrl+k`, `shift+tab`, `pgdn`), or text pasted, as clean lines. */
export type Stroke = { key: string; text?: string } | { paste: string[] }

/** What a mouse did at a cell, counted from 0: a press, or where it is not 0 a wheel turned by so many notches, down where positive. */
export interface Pointer {
  x: number
  y: number
  wheel: number
}

export type Input = Stroke | Pointer

const pasteStart = '\x1b[200~'
const pasteEnd = '\x1b[201~'
/** A terminal that knows no better reports its mouse in three bytes after this, which are not typed. */
const oldMouse = '\x1b[M'
/** What is pasted beyond this is thrown away. */
const maxPaste = 1_000_000

const finals: Record<string, string> = {
  A: 'up',
  B: 'down',
  C: 'right',
  D: 'left',
  F: 'end',
  H: 'home',
  P: 'f1',
  Q: 'f2',
  R: 'f3',
  S: 'f4',
  Z: 'shift+tab',
}

const numbers: Record<number, string> = {
  1: 'home',
  2: 'insert',
  3: 'delete',
  4: 'end',
  5: 'pgup',
  6: 'pgdn',
  7: 'home',
  8: 'end',
  11: 'f1',
  12: 'f2',
  13: 'f3',
  14: 'f4',
  15: 'f5',
  17: 'f6',
  18: 'f7',
  19: 'f8',
  20: 'f9',
  21: 'f10',
  23: 'f11',
  24: 'f12',
}

const controls: Record<number, string> = {
  0: 'ctrl+space',
  8: 'backspace',
  9: 'tab',
  10: 'enter',
  13: 'enter',
  27: 'esc',
  28: 'ctrl+\\',
  29: 'ctrl+]',
  30: 'ctrl+^',
  31: 'ctrl+_',
  127: 'backspace',
}

/** Turns the bytes of a terminal into strokes. A sequence cut in two waits for its rest; `flush` says that none will come. */
export class KeyDecoder {
  readonly #decoder = new StringDecoder('utf8')
  #rest = ''
  /** The rest of a paste that was cut: no keys, whatever it spells. */
  #drops = false

  /** What more is to come of: an Escape, which may be the start of a longer key, or a paste. */
  get waiting(): 'key' | 'paste' | null {
    if (this.#drops || this.#rest.startsWith(pasteStart)) return 'paste'
    return this.#rest === '' ? null : 'key'
  }

  push(bytes: Buffer): Input[] {
    this.#rest += this.#decoder.write(bytes)
    return this.#read(false)
  }

  flush(): Input[] {
    if (this.waiting !== 'paste') return this.#read(true)
    const wasPaste = !this.#drops
    const strokes: Input[] = wasPaste ? [pasted(this.#rest.slice(pasteStart.length))] : []
    this.#rest = ''
    this.#drops = wasPaste
    return strokes
  }

  #read(final: boolean): Input[] {
    const strokes: Input[] = []
    while (this.#rest !== '') {
      if (this.#drops && !this.#drop()) break
      const used = this.#readOne(strokes, final)
      if (used === 0) break
      this.#rest = this.#rest.slice(used)
    }
    return strokes
  }

  /** Throws away what is left of a paste; false where its end is still to come. */
  #drop(): boolean {
    const end = this.#rest.indexOf(pasteEnd)
    this.#drops = end < 0
    this.#rest = this.#rest.slice(end < 0 ? 1 - pasteEnd.length : end + pasteEnd.length)
    return end >= 0
  }

  /** Reads one stroke off the front; answers the characters it took, 0 where more must come first. */
  #readOne(strokes: Input[], final: boolean): number {
    const input = this.#rest
    if (input[0] !== '\x1b') return readPlain(input, strokes)
    if (input.startsWith(pasteStart)) {
      const end = input.indexOf(pasteEnd)
      if (end < 0 && input.length < maxPaste) return 0
      strokes.push(pasted(input.slice(pasteStart.length, end < 0 ? maxPaste : Math.min(end, maxPaste))))
      this.#drops = end < 0
      // Its end may be cut in two.
      return end < 0 ? input.length - pasteEnd.length + 1 : end + pasteEnd.length
    }
    if (input.startsWith(oldMouse) && !(final && input.length < 6)) return input.length < 6 ? 0 : 6
    const sequence = /^\x1b(?:\[\[?[\x30-\x3f]*[\x20-\x2f]*[\x40-\x7e]|O[\x30-\x3f]*[\x40-\x7e])/.exec(
      input,
    )?.[0]
    if (sequence) {
      const pointer = pointerOf(sequence)
      const key = pointer ? undefined : sequenceKey(sequence)
      if (pointer) strokes.push(pointer)
      else if (key) strokes.push({ key })
      return sequence.length
    }
    const cut = /^\x1b(?:\[\[?[\x30-\x3f]*[\x20-\x2f]*|O[\x30-\x3f]*|)$/.test(input)
    if (cut && !final) return 0
    if (cut || input.length === 1 || input[1] === '\x1b') {
      strokes.push({ key: 'esc' })
      return input.length > 1 && input[1] !== '\x1b' ? input.length : 1
    }
    const after: Input[] = []
    const used = readPlain(input.slice(1), after)
    const [stroke] = after
    if (stroke && 'key' in stroke) strokes.push({ key: `alt+${stroke.key}` })
    return 1 + used
  }
}

function readPlain(input: string, strokes: Input[]): number {
  const code = input.codePointAt(0)!
  const length = code > 0xffff ? 2 : 1
  const control = controls[code]
  if (control) strokes.push({ key: control })
  else if (code < 0x20) strokes.push({ key: `ctrl+${String.fromCharCode(code + 96)}` })
  else if (code === 0x20) strokes.push({ key: 'space', text: ' ' })
  else if (code < 0x80 || code > 0x9f) {
    const text = String.fromCodePoint(code)
    strokes.push({ key: text, text })
  }
  return length
}

const pasted = (body: string): Stroke => ({
  paste: body.split(/\r\n|[\n\r\u2028\u2029]/).map(sanitiseTyped),
})

/** A press of the first button or a turn of the wheel, whatever else is held down; undefined for all else a mouse reports. */
function pointerOf(sequence: string): Pointer | undefined {
  const [, button, column, row] = /^\x1b\[<(\d+);(\d+);(\d+)M$/.exec(sequence) ?? []
  const wheel = { 0: 0, 64: -1, 65: 1 }[Number(button) & ~(4 | 8 | 16)]
  if (button === undefined || wheel === undefined) return undefined
  return { x: Number(column) - 1, y: Number(row) - 1, wheel }
}

/** The key a complete sequence stands for; undefined for reports (focus, answers) nobody asked for. */
function sequenceKey(sequence: string): string | undefined {
  const linux = /^\x1b\[\[([A-E])$/.exec(sequence)?.[1]
  if (linux) return `f${linux.charCodeAt(0) - 64}`
  const [, parameters = '', final = ''] = /^\x1b(?:\[|O)([\d;:]*)([A-Za-z~^$@])$/.exec(sequence) ?? []
  const [first = '', second = ''] = parameters.split(';').map(part => part.split(':')[0])
  if (final === 'u') return codeKey(Number(first), Number(second || 1))
  if (final === '~' && first === '27') return codeKey(Number(parameters.split(';')[2]), Number(second || 1))
  if (final === '~') return withModifiers(numbers[Number(first)], Number(second || 1))
  if (final === '^') return withModifiers(numbers[Number(first)], 5)
  if (final === '$') return withModifiers(numbers[Number(first)], 2)
  return first === '' || first === '1' ? withModifiers(finals[final], Number(second || 1)) : undefined
}

/** Keys of terminals that send every key by its code (CSI u). */
function codeKey(code: number, modifiers: number): string | undefined {
  if (!(code > 0 && code < 0x110000) || (code >= 0xe000 && code < 0xf900)) return undefined
  const strokes: Input[] = []
  readPlain(String.fromCodePoint(code), strokes)
  const [stroke] = strokes
  return stroke && 'key' in stroke ? withModifiers(stroke.key, modifiers) : undefined
}

function withModifiers(key: string | undefined, modifiers: number): string | undefined {
  if (key === undefined) return undefined
  const bits = modifiers - 1
  const isLetter = [...key].length === 1
  const shift = bits & 1 && !isLetter && !key.startsWith('shift+') ? 'shift+' : ''
  const base = bits & 1 && isLetter ? key.toUpperCase() : key
  return `${bits & 4 ? 'ctrl+' : ''}${bits & 2 ? 'alt+' : ''}${shift}${base}`
}
