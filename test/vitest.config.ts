import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import { layingOut, testMeasures } from '../.scripts/measures.mjs'

const within = (...folders: string[]) => folders.map(folder => `test/${folder}/**/*.test.{ts,tsx}`)

/**
 * What plays in its own process and takes back what it changes there need not load the house anew for each file.
 * The monkey hears what React complains of, which only its development build does.
 */
const shared = [
  ...within(
    'api',
    'calendar',
    'codex',
    'cookbook',
    'documents',
    'gpus',
    'mail',
    'memory',
    'models',
    'notify',
  ),
  ...within('search', 'spine', 'time', 'workspace'),
  ...within('views/keys', 'views/layout', 'views/panes', 'views/store', 'views/widgets'),
  'test/views/shell/!(monkey).test.ts',
]

/** The larger file begins first; this one is small and takes longest, and would be waited for at the end. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const isFirst = (file: TestSpecification) => file.moduleId.endsWith('/monkey.test.ts')
    return [...sorted.filter(isFirst), ...sorted.filter(file => !isFirst(file))]
  }
}

export default defineConfig({
  plugins: [testMeasures],
  test: {
    server: { deps: { inline: [layingOut] } },
    root: fileURLToPath(new URL('..', import.meta.url)),
    testTimeout: 120_000,
    hookTimeout: 120_000,
    pool: 'forks',
    maxWorkers: 2,
    env: { TZ: 'UTC' },
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        test: { name: 'alone', include: ['test/**/*.test.{ts,tsx}'], exclude: shared },
      },
      {
        extends: true,
        // The build of React that the program has: the other takes twice as long for a frame.
        oxc: { jsx: { runtime: 'automatic', development: false } },
        test: { name: 'shared', include: shared, isolate: false, env: { NODE_ENV: 'production' } },
      },
    ],
  },
})
