import { defineConfig } from 'vitest/config'

const limits = { testTimeout: 60_000, hookTimeout: 60_000 }
const root = new URL('..', import.meta.url).pathname
/** What is measured there is time itself. */
const TIMED = 'test/truth/**/*.test.ts'

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'all',
          root,
          include: ['test/**/*.test.ts'],
          exclude: [TIMED],
          ...limits,
          // Two cores: more files at once would only take the processor from the runs under test.
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'timed',
          root,
          include: [TIMED],
          ...limits,
          // After everything else and alone, so that nothing of ours takes the processor from them.
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
