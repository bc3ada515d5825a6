/** East Asian Wide and Fullwidth code points (Unicode 17), as Ink's own measure counts them. */
const wide =
  '1100-115f 231a-231b 2329-232a 23e9-23ec 23f0 23f3 25fd-25fe 2614-2615 2630-2637 2648-2653 267f 268a-268f 2693 ' +
  '26a1 26aa-26ab 26bd-26be 26c4-26c5 26ce 26d4 26ea 26f2-26f3 26f5 26fa 26fd 2705 270a-270b 2728 274c 274e ' +
  '2753-2755 2757 2795-2797 27b0 27bf 2b1b-2b1c 2b50 2b55 2e80-2e99 2e9b-2ef3 2f00-2fd5 2ff0-303e 3041-3096 ' +
  '3099-30ff 3105-312f 3131-318e 3190-31e5 31ef-321e 3220-3247 3250-a48c a490-a4c6 a960-a97c ac00-d7a3 f900-faff ' +
  'fe10-fe19 fe30-fe52 fe54-fe66 fe68-fe6b ff01-ff60 ffe0-ffe6 16fe0-16fe4 16ff0-16ff6 17000-18cda 18cff-18d20 ' +
  '18d80-18df2 18e00-19191 191a0-191d2 1aff0-1aff3 1aff5-1affb 1affd-1affe 1b000-1b128 1b132 1b150-1b152 1b155 ' +
  '1b164-1b168 1b170-1b2fb 1d300-1d356 1d360-1d376 1f004 1f0cf 1f18e 1f191-1f19a 1f1ae 1f200-1f202 1f210-1f23b ' +
  '1f240-1f248 1f250-1f251 1f260-1f265 1f300-1f320 1f32d-1f335 1f337-1f37c 1f37e-1f393 1f3a0-1f3ca 1f3cf-1f3d3 ' +
  '1f3e0-1f3f0 1f3f4 1f3f8-1f43e 1f440 1f442-1f4fc 1f4ff-1f53d 1f54b-1f54e 1f550-1f567 1f57a 1f595-1f596 1f5a4 ' +
  '1f5fb-1f64f 1f680-1f6c5 1f6cc 1f6d0-1f6d2 1f6d5-1f6d9 1f6dc-1f6df 1f6eb-1f6ec 1f6f4-1f6fc 1f7da 1f7e0-1f7eb ' +
  '1f7f0 1f90c-1f93a 1f93c-1f945 1f947-1f9ff 1fa70-1fa7c 1fa80-1fac6 1fac8 1facc-1fadd 1fadf-1faeb 1faef-1fafa ' +
  '20000-2fffd 30000-3fffd'

const invisible = /[\p{Mn}\p{Me}\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}]/u

let bounds: Uint32Array | undefined
/** 0 where not asked yet, else the width plus one. */
const known = new Uint8Array(0x20000)

function isWide(code: number): boolean {
  bounds ??= Uint32Array.from(
    wide.split(' ').flatMap(range => {
      const [from, to = from] = range.split('-').map(hex => Number.parseInt(hex, 16)) as [number, number?]
      return [from, to]
    }),
  )
  let low = 0
  let high = bounds.length / 2 - 1
  while (low <= high) {
    const middle = (low + high) >> 1
    if (code < bounds[middle * 2]!) high = middle - 1
    else if (code > bounds[middle * 2 + 1]!) low = middle + 1
    else return true
  }
  return false
}

function measure(code: number): 0 | 1 | 2 {
  if (invisible.test(String.fromCodePoint(code))) return 0
  return isWide(code) ? 2 : 1
}

/** Cells one code point takes: 0 for marks that sit on the cell before, 2 for East Asian wide. */
export function codeWidth(code: number): 0 | 1 | 2 {
  if (code < 0x7f) return code < 0x20 ? 0 : 1
  if (code >= known.length) return measure(code)
  let width = known[code]!
  if (width === 0) {
    width = measure(code) + 1
    known[code] = width
  }
  return (width - 1) as 0 | 1 | 2
}

const printable = /^[\x20-\x7e]*$/

/** Cells a string takes; escape sequences must be gone or be colours. */
export function textWidth(text: string): number {
  if (printable.test(text)) return text.length
  let width = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.codePointAt(i)!
    if (code === 0x1b) {
      i = sequenceEnd(text, i)
      continue
    }
    width += codeWidth(code)
    if (code > 0xffff) i++
  }
  return width
}

/** Index of the last character of the colour sequence that starts at `at`. */
export function sequenceEnd(text: string, at: number): number {
  if (text.charCodeAt(at + 1) !== 0x5b) return at
  let i = at + 2
  while (i < text.length && text.charCodeAt(i) < 0x40) i++
  return Math.min(i, text.length - 1)
}

/** Whether every terminal agrees on the width of this glyph; after others the cursor is placed anew. */
export function isCertain(glyph: string): boolean {
  if (glyph.length !== 1) return glyph === ''
  const code = glyph.charCodeAt(0)
  return (
    code < 0x300 ||
    (code >= 0x370 && code < 0x530) ||
    (code >= 0x2500 && code < 0x25a0) ||
    (code >= 0x2800 && code < 0x2900) ||
    (code >= 0x3041 && code < 0x3097) ||
    (code >= 0x30a0 && code < 0x3100) ||
    (code >= 0x4e00 && code < 0xa000) ||
    (code >= 0xac00 && code < 0xd7a4)
  )
}
