import type { JobControl } from '../../src/service/job-control.ts'
import { JobsService } from '../../src/service/jobs-service.ts'
import { SETTINGS } from '../unit/service-probe.ts'
import { heldBytes } from './held-bytes.ts'

const FEW = 100
const MANY = 100_000
const MINUTE_US = 60_000_000
const OPERATIONS = 300_000
/** Prime to both numbers of things. */
const STRIDE = 7_919

/**
 * The core of the service without wires: what a job for 100,000 things of one group costs at its
 * creation and in memory (0 without `--expose-gc`), and what a device operation costs with many things
 * and with few. One operation is a start-next, a progress update or a terminal update.
 */
export function benchService(): {
  createMs: number
  bytesPerExecution: number
  operationUsWithFew: number
  operationUsWithMany: number
  ratio: number
} {
  const { createMs, bytesPerExecution } = bigJob()
  // Warm, and taken by turns, so that neither has the better moment.
  operationUs(FEW)
  const few: number[] = []
  const many: number[] = []
  for (let turn = 0; turn < 5; turn++) {
    few.push(operationUs(FEW))
    many.push(operationUs(MANY))
  }
  const operationUsWithFew = median(few)
  const operationUsWithMany = median(many)
  const ratio = operationUsWithMany / operationUsWithFew
  return { createMs, bytesPerExecution, operationUsWithFew, operationUsWithMany, ratio }
}

function bigJob(): { createMs: number; bytesPerExecution: number } {
  const { service, control } = serviceWith(MANY)
  const before = heldBytes()
  const began = process.hrtime.bigint()
  createFor(control, 0)
  const createMs = Number(process.hrtime.bigint() - began) / 1e6
  service.advance((MANY / 1_000) * MINUTE_US)
  const bytesPerExecution = (heldBytes() - before) / MANY
  if (service.openExecutions() !== MANY) throw new Error('the job is not rolled out')
  return { createMs, bytesPerExecution }
}

/** Each thing of the fleet works through one execution; jobs follow each other until all is done. */
function operationUs(things: number): number {
  const { service, control } = serviceWith(things)
  let nowUs = 0
  let operations = 0
  let spentNs = 0n
  for (let job = 0; operations < OPERATIONS; job++) {
    createFor(control, job, nowUs)
    nowUs += Math.ceil((things / 1_000) * MINUTE_US)
    service.advance(nowUs)
    const began = process.hrtime.bigint()
    for (let turn = 0; turn < things; turn++) {
      nowUs += 1
      // No two neighbours after each other: memory is met as a fleet would meet it.
      const thing = (turn * STRIDE) % things
      service.handle(thing, 'start-next', {}, nowUs)
      service.handle(thing, 'update', { jobId: `job-${job}`, status: 'IN_PROGRESS' }, nowUs)
      service.handle(thing, 'update', { jobId: `job-${job}`, status: 'SUCCEEDED' }, nowUs)
    }
    spentNs += process.hrtime.bigint() - began
    operations += things * 3
    if (service.openExecutions() !== 0) throw new Error('not all has ended')
    control.deleteJob(`job-${job}`, false, nowUs)
  }
  return Number(spentNs) / 1_000 / operations
}

function serviceWith(things: number): { service: JobsService; control: JobControl } {
  const sink = { notify() {}, notifyNext() {} }
  const service = new JobsService({ ...SETTINGS, things }, () => 1_786_000_000.5, sink)
  service.begin(0)
  for (let thing = 0; thing < things; thing++) service.control.thingJoined('all', thing, 0)
  return { service, control: service.control }
}

function createFor(control: JobControl, job: number, nowUs = 0): void {
  const targets = [{ kind: 'group', group: 'all' }] as const
  const refusal = control.createJob(
    { jobId: `job-${job}`, targets, documentText: '{"operation":"install"}' },
    nowUs,
  )
  if (refusal !== undefined) throw new Error(refusal.message)
}

function median(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[values.length >> 1] ?? Number.NaN
}
