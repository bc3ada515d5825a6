import { codeWidth, textWidth } from './width.ts'

/** The two measures that Ink lays text out by, for text that `sanitise` has settled: a letter with its marks is one glyph there, so that no tables of clusters and emoji are needed. The build puts them in place of Ink's own, which took half of every frame. */

export { textWidth as default }

/** The glyphs of a text, as `Intl.Segmenter` would give them: each letter with the marks on it. */
export function* segment(text: string): Generator<{ segment: string; index: number }> {
  let start = 0
  for (let at = 0; at < text.length; ) {
    const code = text.codePointAt(at)!
    const next = at + (code > 0xffff ? 2 : 1)
    if (at > start && (!isMark(code) || isControl(text.charCodeAt(start)))) {
      yield { segment: text.slice(start, at), index: start }
      start = at
    }
    at = next
  }
  if (start < text.length) yield { segment: text.slice(start), index: start }
}

const isControl = (code: number): boolean => code < 0x20 || (code >= 0x7f && code < 0xa0)

const isMark = (code: number): boolean => code >= 0x300 && codeWidth(code) === 0
