import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'

const ours = resolve('views/terminal/glyphs.ts')

/** What is put in place of what, in which file: a new version of Ink that reads otherwise fails the build. */
const swaps = [
  [
    /ansi-tokenize[\\/]build[\\/]tokenize\.js$/,
    'const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });',
    `import { segment } from ${JSON.stringify(ours)};\nconst segmenter = { segment };`,
  ],
  [
    /ink[\\/]build[\\/]output\.js$/,
    'character => !/^\\p{Default_Ignorable_Code_Point}+$/u.test(character.value)',
    'character => character.value < "\\u0300" || !/^\\p{Default_Ignorable_Code_Point}+$/u.test(character.value)',
  ],
]

/** Lets Ink measure text by our tables, which know that it was settled before: half the time of a frame. */
export const measures = {
  name: 'measures',
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^string-width$/ }, ({ importer }) =>
      importer.includes('node_modules') ? { path: ours } : undefined,
    )
    for (const [filter, before, after] of swaps)
      onLoad({ filter }, async ({ path }) => {
        const text = await readFile(path, 'utf8')
        if (!text.includes(before)) throw new Error(`${path} does not hold what is to be replaced: ${before}`)
        return { contents: text.replace(before, () => after), loader: 'js' }
      })
  },
}
