/** `#ops` as a word of its own; `#123` is a number, `C#` a name. */
const LABEL = /(?<=^|\s)#(\p{L}[\p{L}\p{N}_-]{0,98})(?=$|[\s.,;:!?])/u

/** The first label in a sentence and what is left of it; null where there is none, or nothing else. */
export function labelIn(sentence: string): { title: string; label: string } | null {
  const found = LABEL.exec(sentence)
  if (!found) return null
  const title = `${sentence.slice(0, found.index)}${sentence.slice(found.index + found[0].length)}`
    .replace(/\s+(?=[\s.,;:!?]|$)/g, '')
    .trim()
  return /[\p{L}\p{N}]/u.test(title) ? { title, label: found[1]! } : null
}
