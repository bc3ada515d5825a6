export interface Break {
  offset: number
  reason: string
}

const SPACE = /[ \t\n\r]*/y
const ATOM = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y

const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y

/** Where the string that begins here is over, or -1. A loop, because a pattern would need a stack as long as the text. */
const stringEnd = (text: string, start: number): number => {
  for (let at = start + 1; text[start] === '"' && at < text.length; at++) {
    const char = text[at]!
    if (char === '"') return at + 1
    if (char < ' ') return -1
    if (char !== '\\') continue
    ESCAPE.lastIndex = at
    if (!ESCAPE.test(text)) return -1
    at = ESCAPE.lastIndex - 1
  }
  return -1
}

type Waiting = 'value' | 'first value' | 'key' | 'first key' | 'colon' | 'comma' | 'end'

/** Where a text that is not JSON stops being it. The engine's own parser does not always tell. */
export const whereJsonBreaks = (text: string): Break => {
  let at = 0
  const open: ('{' | '[')[] = []
  const take = (pattern: RegExp): boolean => {
    pattern.lastIndex = at
    if (!pattern.test(text)) return false
    at = pattern.lastIndex
    return true
  }
  const takeString = (): boolean => {
    const end = stringEnd(text, at)
    if (end > 0) at = end
    return end > 0
  }
  const after = (): Waiting => (open.length > 0 ? 'comma' : 'end')
  let waiting: Waiting = 'value'
  for (;;) {
    take(SPACE)
    const char = text[at]
    if (waiting === 'end') return { offset: at, reason: 'Nothing may follow the value' }
    const closes = char === (open.at(-1) === '{' ? '}' : ']') && open.length > 0
    if (closes && (waiting === 'comma' || waiting.startsWith('first'))) {
      open.pop()
      at += 1
      waiting = after()
    } else if (waiting === 'comma') {
      if (char !== ',') return { offset: at, reason: 'A comma or the closing bracket is missing' }
      at += 1
      waiting = open.at(-1) === '{' ? 'key' : 'value'
    } else if (waiting === 'colon') {
      if (char !== ':') return { offset: at, reason: 'A colon is missing after the name' }
      at += 1
      waiting = 'value'
    } else if (waiting === 'key' || waiting === 'first key') {
      if (!takeString()) return { offset: at, reason: 'A name in double quotes is expected' }
      waiting = 'colon'
    } else if (char === '{' || char === '[') {
      open.push(char)
      at += 1
      waiting = char === '{' ? 'first key' : 'first value'
    } else if (takeString() || take(ATOM)) waiting = after()
    else return { offset: at, reason: char === '"' ? 'This string is not complete' : 'A value is expected' }
  }
}
