import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const limits = { testTimeout: 120_000, hookTimeout: 120_000 }
const root = fileURLToPath(new URL('..', import.meta.url))
/** A worker loads each module once and not once a file: half of the processor's time. */
const LOADED_ONCE = { isolate: false }
/** What is measured there is time itself. */
const TIMED = 'test/truth/**/*.test.ts'
/** Files that share nothing but pure modules. */
const PURE = ['test/unit/**/*.test.ts', 'test/simulation/**/*.test.ts']
/** Waits for a run that a shared machine may never let be valid: `npm run test:long`. */
const NEEDS_A_QUIET_MACHINE = 'test/truth/truth.test.ts'

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'pure',
          root,
          include: PURE,
          ...limits,
          ...LOADED_ONCE,
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'all',
          root,
          include: ['test/**/*.test.ts'],
          exclude: [TIMED, ...PURE],
          ...limits,
          ...LOADED_ONCE,
          // Most files wait for runs that go by the clock, so two cores carry more than two of them.
          maxWorkers: 4,
          sequence: { groupOrder: 1 },
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
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
})
