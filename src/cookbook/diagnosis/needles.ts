const hashBits = 16
const hashMask = (1 << hashBits) - 1
const block = 3

/** Sets the bit that tells cases apart: good enough to find candidates, and the patterns decide afterwards. */
const fold = 0x20

const hash = (a: number, b: number, c: number) =>
  (((a | fold) << 11) ^ ((b | fold) << 5) ^ (c | fold)) & hashMask

/** Finds many words in one pass over bytes, ignoring case (Wu and Manber's shift tables over three bytes). */
export class Needles {
  readonly shortest: number
  private readonly words: readonly Uint8Array[]
  private readonly shift: Uint8Array
  private readonly first: Int16Array
  private readonly next: Int16Array

  constructor(words: readonly string[]) {
    this.words = words.map(word => Uint8Array.from(Buffer.from(word), byte => byte | fold))
    this.shortest = Math.min(...this.words.map(word => word.length))
    if (this.shortest < block) throw new RangeError(`a word to search for needs ${block} bytes or more`)
    this.shift = new Uint8Array(hashMask + 1).fill(this.shortest - block + 1)
    this.first = new Int16Array(hashMask + 1).fill(-1)
    this.next = new Int16Array(this.words.length).fill(-1)
    this.words.forEach((word, id) => {
      for (let end = block - 1; end < this.shortest; end++) {
        const key = hash(word[end - 2]!, word[end - 1]!, word[end]!)
        this.shift[key] = Math.min(this.shift[key]!, this.shortest - 1 - end)
        if (end === this.shortest - 1) {
          this.next[id] = this.first[key]!
          this.first[key] = id
        }
      }
    })
  }

  /** Calls `found` for every word in the range, in order of position; it answers where to go on from. */
  scan(bytes: Uint8Array, from: number, to: number, found: (word: number, at: number) => number): void {
    const { shift, first, next, shortest } = this
    let end = from + shortest - 1
    while (end < to) {
      const key =
        (((bytes[end - 2]! | fold) << 11) ^ ((bytes[end - 1]! | fold) << 5) ^ (bytes[end]! | fold)) & hashMask
      const skip = shift[key]!
      if (skip > 0) {
        end += skip
        continue
      }
      const at = end - shortest + 1
      let resume = at + 1
      for (let id = first[key]!; id !== -1; id = next[id]!) {
        if (this.matches(id, bytes, at, to)) resume = Math.max(resume, found(id, at))
      }
      end = resume + shortest - 1
    }
  }

  private matches(id: number, bytes: Uint8Array, at: number, to: number): boolean {
    const word = this.words[id]!
    if (at + word.length > to) return false
    for (let i = 0; i < word.length; i++) if ((bytes[at + i]! | fold) !== word[i]) return false
    return true
  }
}
