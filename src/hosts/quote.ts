import { HostError } from './host.ts'

/** One word for a POSIX shell, whatever it contains. A NUL cannot be in a shell word and is refused. */
export function quote(word: string): string {
  if (word.includes('\0')) throw new TypeError('A shell word cannot contain a NUL byte.')
  return /^[A-Za-z0-9_./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}

/** An argument vector as one line of shell. */
export const quoteAll = (argv: readonly string[]): string => argv.map(quote).join(' ')

/** An argument vector for a login shell nobody knows: what sh, csh and fish read alike, or a refusal. */
export const quoteForAny = (argv: readonly string[]): string =>
  argv
    .map(word => {
      if (/['\\!\0\r\n]/.test(word))
        throw new HostError('refused', `'${word}' cannot be said to every login shell.`)
      return /^[A-Za-z0-9_./:@%+,-]+$/.test(word) ? word : `'${word}'`
    })
    .join(' ')

const CHUNK = 4096

// Not plain: what printf or the shell would read, and a dash, which would start an option.
const SPECIAL = new Set([...`%'\\-`].map(char => char.charCodeAt(0)))

/** Bytes as words that `printf` turns back into exactly these bytes, NUL included. */
export function printfWords(bytes: Uint8Array): string[] {
  const words: string[] = []
  for (let start = 0; start < bytes.length; start += CHUNK) {
    let word = ''
    for (const byte of bytes.subarray(start, start + CHUNK)) {
      const plain = byte >= 0x20 && byte < 0x7f && !SPECIAL.has(byte)
      word += plain ? String.fromCharCode(byte) : `\\${byte.toString(8).padStart(3, '0')}`
    }
    words.push(`'${word}'`)
  }
  return words
}
