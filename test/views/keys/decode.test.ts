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
    expect(decoder.waiting).toBe('paste')
    expect(decoder.flush()).toEqual([{ paste: ['yyy'] }])
    expect(decoder.push(Buffer.from('late'))).toEqual([])
    expect(decoder.flush()).toEqual([])
    expect(decoder.push(Buffer.from('j'))).toEqual([{ key: 'j', text: 'j' }])
  })

  test.each(['in one piece', 'in pieces'])('what a paste has beyond a megabyte is no keys, %s', how => {
    const decoder = new KeyDecoder()
    const bytes = Buffer.from(`\x1b[200~${'y'.repeat(1_500_000)}Xq\x1b[201~j`)
    const pieces = how === 'in pieces' ? 4099 : bytes.length
    const strokes = Array.from({ length: Math.ceil(bytes.length / pieces) }, (_, n) =>
      decoder.push(bytes.subarray(n * pieces, (n + 1) * pieces)),
    ).flat()
    expect(strokes).toHaveLength(2)
    expect(named(strokes).at(-1)).toBe('j')
    expect(decoder.waiting).toBeNull()
  })

  test('a paste that is cut where its end is cut, too, has an end', () => {
    const decoder = new KeyDecoder()
    decoder.push(Buffer.from(`\x1b[200~${'y'.repeat(999_997)}\x1b[2`))
    expect(named(decoder.push(Buffer.from('01~j')))).toEqual(['j'])
  })

  test('no bytes crash it, and what it holds back stays bounded', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 10 }), chunks => {
        const decoder = new KeyDecoder()
        for (const chunk of chunks) decoder.push(Buffer.from(chunk))
        for (let n = 0; n < 2; n++) decoder.flush()
        expect(decoder.waiting).toBeNull()
      }),
      { numRuns: 2000 },
    )
  })
})
