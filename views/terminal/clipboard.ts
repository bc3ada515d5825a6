import type { Capabilities } from './capabilities.ts'
import { loadTmux } from './tmux-buffer.ts'

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

/** Copies, and says whether whoever is between us and the terminal is known to have taken it: tmux as it comes passes no sequence of ours on, but takes a text by its own command. */
export async function copyTo(
  text: string,
  multiplexer: Capabilities['multiplexer'],
  write: (sequence: string) => void,
  env: NodeJS.ProcessEnv,
): Promise<Copied & { isTaken: boolean }> {
  const isHeld = multiplexer === 'tmux' && (await loadTmux(atMost(text), env))
  const copied = copySequence(text, multiplexer)
  write(copied.sequence)
  return { ...copied, isTaken: isHeld || copied.route !== 'tmux' }
}

/** A copy by OSC 52, which reaches the clipboard of the machine the person sits at, over SSH and through a multiplexer. */
export function copySequence(text: string, multiplexer: Capabilities['multiplexer']): Copied {
  const kept = atMost(text)
  const plain = `\x1b]52;c;${kept.toString('base64')}\x07`
  const facts = { bytes: kept.length, truncated: kept.length < Buffer.byteLength(text) }
  if (multiplexer === 'tmux') return { ...facts, sequence: plain + throughTmux(plain), route: 'tmux' }
  if (multiplexer === 'screen') return { ...facts, sequence: throughScreen(plain), route: 'screen' }
  return { ...facts, sequence: plain, route: 'the terminal' }
}

function atMost(text: string): Buffer {
  const whole = Buffer.from(text, 'utf8')
  const room = Math.floor(maxPayload / 4) * 3
  return whole.length > room ? wholeCharacters(whole.subarray(0, room)) : whole
}

/** tmux takes the plain form with `set-clipboard on` and this one with `allow-passthrough on`; both are sent. A terminal that is in no tmux, but was started from one, takes the plain one. */
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
