/** A small generator of numbers that gives the same sequence for the same seed. */
export function seeded(seed: number): {
  next(): number
  int(from: number, to: number): number
  pick<T>(of: readonly T[]): T
} {
  let state = (seed * 2654435761) >>> 0 || 1
  const next = () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    state >>>= 0
    return state / 2 ** 32
  }
  const int = (from: number, to: number) => from + Math.floor(next() * (to - from + 1))
  return { next, int, pick: of => of[int(0, of.length - 1)]! }
}
