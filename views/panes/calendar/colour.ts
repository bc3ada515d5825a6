const names: Record<string, string> = {
  red: '#cc0000',
  orange: '#dd8800',
  yellow: '#bbaa00',
  green: '#33aa33',
  teal: '#008888',
  blue: '#3377dd',
  purple: '#8844cc',
  pink: '#dd6699',
  gray: '#888888',
  grey: '#888888',
}

/** Text in the colour of its calendar, where that is one; the terminal shows the nearest it has. */
export function coloured(text: string, colour: string): string {
  const hex = /^#([0-9a-f]+)$/i.exec(names[colour.toLowerCase()] ?? colour)?.[1]
  if (hex === undefined || hex.length < 3) return text
  const full = hex.length < 6 ? [...hex.slice(0, 3)].map(digit => digit + digit).join('') : hex
  const [red, green, blue] = [0, 2, 4].map(at => Number.parseInt(full.slice(at, at + 2), 16))
  return `\x1b[38;2;${red};${green};${blue}m${text}\x1b[39m`
}
