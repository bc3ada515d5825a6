import type { Shell } from '../shell/shell.ts'

/** A menu to choose one of a few from, the one that holds now marked. */
export function choose<T extends string>(
  shell: Shell,
  title: string,
  choices: readonly (readonly [value: T, words: string])[],
  now: T,
  chosen: (value: T) => void,
): void {
  shell.menu(
    title,
    choices.map(([value, words]) => ({
      id: value,
      title: words,
      ...(value === now ? { note: 'as it is now' } : {}),
      run: () => chosen(value),
    })),
  )
}
