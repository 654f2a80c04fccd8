import { expect, test } from 'vitest'
import { startedWithTwo } from './aborting-workers.ts'
import { summaryOf } from './finished-intervals.ts'

const FAR = { timeout: 240_000 }

test(
  'a worker that stands still holds an abort up for ten seconds, and not for ever',
  FAR,
  async () => {
    const { run, stopWorker, out, loads } = startedWithTwo()
    await run.until('both workers load', loads)

    stopWorker()
    const { stderr } = await run.ended

    const [, worker] = /worker (\d) has ended no second for 10 s; thresholds/.exec(stderr) ?? []
    expect(summaryOf(out).run.cause).toMatch(
      new RegExp(`was [\\d.]+/s without worker ${worker}, and it aborts the run\\.$`),
    )
    // Whoever is not heard of any more is lost in the end.
    expect(summaryOf(out).verdict).toBe('invalid')
  },
)
