/** Two texts compared line by line, as a unified diff. */
export interface Difference {
  added: number
  removed: number
  text: string
}

type Step = [kind: ' ' | '-' | '+', line: string]

/** Cells that exact comparison may cost in all; what is left over counts as replaced whole. */
const BUDGET = 4_000_000

export const difference = (before: string, after: string, context: number): Difference => {
  const steps = compare(lines(before), lines(after))
  return {
    added: steps.filter(([kind]) => kind === '+').length,
    removed: steps.filter(([kind]) => kind === '-').length,
    text: unified(steps, context),
  }
}

const lines = (text: string): string[] => (text === '' ? [] : text.replace(/\n$/, '').split('\n'))

const compare = (before: string[], after: string[]): Step[] => {
  const steps: Step[] = []
  const budget = { left: BUDGET }
  const work: [string[], string[]][] = [[before, after]]
  // A list of its own instead of recursion, because a long text splits into many pieces.
  for (let piece = work.pop(); piece; piece = work.pop()) {
    const [left, right] = piece
    let head = 0
    while (head < left.length && head < right.length && left[head] === right[head]) head++
    let tail = 0
    while (
      tail < left.length - head &&
      tail < right.length - head &&
      left[left.length - 1 - tail] === right[right.length - 1 - tail]
    )
      tail++
    for (const line of left.slice(0, head)) steps.push([' ', line])
    const end = left.slice(left.length - tail)
    const [old, fresh] = [left.slice(head, left.length - tail), right.slice(head, right.length - tail)]
    if (end.length > 0) work.push([end, end])
    if (old.length === 0 || fresh.length === 0) {
      for (const line of old) steps.push(['-', line])
      for (const line of fresh) steps.push(['+', line])
      continue
    }
    const anchors = anchorsOf(old, fresh)
    if (anchors.length > 0) work.push(...between(old, fresh, anchors).reverse())
    else steps.push(...exact(old, fresh, budget))
  }
  return steps
}

/** Lines that occur once on each side and in the same order on both: what people see as unchanged. */
const anchorsOf = (before: string[], after: string[]): [number, number][] => {
  const places = new Map<string, { left: number; right: number }>()
  const note = (all: string[], side: 'left' | 'right'): void => {
    for (const [index, line] of all.entries()) {
      const place = places.get(line) ?? { left: -1, right: -1 }
      place[side] = place[side] === -1 ? index : -2
      places.set(line, place)
    }
  }
  note(before, 'left')
  note(after, 'right')
  const pairs = [...places.values()]
    .filter(({ left, right }) => left >= 0 && right >= 0)
    .sort((one, other) => one.left - other.left)
  return longestRising(pairs.map(({ left, right }) => [left, right]))
}

const longestRising = (pairs: [number, number][]): [number, number][] => {
  const piles: number[] = []
  const before: number[] = []
  for (const [index, [, right]] of pairs.entries()) {
    let [low, high] = [0, piles.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (pairs[piles[middle]!]![1] < right) low = middle + 1
      else high = middle
    }
    before[index] = low > 0 ? piles[low - 1]! : -1
    piles[low] = index
  }
  const chosen: [number, number][] = []
  for (let index = piles.at(-1) ?? -1; index >= 0; index = before[index]!) chosen.push(pairs[index]!)
  return chosen.reverse()
}

const between = (before: string[], after: string[], anchors: [number, number][]): [string[], string[]][] => {
  const pieces: [string[], string[]][] = []
  let [left, right] = [0, 0]
  for (const [oldPlace, newPlace] of anchors) {
    pieces.push([before.slice(left, oldPlace), after.slice(right, newPlace)])
    pieces.push([[before[oldPlace]!], [after[newPlace]!]])
    left = oldPlace + 1
    right = newPlace + 1
  }
  pieces.push([before.slice(left), after.slice(right)])
  return pieces
}

/** The longest common subsequence, where the table for it is still small. */
const exact = (before: string[], after: string[], budget: { left: number }): Step[] => {
  const cells = (before.length + 1) * (after.length + 1)
  if (cells > budget.left)
    return [...before.map((line): Step => ['-', line]), ...after.map((line): Step => ['+', line])]
  budget.left -= cells
  const width = after.length + 1
  const table = new Uint32Array(cells)
  for (let row = before.length - 1; row >= 0; row--)
    for (let column = after.length - 1; column >= 0; column--)
      table[row * width + column] =
        before[row] === after[column]
          ? table[(row + 1) * width + column + 1]! + 1
          : Math.max(table[(row + 1) * width + column]!, table[row * width + column + 1]!)
  const steps: Step[] = []
  let [row, column] = [0, 0]
  while (row < before.length && column < after.length) {
    if (before[row] === after[column]) {
      steps.push([' ', before[row]!])
      row++
      column++
    } else if (table[(row + 1) * width + column]! >= table[row * width + column + 1]!)
      steps.push(['-', before[row++]!])
    else steps.push(['+', after[column++]!])
  }
  while (row < before.length) steps.push(['-', before[row++]!])
  while (column < after.length) steps.push(['+', after[column++]!])
  return steps
}

/** Steps as hunks: each change with the unchanged lines around it. */
const unified = (steps: Step[], context: number): string => {
  const shown = new Uint8Array(steps.length)
  for (const [index, [kind]] of steps.entries())
    if (kind !== ' ') shown.fill(1, Math.max(0, index - context), Math.min(steps.length, index + context + 1))
  const out: string[] = []
  let [oldLine, newLine] = [1, 1]
  for (let index = 0; index < steps.length; ) {
    if (!shown[index]) {
      oldLine++
      newLine++
      index++
      continue
    }
    let end = index
    while (end < steps.length && shown[end]) end++
    const hunk = steps.slice(index, end)
    const [old, fresh] = [
      hunk.filter(([kind]) => kind !== '+').length,
      hunk.filter(([kind]) => kind !== '-').length,
    ]
    out.push(`@@ -${range(oldLine, old)} +${range(newLine, fresh)} @@`)
    for (const [kind, line] of hunk) out.push(kind + line)
    oldLine += old
    newLine += fresh
    index = end
  }
  return out.length === 0 ? '' : `${out.join('\n')}\n`
}

/** An empty side is named by the line before it, as `patch` expects. */
const range = (start: number, length: number): string =>
  length === 0 ? `${start - 1},0` : length === 1 ? `${start}` : `${start},${length}`
