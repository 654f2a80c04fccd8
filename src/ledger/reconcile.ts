import type { ServiceLedger } from '../protocol/admin.ts'
import { type Counters, compareAnswers, unansweredOf } from './answers.ts'
import { explainEndings, SERVICE_MADE } from './explain-endings.ts'
import type { ThingsLedger, UnsettledRow } from './thing-book.ts'
import { Differences, type LedgerVerdict } from './verdict.ts'

/**
 * Holds what all things believe against what the service holds: by execution, by final status, and
 * by answers.
 *
 * @param counters the totals of all workers, by the names of `metrics/series.ts`.
 */
export function reconcile(
  things: readonly ThingsLedger[],
  service: ServiceLedger,
  counters: Counters,
): LedgerVerdict {
  const differences = new Differences()
  const executions = new ExecutionCheck(service, differences)
  for (const ledger of things) executions.compare(ledger)
  executions.conclude(lostStartsOf(counters))
  compareAnswers(counters, service.operations, differences)
  return differences.verdict()
}

/** Attempts without an answer that may have begun an execution. Things that look at `$next` begin it
 *  by an update; whoever has never looked has no such update. */
function lostStartsOf(counters: Counters): number {
  const updates = (counters['describe.issued'] ?? 0) > 0 ? unansweredOf(counters, 'update') : 0
  return unansweredOf(counters, 'start-next') + updates
}

const NONE: readonly never[] = []

interface ServiceRow {
  readonly jobId: string
  readonly executionNumber: number
  readonly status: string
}

class ExecutionCheck {
  readonly #service: ServiceLedger
  readonly #differences: Differences
  readonly #openByThing = new Map<number, ServiceRow[]>()
  /** What the things know to be ended, or what explains a row of theirs, by status. */
  readonly #byStatus = new Map<string, number>()
  readonly #seen: Uint8Array
  #disputed = 0
  /** Executions of which no thing ever heard, in progress. */
  readonly #unknownBegun: string[] = []
  /** Of things that never heard of some execution which ended: how many endings are not told apart. */
  #untold = 0
  /** Among these the things' own rows, by the status they asked for. */
  readonly #untoldWanted = new Map<string, number>()

  constructor(service: ServiceLedger, differences: Differences) {
    this.#service = service
    this.#differences = differences
    this.#seen = new Uint8Array(service.ended.length)
    for (const [thing, jobId, executionNumber, status] of service.open) {
      const rows = this.#openByThing.get(thing)
      const row = { jobId, executionNumber, status }
      if (rows) rows.push(row)
      else this.#openByThing.set(thing, [row])
    }
  }

  compare(ledger: ThingsLedger): void {
    const rowsByThing = new Map<number, UnsettledRow[]>()
    for (const row of ledger.unsettled) {
      const rows = rowsByThing.get(row.thing)
      if (rows) rows.push(row)
      else rowsByThing.set(row.thing, [row])
    }
    const crowded = new Map(ledger.crowded)
    for (const [status, settled] of Object.entries(ledger.settledByStatus)) {
      count(this.#byStatus, status, settled)
    }
    for (let at = 0; at < ledger.things.length; at++) {
      const thing = ledger.things[at] as number
      this.#seen[thing] = 1
      const belief = { settled: ledger.settled[at] ?? 0, marks: ledger.marks[at] ?? 0 }
      this.#compareThing(thing, belief, rowsByThing.get(thing) ?? NONE, crowded.get(thing) ?? 0)
    }
  }

  #compareThing(
    thing: number,
    belief: { readonly settled: number; readonly marks: number },
    rows: readonly UnsettledRow[],
    crowded: number,
  ): void {
    const open = this.#openByThing.get(thing) ?? NONE
    const gone = rows.filter((row) => !isAmong(open, row))
    for (const row of rows) this.#compareOpen(thing, row, open)
    for (const row of open) {
      if (row.status !== 'IN_PROGRESS' || isAmong(rows, row)) continue
      this.#unknownBegun.push(`thing ${thing}, ${nameOf(row)}`)
    }
    const extra = (this.#service.ended[thing] ?? 0) - belief.settled
    if (extra < gone.length) {
      this.#tellMissing(thing, belief.settled, gone, open)
      return
    }
    if (extra > gone.length) {
      // The marks of executions the thing never heard of are unknown. Their number and their
      // statuses are checked over all things.
      this.#untold += extra
      for (const { wanted } of gone) if (wanted !== undefined) count(this.#untoldWanted, wanted, 1)
      if (crowded > 0) this.#tell(`Thing ${thing}: ${crowded} rows of it had no room in its book.`)
      return
    }
    const difference = ((this.#service.marks[thing] ?? 0) - belief.marks) >>> 0
    const statuses = explainEndings(gone, difference)
    if (statuses === undefined) this.#tellOther(thing, belief.settled, gone)
    else for (const status of statuses) count(this.#byStatus, status, 1)
  }

  #compareOpen(thing: number, row: UnsettledRow, open: readonly ServiceRow[]): void {
    const held = open.find((other) => isSame(row, other))
    if (held === undefined || held.status === 'IN_PROGRESS') return
    this.#tell(
      `Thing ${thing}, ${nameOf(row)}: the thing has begun it, the service has it ${held.status}.`,
    )
  }

  #tellMissing(
    thing: number,
    settled: number,
    gone: readonly UnsettledRow[],
    open: readonly ServiceRow[],
  ): void {
    const ended = this.#service.ended[thing] ?? 0
    const begun = gone.map((row) => `${nameOf(row)} ${beliefOf(row)}`)
    const held = open.map((row) => `${nameOf(row)} ${row.status}`)
    this.#tell(
      `Thing ${thing}: the thing has ${listOf([`${settled} ended`, ...begun])}; ` +
        `the service has ${listOf([`${ended} ended`, ...held])}.`,
    )
  }

  #tellOther(thing: number, settled: number, gone: readonly UnsettledRow[]): void {
    const rows = gone.map((row) => `${nameOf(row)} ${beliefOf(row)}`)
    this.#tell(
      gone.length === 0
        ? `Thing ${thing}: the thing and the service both have ${settled} ended executions, but not with the same jobs, numbers and statuses.`
        : `Thing ${thing}: the thing has ${listOf(rows)}; no final status of that explains what the service has ended.`,
    )
  }

  /** What concerns all things together. @param lostStarts attempts to begin one without an answer. */
  conclude(lostStarts: number): void {
    const silent = this.#seen.reduce((sum, seen) => sum - seen, this.#seen.length)
    if (silent > 0) this.#tell(`Nobody speaks for ${silent} things: their worker was lost.`)
    if (this.#unknownBegun.length > lostStarts) {
      const [first = ''] = this.#unknownBegun
      this.#tell(
        `The service has ${this.#unknownBegun.length} executions in progress that no thing has begun, ` +
          `and only ${lostStarts} attempts to begin one had no answer. The first is ${first}.`,
      )
    }
    // After a dispute about single executions the sums would only say it again.
    if (this.#disputed === 0) this.#compareStatuses()
  }

  #compareStatuses(): void {
    let surplus = 0
    const statuses = new Set([...this.#byStatus.keys(), ...Object.keys(this.#service.byStatus)])
    for (const status of statuses) {
      const held = this.#service.byStatus[status] ?? 0
      const believed = this.#byStatus.get(status) ?? 0
      const most = SERVICE_MADE.includes(status)
        ? this.#untold
        : (this.#untoldWanted.get(status) ?? 0)
      surplus += held - believed
      if (held >= believed && held <= believed + most) continue
      this.#tell(`${status}: the service has ${held} executions, the things ${believed}.`)
    }
    if (surplus === this.#untold) return
    this.#tell(
      `The service ended ${this.#untold} executions of which no thing was told, ` +
        `and its statuses leave room for ${surplus}.`,
    )
  }

  #tell(sentence: string): void {
    this.#disputed += 1
    this.#differences.add(sentence)
  }
}

function count(counts: Map<string, number>, status: string, by: number): void {
  counts.set(status, (counts.get(status) ?? 0) + by)
}

type Named = Pick<UnsettledRow, 'jobId' | 'executionNumber'>

function isSame(one: Named, other: Named): boolean {
  return one.jobId === other.jobId && one.executionNumber === other.executionNumber
}

function isAmong(rows: readonly Named[], row: Named): boolean {
  return rows.some((other) => isSame(row, other))
}

function nameOf({ jobId, executionNumber }: Named): string {
  return `job ${jobId}, execution ${executionNumber}`
}

function beliefOf({ wanted }: UnsettledRow): string {
  return wanted === undefined ? 'begun' : `perhaps ${wanted}`
}

function listOf(parts: readonly string[]): string {
  return parts.join('; ')
}
