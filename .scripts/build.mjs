import { chmodSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { build } from 'esbuild'
import { measures } from './measures.mjs'

const { version, dependencies, optionalDependencies } = JSON.parse(readFileSync('package.json', 'utf8'))

/** Loaded from node_modules at run time: native parts, and what finds its own files beside itself. */
const EXTERNAL = ['better-sqlite3', 'node-pty', 'ssh2', 'cpu-features', 'imapflow', 'nodemailer']

const stub = {
  name: 'stub',
  setup(build) {
    build.onResolve({ filter: /^(react-devtools-core)$/ }, () => ({ path: 'nothing', namespace: 'stub' }))
    build.onLoad({ filter: /.*/, namespace: 'stub' }, () => ({ contents: 'export default {}' }))
  },
}

// Built beside and moved into place, so that a program that runs from it never finds half of it.
const fresh = `dist.${process.pid}`
const result = await build({
  entryPoints: {
    main: 'src/main.ts',
    'fake-engine': 'src/demo/engine/main.ts',
    'dav-worker': 'src/calendar/dav/worker.ts',
    'log-worker': 'store/log-worker.ts',
  },
  outdir: fresh,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  minify: true,
  sourcemap: false,
  legalComments: 'linked',
  external: EXTERNAL.filter(
    name => name === 'cpu-features' || dependencies[name] || optionalDependencies[name],
  ),
  plugins: [stub, measures],
  // React and Ink are CommonJS: their `require` of Node's own parts needs one.
  banner: { js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" },
  define: {
    ITHACA_VERSION: JSON.stringify(version),
    'process.env.NODE_ENV': '"production"',
    'process.env.DEV': '"false"',
  },
  chunkNames: 'part-[hash]',
  metafile: true,
  logLevel: 'warning',
})
const entry = Object.keys(result.metafile.outputs).find(name => name === `${fresh}/main.js`)
writeFileSync(entry, `#!/usr/bin/env node\n${readFileSync(entry, 'utf8')}`)
chmodSync(entry, 0o755)
if (process.argv.includes('--sizes'))
  for (const [name, { bytes }] of Object.entries(result.metafile.outputs))
    console.log(String(bytes).padStart(9), name)
rmSync('dist', { recursive: true, force: true })
renameSync(fresh, 'dist')
