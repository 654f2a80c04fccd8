import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

/** What takes too long for every change: `npm run test:long`. */
export default defineConfig({
  test: {
    root: fileURLToPath(new URL('..', import.meta.url)),
    include: ['test/**/*.long.ts', 'test/truth/truth.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 60_000,
    maxWorkers: 1,
  },
})
