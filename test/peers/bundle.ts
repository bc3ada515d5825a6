import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** A program with JSX as one file that plain Node runs, in a temporary folder that `remove` takes away. */
export async function bundle(entry: string): Promise<{ file: string; remove: () => void }> {
  const folder = mkdtempSync(join(tmpdir(), 'ithaca-bundle-'))
  const file = join(folder, 'program.mjs')
  await build({
    entryPoints: [entry],
    absWorkingDir: root,
    outfile: file,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node22',
    minify: true,
    define: { 'process.env.NODE_ENV': '"production"', 'process.env.DEV': '"false"' },
    banner: { js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" },
    plugins: [
      {
        name: 'without devtools',
        setup({ onResolve, onLoad }) {
          onResolve({ filter: /^(react-devtools-core|\.\/devtools\.js)$/ }, ({ path }) => ({
            path,
            namespace: 'none',
          }))
          onLoad({ filter: /.*/, namespace: 'none' }, () => ({ contents: 'export default {}' }))
        },
      },
    ],
    logLevel: 'silent',
  })
  return { file, remove: () => rmSync(folder, { recursive: true, force: true }) }
}
