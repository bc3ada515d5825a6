import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Input, KeyDecoder } from '../../../views/keys/decode.ts'

const named = (strokes: Input[]) => strokes.map(stroke => ('key' in stroke ? stroke.key : stroke))

function decode(...chunks: string[]): unknown[] {
  const decoder = new KeyDecoder()
  const strokes = chunks.flatMap(chunk => decoder.push(Buffer.from(chunk)))
  return named([...strokes, ...decoder.flush()])
}

describe('decoding keys', () => {
  test.each([
    ['aZ9é宽🚀', ['a', 'Z', '9', 'é', '宽', '🚀']],
    [' \r\n\t\x7f\b', ['space', 'enter', 'enter', 'tab', 'backspace', 'backspace']],
    ['\x03\x0b\x1a\x1d\x00', ['ctrl+c', 'ctrl+k', 'ctrl+z', 'ctrl+]', 'ctrl+space']],
    ['\x1b[A\x1bOB\x1b[1;5C\x1b[1;2D', ['up', 'down', 'ctrl+right', 'shift+left']],
    ['\x1b[5~\x1b[6~\x1b[3~\x1b[1~\x1bOF\x1b[H', ['pgup', 'pgdn', 'delete', 'home', 'end', 'home']],
    ['\x1b[Z\x1bOP\x1b[15~\x1b[24;3~\x1b[[A', ['shift+tab', 'f1', 'f5', 'alt+f12', 'f1']],
    ['\x1bx\x1b\x7f', ['alt+x', 'alt+backspace']],
    ['\x1b', ['esc']],
    ['\x1b\x1b', ['esc', 'esc']],
    ['\x1b[97;5u\x1b[27;2;13~\x1b[9;2u', ['ctrl+a', 'shift+enter', 'shift+tab']],
    ['\x1b[I\x1b[O\x1b[<0;1;1m\x1b[<2;1;1M\x1b[<32;1;1M\x1b[?1;2c\x1b[12;3Rj', ['j']],
    ['\x1b[M !!j\x1b[M`\x7fqk', ['j', 'k']],
    ['\x1b[<0;1;24M', [{ x: 0, y: 23, wheel: 0 }]],
    [
      '\x1b[<64;80;2M\x1b[<69;300;2M',
      [
        { x: 79, y: 1, wheel: -1 },
        { x: 299, y: 1, wheel: 1 },
      ],
    ],
  ])('%j', (bytes, keys) => {
    expect(decode(bytes)).toEqual(keys)
  })

  test('a sequence in pieces is one key, wherever it was cut', () => {
    const bytes = '\x1b[1;5A\x1b[<65;10;3M\x1b[M !!\x1b[5~\x1bOPé\x1b[200~a\x1b[Ab\x1b[201~'
    const whole = decode(bytes)
    for (let at = 1; at < bytes.length; at++)
      expect(decode(bytes.slice(0, at), bytes.slice(at))).toEqual(whole)
  })

  test('a character cut in its bytes is one key', () => {
    const decoder = new KeyDecoder()
    const bytes = Buffer.from('🚀')
    expect(named([...bytes].flatMap(byte => decoder.push(Buffer.from([byte]))))).toEqual(['🚀'])
  })

  test('a paste is one stroke of clean lines, whatever keys it spells', () => {
    expect(decode('\x1b[200~y\rX\x1b[31m\x1b[2Jq\x1b[201~j')).toEqual([{ paste: ['y', 'Xq'] }, 'j'])
  })

  test('a paste without an end waits, and does not turn into keys', () => {
    const decoder = new KeyDecoder()
    expect(decoder.push(Buffer.from('\x1b[200~yyy'))).toEqual([])
    expect(decoder.waiting).toBe(false)
  })

  test('no bytes crash it, and what it holds back stays bounded', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 10 }), chunks => {
        const decoder = new KeyDecoder()
        for (const chunk of chunks) decoder.push(Buffer.from(chunk))
        decoder.flush()
        expect(decoder.waiting).toBe(false)
      }),
      { numRuns: 2000 },
    )
  })
})
