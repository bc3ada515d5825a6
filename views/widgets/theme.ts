/** What a colour means; the terminal's own sixteen colours say how it looks. Never the only carrier of a meaning. */
export type Tone = 'plain' | 'quiet' | 'strong' | 'accent' | 'good' | 'warn' | 'bad' | 'selected' | 'title'

export type Theme = Record<Tone, readonly [on: string, off: string]>

export const defaultTheme: Theme = {
  plain: ['', ''],
  quiet: ['2', '22'],
  strong: ['1', '22'],
  accent: ['36', '39'],
  good: ['32', '39'],
  warn: ['33', '39'],
  bad: ['31', '39'],
  selected: ['7', '27'],
  title: ['1;36', '22;39'],
}

/** Text in a tone. Without colours bold, dim and inverse remain. */
export function toned(text: string, tone: Tone, theme: Theme = defaultTheme): string {
  const [on, off] = theme[tone]
  return on === '' || text === '' ? text : `\x1b[${on}m${text}\x1b[${off}m`
}
