/** Private-use characters that mark the cells of painted regions; text from outside never carries them. */
const first = 0xf3f0
const last = 0xf3ff

export const marks = Array.from({ length: last - first + 1 }, (_, i) => String.fromCharCode(first + i))

export const isMarkCode = (code: number): boolean => code >= first && code <= last
