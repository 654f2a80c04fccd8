import { drawUnit, PURPOSE } from '../clock/draw.ts'
import { logNormal, Z_P95 } from '../clock/law.ts'
import type { JobExecution } from '../protocol/jobs.ts'
import { outcomeOf } from '../scenario/outcomes.ts'
import { type FleetParts, globalOf } from './fleet-parts.ts'
import { OUTCOMES } from './request-forms.ts'
import { Activity, TIME, WORD } from './thing-table.ts'
import { Timer } from './timers.ts'

/** Working an execution: its share of work before each update, drawn when it begins. */
export class Working {
  readonly #parts: FleetParts
  readonly #workUs: (unit: number) => number

  constructor(parts: FleetParts) {
    const { medianUs, p95Us } = parts.scenario.behaviour.work
    this.#parts = parts
    this.#workUs = logNormal(medianUs, p95Us, Z_P95)
  }

  /** Takes a new execution in hand. */
  begin(slot: number, { jobId, executionNumber }: JobExecution, nowUs: number): void {
    const { table, meter, book, trace, scenario } = this.#parts
    const thing = globalOf(this.#parts, slot)
    const ordinal = table.begun[slot * WORD] as number
    const workUs = this.#workUs(drawUnit(scenario.seed, thing, ordinal, PURPOSE.work, 0))
    table.begun[slot * WORD] = ordinal + 1
    table.jobId[slot] = jobId
    table.executionNumber[slot * WORD] = executionNumber
    table.beganUs[slot * TIME] = nowUs
    table.sliceUs[slot * TIME] = Math.round(workUs / (scenario.behaviour.updates + 1))
    table.step[slot * WORD] = 0
    table.outcome[slot * WORD] = OUTCOMES.indexOf(outcomeOf(scenario, thing, ordinal))
    meter.execution('started')
    book.began(slot, jobId, executionNumber)
    trace?.execution(slot, 'started', jobId, executionNumber, nowUs)
  }

  /** @returns false when there is nothing to wait for: the update is due at once. */
  startSlice(slot: number, nowUs: number): boolean {
    const { table, timers, trace } = this.#parts
    const sliceUs = table.sliceUs[slot * TIME] as number
    table.setActivity(slot, Activity.working)
    if (sliceUs === 0) return false
    timers.set(slot, Timer.work, nowUs + sliceUs)
    trace?.working(slot, nowUs + sliceUs, nowUs)
    return true
  }
}
