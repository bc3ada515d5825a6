import type { Capabilities } from './capabilities.ts'

/** Terminals refuse longer ones; measured in base64 characters. */
const maxPayload = 74_994
/** GNU screen passes strings of at most this many characters. */
const screenChunk = 768

export interface Copied {
  /** Goes to the terminal as it is. */
  sequence: string
  /** UTF-8 bytes that were copied. */
  bytes: number
  truncated: boolean
  route: 'the terminal' | 'tmux' | 'screen'
}

/** A copy by OSC 52, which reaches the clipboard of the machine the person sits at, over SSH and through a multiplexer. */
export function copySequence(text: string, multiplexer: Capabilities['multiplexer']): Copied {
  const whole = Buffer.from(text, 'utf8')
  const room = Math.floor(maxPayload / 4) * 3
  const kept = whole.length > room ? wholeCharacters(whole.subarray(0, room)) : whole
  const plain = `\x1b]52;c;${kept.toString('base64')}\x07`
  const facts = { bytes: kept.length, truncated: kept.length < whole.length }
  if (multiplexer === 'tmux') return { ...facts, sequence: plain + throughTmux(plain), route: 'tmux' }
  if (multiplexer === 'screen') return { ...facts, sequence: throughScreen(plain), route: 'screen' }
  return { ...facts, sequence: plain, route: 'the terminal' }
}

/** tmux takes the plain form with `set-clipboard on` and this one with `allow-passthrough on`; both may be sent. */
function throughTmux(sequence: string): string {
  return `\x1bPtmux;${sequence.replaceAll('\x1b', '\x1b\x1b')}\x1b\\`
}

function throughScreen(sequence: string): string {
  const chunks = sequence.match(new RegExp(`[^]{1,${screenChunk - 4}}`, 'g')) ?? []
  return chunks.map(chunk => `\x1bP${chunk}\x1b\\`).join('')
}

function wholeCharacters(bytes: Buffer): Buffer {
  let end = bytes.length
  while (end > 0 && (bytes[end - 1]! & 0xc0) === 0x80) end--
  const lead = bytes[end - 1] ?? 0
  const needed = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1
  return bytes.length - end + 1 === needed ? bytes : bytes.subarray(0, Math.max(0, end - 1))
}
