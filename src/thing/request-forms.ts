import {
  type DescribeRequest,
  type JobExecutionState,
  type JobsRequest,
  OPERATIONS,
  type StartNextRequest,
  type UpdateRequest,
} from '../protocol/jobs.ts'
import { NEXT_JOB } from '../protocol/limits.ts'
import type { Outcome, Scenario } from '../scenario/scenario.ts'
import { Activity, type ThingTable, TIME, WORD } from './thing-table.ts'

/** In the order of `ThingTable.outcome`. */
export const OUTCOMES: readonly Outcome[] = ['SUCCEEDED', 'FAILED', 'REJECTED']

/** Places in `OPERATIONS`, as `ThingTable.operation` keeps them. */
export const START_NEXT = OPERATIONS.indexOf('start-next')
export const UPDATE = OPERATIONS.indexOf('update')
export const DESCRIBE = OPERATIONS.indexOf('describe')

/** A look at what comes next; the document comes along. */
const DESCRIBE_NEXT: DescribeRequest = { jobId: NEXT_JOB }

type UpdateInTheMaking = { -readonly [Member in keyof UpdateRequest]: UpdateRequest[Member] }

/** What a thing says, from where it stands. A retry says the same again. */
export class RequestForms {
  readonly #table: ThingTable
  readonly #updates: number
  readonly #stepTimeoutMinutes: number | undefined
  readonly #startNext: StartNextRequest
  readonly #progress: readonly { readonly progress: string }[]

  constructor(table: ThingTable, scenario: Scenario) {
    const { updates, stepTimeoutMinutes } = scenario.behaviour
    this.#table = table
    this.#updates = updates
    this.#stepTimeoutMinutes = stepTimeoutMinutes
    this.#startNext =
      stepTimeoutMinutes === undefined ? {} : { stepTimeoutInMinutes: stepTimeoutMinutes }
    this.#progress = Array.from({ length: updates }, (_, step) => ({
      progress: `${step + 1}/${updates}`,
    }))
  }

  request(slot: number): JobsRequest {
    const operation = this.#table.operation[slot * WORD]
    const isAsking = this.#table.activity[slot * WORD] === Activity.asking
    if (operation === START_NEXT) return this.#startNext
    if (operation === UPDATE) return isAsking ? this.#begin(slot) : this.#update(slot)
    return isAsking ? DESCRIBE_NEXT : this.#describe(slot)
  }

  /** Whether the update that is due is the one that ends the execution. */
  isTerminal(slot: number): boolean {
    return (this.#table.step[slot * WORD] as number) >= this.#updates
  }

  /** The status that the update is to bring about. */
  wanted(slot: number): 'IN_PROGRESS' | Outcome {
    return this.isTerminal(slot) ? this.#outcome(slot) : 'IN_PROGRESS'
  }

  /** Whether an execution in this state has had the progress update that is due, in an earlier copy. */
  hasProgressed(slot: number, { status, statusDetails }: JobExecutionState): boolean {
    if (this.isTerminal(slot) || status !== 'IN_PROGRESS') return false
    return statusDetails?.progress === this.#details(slot)?.progress
  }

  /** What a look has found waiting is to be in progress. */
  #begin(slot: number): UpdateRequest {
    const { jobId = '', executionNumber = 0 } = this.#table.found[slot] ?? {}
    return this.#timed(this.#versioned(slot, { jobId, status: 'IN_PROGRESS', executionNumber }))
  }

  /** The number is always said: after a retry by the service, the latest execution of the job need
   *  not be the one in hand. */
  #update(slot: number): UpdateRequest {
    const jobId = this.#table.jobId[slot] ?? ''
    const executionNumber = this.#table.executionNumber[slot * WORD] as number
    const status = this.wanted(slot)
    if (this.isTerminal(slot)) return this.#versioned(slot, { jobId, status, executionNumber })
    // All in one literal: a member that is added later is kept in an object of its own.
    const statusDetails = this.#details(slot) ?? {}
    return this.#timed(this.#versioned(slot, { jobId, status, executionNumber, statusDetails }))
  }

  #versioned(slot: number, request: UpdateInTheMaking): UpdateInTheMaking {
    const version = this.#table.version[slot * TIME] as number
    if (version > 0) request.expectedVersion = version
    return request
  }

  #timed(request: UpdateInTheMaking): UpdateInTheMaking {
    const minutes = this.#stepTimeoutMinutes
    if (minutes !== undefined) request.stepTimeoutInMinutes = minutes
    return request
  }

  #details(slot: number): { readonly progress: string } | undefined {
    return this.#progress[this.#table.step[slot * WORD] as number]
  }

  #describe(slot: number): DescribeRequest {
    const jobId = this.#table.jobId[slot] ?? ''
    const executionNumber = this.#table.executionNumber[slot * WORD] as number
    return { jobId, executionNumber, includeJobDocument: false }
  }

  #outcome(slot: number): Outcome {
    return OUTCOMES[this.#table.outcome[slot * WORD] as number] ?? 'FAILED'
  }
}
