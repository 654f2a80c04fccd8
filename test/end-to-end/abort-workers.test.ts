import { expect, test } from 'vitest'
import { startedWithTwo } from './aborting-workers.ts'
import { summaryOf } from './finished-intervals.ts'

const FAR = { timeout: 240_000 }

test('a threshold that aborts does not wait for a worker that was lost', FAR, async () => {
  const { run, crashWorker, out, loads } = startedWithTwo()
  await run.until('both workers load', loads)

  crashWorker()
  const { stderr } = await run.ended

  expect(stderr).toContain('a crash that the test wants')
  expect(stderr).not.toContain('has ended no second')
  expect(summaryOf(out).run.cause).toMatch(/for 2s was [\d.]+\/s, and it aborts the run\.$/)
})
