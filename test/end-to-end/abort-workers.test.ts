import { expect, test } from 'vitest'
import { prepared } from './command-line.ts'
import { startedToCrash } from './crashing.ts'
import { intervalsOf, summaryOf } from './finished-intervals.ts'

/** In the storm half of the fleet is enough to break the threshold, and in the calm nothing is. */
const SCENARIO = `
name: abort-workers
service: { quotas: unlimited }
fleet: { things: 40, connect: { rate: 500/s } }
jobs: [{ id: job, document: { operation: install }, perThing: endless }]
behaviour: { work: 0s, updates: 0 }
load:
  arrivals: [{ name: calm, rate: 4/s, for: 7s }, { name: storm, rate: 40/s, for: 5m }]
  drain: 1s
thresholds: [{ abort: start-next.issued.rate < 10/s over phase storm for 2s }]
`

function started() {
  const { file, out, folder } = prepared(SCENARIO)
  const words = ['run', file, '--out', out, '--workers', '2']
  const loads = (worker: number) =>
    intervalsOf(out).some((row) => row.worker === worker && row.stage === 'load')
  return { ...startedToCrash(folder, ...words), out, loads: () => loads(0) && loads(1) }
}

const FAR = { timeout: 240_000 }

test('a threshold that aborts does not wait for a worker that was lost', FAR, async () => {
  const { run, crashWorker, out, loads } = started()
  await run.until('both workers load', loads)

  crashWorker()
  const { stderr } = await run.ended

  expect(stderr).toContain('a crash that the test wants')
  expect(stderr).not.toContain('has ended no second')
  expect(summaryOf(out).run.cause).toMatch(/for 2s was [\d.]+\/s, and it aborts the run\.$/)
})

test(
  'a worker that stands still holds an abort up for ten seconds, and not for ever',
  FAR,
  async () => {
    const { run, stopWorker, out, loads } = started()
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
