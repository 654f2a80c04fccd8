import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readScenario, readScenarioOfRun } from '../../src/cli/read-scenario.ts'
import { temporaryFolder } from '../end-to-end/command-line.ts'

test('a scenario that was run may be run again with a window that is refused in a new one', () => {
  const folder = temporaryFolder()
  const file = join(folder, 'scenario.yaml')
  writeFileSync(
    file,
    `
name: old
fleet: { things: 10 }
load: { arrivals: [{ name: steady, rate: 1/s, for: 10s }] }
thresholds: [start-next.response.p99 < 1s for 30s]
`,
  )

  expect(() => readScenario(file, [])).toThrow('30s never fits into this load')
  expect(readScenarioOfRun(folder).thresholds).toHaveLength(1)
})
