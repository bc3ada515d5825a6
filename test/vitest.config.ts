import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { layingOut, testMeasures } from '../.scripts/measures.mjs'

export default defineConfig({
  plugins: [testMeasures],
  test: {
    server: { deps: { inline: [layingOut] } },
    root: fileURLToPath(new URL('..', import.meta.url)),
    include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    pool: 'forks',
    maxWorkers: 2,
    env: { TZ: 'UTC' },
  },
})
