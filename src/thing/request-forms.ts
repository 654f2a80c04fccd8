import {
  type DescribeRequest,
  type JobsRequest,
  OPERATIONS,
  type StartNextRequest,
  type UpdateRequest,
} from '../protocol/jobs.ts'
import type { Outcome, Scenario } from '../scenario/scenario.ts'
import type { ThingTable } from './thing-table.ts'

/** In the order of `ThingTable.outcome`. */
export const OUTCOMES: readonly Outcome[] = ['SUCCEEDED', 'FAILED', 'REJECTED']

/** Places in `OPERATIONS`, as `ThingTable.operation` keeps them. */
export const START_NEXT = OPERATIONS.indexOf('start-next')
export const UPDATE = OPERATIONS.indexOf('update')
export const DESCRIBE = OPERATIONS.indexOf('describe')

/** What a thing says, from where it stands. A retry says the same again. */
export class RequestForms {
  readonly #table: ThingTable
  readonly #updates: number
  readonly #stepTimeout: { readonly stepTimeoutInMinutes?: number }
  readonly #startNext: StartNextRequest
  readonly #progress: readonly { readonly progress: string }[]

  constructor(table: ThingTable, scenario: Scenario) {
    const { updates, stepTimeoutMinutes } = scenario.behaviour
    this.#table = table
    this.#updates = updates
    this.#stepTimeout =
      stepTimeoutMinutes === undefined ? {} : { stepTimeoutInMinutes: stepTimeoutMinutes }
    this.#startNext = this.#stepTimeout
    this.#progress = Array.from({ length: updates }, (_, step) => ({
      progress: `${step + 1}/${updates}`,
    }))
  }

  request(slot: number): JobsRequest {
    const operation = this.#table.operation[slot]
    if (operation === START_NEXT) return this.#startNext
    return operation === UPDATE ? this.#update(slot) : this.#describe(slot)
  }

  /** Whether the update that is due is the one that ends the execution. */
  isTerminal(slot: number): boolean {
    return (this.#table.step[slot] as number) >= this.#updates
  }

  /** The status that the update is to bring about. */
  wanted(slot: number): 'IN_PROGRESS' | Outcome {
    return this.isTerminal(slot) ? this.#outcome(slot) : 'IN_PROGRESS'
  }

  /** The number is always said: after a retry by the service, the latest execution of the job need
   *  not be the one in hand. */
  #update(slot: number): UpdateRequest {
    const jobId = this.#table.jobId[slot] ?? ''
    const executionNumber = this.#table.executionNumber[slot] as number
    if (this.isTerminal(slot)) return { jobId, status: this.#outcome(slot), executionNumber }
    const statusDetails = this.#progress[this.#table.step[slot] as number] ?? {}
    const { stepTimeoutInMinutes } = this.#stepTimeout
    if (stepTimeoutInMinutes === undefined)
      return { jobId, status: 'IN_PROGRESS', statusDetails, executionNumber }
    return { jobId, status: 'IN_PROGRESS', statusDetails, executionNumber, stepTimeoutInMinutes }
  }

  #describe(slot: number): DescribeRequest {
    const jobId = this.#table.jobId[slot] ?? ''
    const executionNumber = this.#table.executionNumber[slot] as number
    return { jobId, executionNumber, includeJobDocument: false }
  }

  #outcome(slot: number): Outcome {
    return OUTCOMES[this.#table.outcome[slot] as number] ?? 'FAILED'
  }
}
