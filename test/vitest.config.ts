import { defineConfig } from 'vitest/config'

const limits = { testTimeout: 120_000, hookTimeout: 120_000 }
const root = new URL('..', import.meta.url).pathname
/** What is measured there is time itself. */
const TIMED = 'test/truth/**/*.test.ts'
/** Waits for a run that a shared machine may never let be valid: `npm run test:long`. */
const NEEDS_A_QUIET_MACHINE = 'test/truth/truth.test.ts'

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
          // Most files wait for runs that go by the clock, so two cores carry more than two of them.
          maxWorkers: 3,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'timed',
          root,
          include: [TIMED],
          exclude: [NEEDS_A_QUIET_MACHINE],
          ...limits,
          // After everything else and alone, so that nothing of ours takes the processor from them.
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
