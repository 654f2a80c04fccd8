import { reconcile } from '../../src/ledger/reconcile.ts'
import { ThingBook } from '../../src/ledger/thing-book.ts'
import type { LedgerVerdict } from '../../src/ledger/verdict.ts'
import type { StandInSettings } from '../../src/protocol/admin.ts'
import type { Scenario } from '../../src/scenario/scenario.ts'
import { JobsService } from '../../src/service/jobs-service.ts'
import { type VirtualResult, VirtualRun } from '../../src/simulate/virtual-run.ts'
import type { VirtualServiceSink } from '../../src/simulate/virtual-service.ts'
import { CountingMeter } from './recording.ts'

/** 2026-01-01, so that stamps look like stamps. */
const EPOCH_SECONDS = 1_767_225_600

export interface Simulated extends VirtualResult {
  /** All shards together. */
  readonly meter: CountingMeter
  readonly books: readonly ThingBook[]
  readonly verdict: LedgerVerdict
  /** Fleet, network and service, for who wants to weigh them. */
  readonly held: VirtualRun
}

/** Runs a scenario to its end: fleet core and service core, without sockets and without waiting. */
export function simulated(scenario: Scenario, shards = 1): Simulated {
  const meter = new CountingMeter()
  const books: ThingBook[] = []
  const run = new VirtualRun({
    scenario,
    shards,
    oneWayUs: 250,
    openService: (sink) => openService(scenario, sink),
    meterOf: () => meter,
    bookOf: (shard, size) => {
      const book = new ThingBook(size, shard, shards)
      books.push(book)
      return book
    },
  })
  const result = run.run()
  const verdict = reconcile(
    books.map((book) => book.handOver()),
    result.ledger,
    meter.counts,
  )
  return { ...result, meter, books, verdict, held: run }
}

function openService(scenario: Scenario, sink: VirtualServiceSink): JobsService {
  const { seed, fleet, service, jobs } = scenario
  const settings: StandInSettings = {
    ...service,
    seed,
    things: fleet.things,
    namePrefix: fleet.namePrefix,
    jobs,
  }
  return new JobsService(settings, (nowUs) => EPOCH_SECONDS + Math.floor(nowUs / 1e6), sink)
}
