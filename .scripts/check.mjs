// Types, lint, format and the import rules of the house. `npm run check -- --write` mends what can be mended.
import { spawnSync } from 'node:child_process'

const write = process.argv.includes('--write')
const steps = [
  ['types', 'node_modules/.bin/tsc', ['--noEmit', '-p', '.']],
  [
    'lint and format',
    'node_modules/.bin/biome',
    ['check', '--config-path=.biome.json', '--error-on-warnings', ...(write ? ['--write'] : []), '.'],
  ],
  [
    'import rules',
    process.execPath,
    ['node_modules/vitest/vitest.mjs', 'run', '--config', 'test/vitest.config.ts', 'test/house.test.ts'],
  ],
]
let failed = false
for (const [name, command, args] of steps) {
  const { status } = spawnSync(command, args, { stdio: 'inherit' })
  process.stdout.write(`${status === 0 ? 'ok    ' : 'FAILED'} ${name}\n`)
  failed ||= status !== 0
}
process.exit(failed ? 1 : 0)
