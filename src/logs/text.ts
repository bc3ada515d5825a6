/** Text from outside is data for a screen, never orders to it. */

type State = 'text' | 'escape' | 'csi' | 'string' | 'string escape' | 'intermediate'

/** Sequences longer than this were never meant to end; what follows is text again. */
const LONGEST = 4096

export interface CleanOptions {
  /** Keep colours and other attributes (SGR). */
  colours: boolean
}

/**
 * Takes everything out that a terminal would act on, but line ends, tabs and, where asked for, colours. A sequence cut in
 * two by the end of a chunk is held back until the rest comes.
 */
export class Cleaner {
  private readonly colours: boolean
  private state: State = 'text'
  private held = ''

  constructor(options: CleanOptions) {
    this.colours = options.colours
  }

  write(text: string): string {
    let out = ''
    for (let at = 0; at < text.length; at++) {
      const char = text[at]!
      if (this.state === 'text') {
        const from = at
        while (at < text.length && isPlain(text.charCodeAt(at))) at++
        out += text.slice(from, at)
        if (at < text.length) out += this.begin(text[at]!)
      } else out += this.inside(char)
    }
    return out
  }

  /** What an unfinished sequence leaves behind: nothing. */
  end(): string {
    this.state = 'text'
    this.held = ''
    return ''
  }

  private begin(char: string): string {
    const code = char.charCodeAt(0)
    if (code === 0x1b) this.state = 'escape'
    else if (code === 0x9b) this.state = 'csi'
    else if (code === 0x90 || code === 0x98 || (code >= 0x9d && code <= 0x9f)) this.state = 'string'
    this.held = this.state === 'csi' ? '\x1b[' : ''
    return ''
  }

  private inside(char: string): string {
    const code = char.charCodeAt(0)
    // A line end ends whatever was begun: a log goes on after a broken sequence.
    if (code === 0x0a || code === 0x0d || this.held.length > LONGEST) return this.back(char)
    if (this.state === 'string') {
      this.held += char
      if (code === 0x07 || code === 0x9c || code === 0x18 || code === 0x1a) this.back('')
      else if (code === 0x1b) this.state = 'string escape'
      return ''
    }
    // A cancel or another escape ends whatever was begun.
    if (code === 0x18 || code === 0x1a) return this.back('')
    if (code === 0x1b) {
      this.state = 'escape'
      this.held = ''
      return ''
    }
    if (this.state === 'string escape') return char === '\\' ? this.back('') : this.afterEscape(char)
    if (this.state === 'escape') return this.afterEscape(char)
    if (this.state === 'csi') return this.inCsi(char, code)
    return code >= 0x20 && code < 0x30 ? '' : this.back('')
  }

  private afterEscape(char: string): string {
    if (char === '[') {
      this.state = 'csi'
      this.held = '\x1b['
    } else if (']PX^_'.includes(char)) this.state = 'string'
    else if (char >= ' ' && char < '0') this.state = 'intermediate'
    else return char.charCodeAt(0) > 0x7e ? this.back(char) : this.back('')
    return ''
  }

  private inCsi(char: string, code: number): string {
    if (code > 0x7e) return this.back(char)
    this.held += char
    if (code >= 0x20 && code < 0x40) return ''
    const whole = this.held
    this.back('')
    return this.colours && char === 'm' && /^\x1b\[[\d;:]{0,64}m$/.test(whole) ? whole : ''
  }

  private back(text: string): string {
    this.state = 'text'
    this.held = ''
    return text !== '' && isPlain(text.charCodeAt(0)) ? text : text === '' ? '' : this.begin(text)
  }
}

/** Controls, C1 controls and the marks that make text run backwards are not plain. */
function isPlain(code: number): boolean {
  if (code < 0x20) return code === 0x0a || code === 0x09 || code === 0x0d
  if (code < 0x7f) return true
  if (code < 0xa0) return false
  return !(
    (code >= 0x202a && code <= 0x202e) ||
    (code >= 0x2066 && code <= 0x2069) ||
    code === 0x2028 ||
    code === 0x2029
  )
}

export function clean(text: string, options: CleanOptions): string {
  return new Cleaner(options).write(text)
}

/** A progress bar is written over itself, each state after a carriage return: what counts of it is the last. */
export const foldReturns = (text: string): string =>
  text.includes('\r') ? text.split('\n').map(foldLine).join('\n') : text

function foldLine(line: string): string {
  const whole = line.replace(/\r+$/, '')
  return whole.slice(whole.lastIndexOf('\r') + 1)
}
