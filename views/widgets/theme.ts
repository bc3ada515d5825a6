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

const bright = (colour: number) => [`1;${colour};48;5;16`, '22;39;49'] as const

/** For terminals where dim text cannot be read. What is bright stands on black, since the terminal may be white. */
const contrastTheme: Theme = {
  ...defaultTheme,
  quiet: ['', ''],
  accent: bright(96),
  good: bright(92),
  warn: bright(93),
  bad: bright(91),
  title: bright(96),
}

const themes: Readonly<Record<string, Theme>> = { auto: defaultTheme, contrast: contrastTheme }
let chosen = defaultTheme

/** Chooses the theme of this process. */
export function chooseTheme(name: string): void {
  chosen = themes[name] ?? defaultTheme
}

/** Text in a tone. Without colours bold, dim and inverse remain. */
export function toned(text: string, tone: Tone, theme: Theme = chosen): string {
  const [on, off] = theme[tone]
  return on === '' || text === '' ? text : `\x1b[${on}m${text}\x1b[${off}m`
}
