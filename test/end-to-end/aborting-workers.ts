import { prepared } from './command-line.ts'
import { startedToCrash } from './crashing.ts'
import { intervalsOf } from './finished-intervals.ts'

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

/** A run of two workers, of which a test may crash or stop one. */
export function startedWithTwo() {
  const { file, out, folder } = prepared(SCENARIO)
  const words = ['run', file, '--out', out, '--workers', '2']
  const loads = (worker: number) =>
    intervalsOf(out).some((row) => row.worker === worker && row.stage === 'load')
  return { ...startedToCrash(folder, ...words), out, loads: () => loads(0) && loads(1) }
}
