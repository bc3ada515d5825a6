/** Values of a Prometheus page by name, summed over their labels, with how many there were. */
export const readPage = (text: string): Map<string, { sum: number; count: number }> => {
  const found = new Map<string, { sum: number; count: number }>()
  for (const line of text.split('\n')) {
    if (line.startsWith('#') || line === '') continue
    const end = line.search(/[{\s]/)
    if (end <= 0) continue
    // Labels may hold anything, blanks and braces in quotes included; the value stands after the last brace.
    const from = line[end] === '{' ? line.lastIndexOf('}') + 1 : end
    const value = Number(line.slice(from).trim().split(/\s+/)[0])
    if (from === 0 || !Number.isFinite(value)) continue
    const name = line.slice(0, end)
    const before = found.get(name)
    if (before) {
      before.sum += value
      before.count += 1
    } else found.set(name, { sum: value, count: 1 })
  }
  return found
}
