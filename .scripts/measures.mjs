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
  // Loading these two takes as long as Node's own start, and most output is plain ASCII, which needs neither.
  [
    /string-width[\\/]index\.js$/,
    'const segmenter = new Intl.Segmenter();',
    'let made; const segmenter = { segment: text => (made ??= new Intl.Segmenter()).segment(text) };',
    'const rgiEmojiRegex = /^\\p{RGI_Emoji}$/v;',
    'let emoji; const rgiEmojiRegex = { test: text => (emoji ??= /^\\p{RGI_Emoji}$/v).test(text) };',
  ],
]

/** Lets Ink measure text by our tables, which know that it was settled before: half the time of a frame. */
export const measures = {
  name: 'measures',
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^string-width$/ }, ({ importer }) =>
      importer.includes('node_modules') ? { path: ours } : undefined,
    )
    for (const [filter, ...pairs] of swaps)
      onLoad({ filter }, async ({ path }) => {
        let contents = await readFile(path, 'utf8')
        for (let at = 0; at < pairs.length; at += 2) {
          const [before, after] = pairs.slice(at, at + 2)
          if (!contents.includes(before))
            throw new Error(`${path} does not hold what is to be replaced: ${before}`)
          contents = contents.replace(before, () => after)
        }
        return { contents, loader: 'js' }
      })
  },
}
