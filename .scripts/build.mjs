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

/** What these files load later is what was made of that file by itself: by `require` as CommonJS, by `import` as a module. */
const later = {
  name: 'later',
  setup(build) {
    build.onResolve({ filter: /\.ts$/ }, ({ kind, path }) => {
      const name = path.replace(/^.*\/(.*)\.ts$/, './$1')
      if (kind === 'dynamic-import') return { path: `${name}.mjs`, external: true }
      if (kind === 'require-call' && name === './enter') return { path: `${name}.js`, external: true }
    })
  },
}

// Built beside and moved into place, so that a program that runs from it never finds half of it.
const fresh = `dist.${process.pid}`
const shared = {
  outdir: fresh,
  bundle: true,
  platform: 'node',
  target: 'node20',
  minify: true,
  sourcemap: false,
  legalComments: 'linked',
  define: {
    ITHACA_VERSION: JSON.stringify(version),
    'process.env.NODE_ENV': '"production"',
    'process.env.DEV': '"false"',
  },
  metafile: true,
  logLevel: 'warning',
}
const parts = await build({
  ...shared,
  entryPoints: {
    door: 'src/door.ts',
    'old-node': 'src/old-node.ts',
    'fake-engine': 'src/demo/engine/main.ts',
    'dav-worker': 'src/calendar/dav/worker.ts',
    'log-worker': 'store/log-worker.ts',
  },
  outExtension: { '.js': '.mjs' },
  splitting: true,
  format: 'esm',
  external: EXTERNAL.filter(
    name => name === 'cpu-features' || dependencies[name] || optionalDependencies[name],
  ),
  plugins: [stub, measures],
  // React and Ink are CommonJS: their `require` of Node's own parts needs one.
  banner: { js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" },
  chunkNames: 'part-[hash]',
})
// Node has one CommonJS file running several milliseconds sooner than the same as modules, and one of many files.
const entry = await build({
  ...shared,
  entryPoints: { main: 'src/main.ts', enter: 'src/enter.ts' },
  format: 'cjs',
  plugins: [later],
})
writeFileSync(`${fresh}/package.json`, '{"type":"commonjs"}\n')
writeFileSync(`${fresh}/main.js`, `#!/usr/bin/env node\n${readFileSync(`${fresh}/main.js`, 'utf8')}`)
chmodSync(`${fresh}/main.js`, 0o755)
if (process.argv.includes('--sizes'))
  for (const [name, { bytes }] of Object.entries({ ...entry.metafile.outputs, ...parts.metafile.outputs }))
    console.log(String(bytes).padStart(9), name)
rmSync('dist', { recursive: true, force: true })
renameSync(fresh, 'dist')
