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

/** A file of a dependency as it is to be; undefined where nothing in it is put in place of anything. */
function swapped(path, contents) {
  const swap = swaps.find(([filter]) => filter.test(path))
  if (!swap) return
  const pairs = swap.slice(1)
  let made = contents
  for (let at = 0; at < pairs.length; at += 2) {
    const [before, after] = pairs.slice(at, at + 2)
    if (!made.includes(before)) throw new Error(`${path} does not hold what is to be replaced: ${before}`)
    made = made.replace(before, () => after)
  }
  return made
}

const isMeasure = (name, importer) => name === 'string-width' && importer?.includes('node_modules')

/** Lets Ink measure text by our tables, which know that it was settled before: half the time of a frame. */
export const measures = {
  name: 'measures',
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^string-width$/ }, ({ path, importer }) =>
      isMeasure(path, importer) ? { path: ours } : undefined,
    )
    for (const [filter] of swaps)
      onLoad({ filter }, async ({ path }) => ({
        contents: swapped(path, await readFile(path, 'utf8')),
        loader: 'js',
      }))
  },
}

/** What of the dependencies lays out text, or brings in what does. */
export const layingOut =
  /\/node_modules\/(ink|ink-text-input|@alcalzone\/ansi-tokenize|string-width|wrap-ansi|slice-ansi|cli-truncate|widest-line)\//

/** The same for the tests, which would see frames that the program never draws. */
export const testMeasures = {
  name: 'measures',
  enforce: 'pre',
  resolveId: (name, importer) => (isMeasure(name, importer) ? ours : undefined),
  async load(id) {
    if (!layingOut.test(id)) return
    const contents = await readFile(id, 'utf8')
    return (swapped(id, contents) ?? contents).replace(/^\/\/# sourceMappingURL=.*$/m, '')
  },
}
