import { reconcile } from '../ledger/reconcile.ts'
import { ThingBook } from '../ledger/thing-book.ts'
import type { LedgerVerdict } from '../ledger/verdict.ts'
import { ShardMeter } from '../metrics/shard-meter.ts'
import type { LatencyLaw } from '../protocol/admin.ts'
import type { ShardGauges } from '../results/rows.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { JobsService } from '../service/jobs-service.ts'
import type { FleetTrace } from '../thing/ports.ts'
import { brokenRules } from './invariants.ts'
import { Overhead } from './overhead.ts'
import { ONE_WAY_US } from './thing-ways.ts'
import { type VirtualObserver, type VirtualResult, VirtualRun } from './virtual-run.ts'
import { waitingThings } from './waiting-things.ts'
import { type CanceledJob, WatchedService } from './watched-service.ts'

/** 2026-01-01: what a virtual run begins with, so that its stamps look like stamps and never change. */
export const VIRTUAL_EPOCH_MS = 1_767_225_600_000

export interface SimulationSettings {
  readonly scenario: Scenario
  /** How long the service takes to answer; the scenario's law unless given. */
  readonly latency?: LatencyLaw | undefined
  /** What the machine of a measured run adds to each answer; nothing unless given. */
  readonly overhead?: LatencyLaw | undefined
  /** Of the same run on the same machine: other draws of the overhead, and of nothing else. 0 unless given. */
  readonly repetition?: number | undefined
  /** Who is told what single things do; nobody unless given. Slots are things of the fleet. */
  readonly trace?: FleetTrace | undefined
}

export interface SimulationEnd extends VirtualResult {
  readonly verdict: LedgerVerdict
  /** Sentences about rules that did not hold. */
  readonly broken: readonly string[]
  /** Of what the things waited for when nothing was to come any more; none where that never was. */
  readonly waiting: readonly string[]
  readonly counters: Readonly<Record<string, number>>
  /** Executions that have not ended and those that are still to come; of an endless row: Infinity. */
  readonly openExecutions: number
  readonly canceledJobs: readonly CanceledJob[]
}

/** A whole run on a virtual clock in this thread: fleet, network, service, meter, books, ledger. */
export class Simulation {
  readonly meter = new ShardMeter()
  readonly #scenario: Scenario
  readonly #book: ThingBook
  readonly #run: VirtualRun
  #service: WatchedService | undefined

  /** @param observer made from the gauges of the fleet, which are those of the time it asks at. */
  constructor(
    settings: SimulationSettings,
    observer?: (parts: { meter: ShardMeter; gauges: () => ShardGauges }) => VirtualObserver,
  ) {
    const { scenario, latency = scenario.service.latency, overhead, repetition, trace } = settings
    this.#scenario = scenario
    const { things } = scenario.fleet
    this.#book = new ThingBook(things, 0, 1)
    const gauges = () => this.#gauges()
    this.#run = new VirtualRun({
      scenario,
      shards: 1,
      oneWayUs: ONE_WAY_US,
      openService: (sink) => {
        const { seed, fleet, service, jobs } = scenario
        const { namePrefix } = fleet
        const core = new JobsService(
          { ...service, latency, seed, things, namePrefix, jobs },
          (nowUs) => VIRTUAL_EPOCH_MS / 1e3 + Math.floor(nowUs / 1e6),
          sink,
        )
        const slower = overhead && new Overhead(overhead, seed, things, repetition)
        this.#service = new WatchedService(core, things, slower)
        return this.#service
      },
      meterOf: () => this.meter,
      bookOf: () => this.#book,
      traceOf: () => trace,
      observer: observer?.({ meter: this.meter, gauges }),
    })
  }

  get nowUs(): number {
    return this.#run.nowUs
  }

  /** Things that have been online. */
  get ready(): number {
    return this.#run.fleets[0]?.ready ?? 0
  }

  get events(): number {
    return this.#run.events
  }

  /** Goes on for so many points in time. @returns whether there is more to come. */
  goOn(steps: number): boolean {
    return this.#run.goOn(steps)
  }

  /** The end, wherever it stands. Once. */
  end(): SimulationEnd {
    const service = this.#service as WatchedService
    // Before the end, at which every thing goes offline.
    const waiting = this.#waiting(service)
    const result = this.#run.end()
    const counters = this.meter.totals()
    const verdict = reconcile([this.#book.handOver()], result.ledger, counters)
    const openExecutions = service.openExecutions()
    const { ledger } = result
    const scenario = this.#scenario
    const broken = brokenRules({ scenario, ledger, verdict, counters, openExecutions })
    const canceledJobs = service.canceledJobs(result.endUs)
    return {
      ...result,
      ...{ verdict, counters, waiting, openExecutions, canceledJobs },
      broken: [...service.broken, ...broken],
    }
  }

  /** Histograms come back in no other way. */
  destroy(): void {
    this.meter.destroy()
  }

  #waiting(service: WatchedService): string[] {
    const { stillAtUs, t0Us, fleets } = this.#run
    if (stillAtUs === undefined) return []
    const ledger = service.ledger()
    const { longestDelayUs: longestUs } = service
    return waitingThings({ scenario: this.#scenario, fleets, ledger, t0Us, stillAtUs, longestUs })
  }

  #gauges(): ShardGauges {
    const [fleet] = this.#run.fleets
    if (fleet === undefined) return { online: 0, idle: 0, working: 0, openRequests: 0 }
    const { online, idle, working, openRequests } = fleet
    return { online, idle, working, openRequests }
  }
}
