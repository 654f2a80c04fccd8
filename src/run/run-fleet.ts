import { systemClock } from '../clock/clock.ts'
import { Wake } from '../clock/wake.ts'
import { heldByStatus } from '../ledger/held.ts'
import { type LimitCounts, limitsReached } from '../ledger/limits.ts'
import { reconcile } from '../ledger/reconcile.ts'
import type { ServiceLedger } from '../protocol/admin.ts'
import { AbortWatch } from '../results/abort-watch.ts'
import type { BeginRow, EndRow, LedgerVerdict } from '../results/rows.ts'
import { appendRow, withAdvice } from '../results/run-folder.ts'
import { LONGEST_WAIT_MS } from '../results/whole-stretches.ts'
import { thingsInShard } from '../scenario/arrivals.ts'
import { T0_AHEAD_US } from '../scenario/run-timing.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { HostWatch } from './host-watch.ts'
import type { ShardProgress, ShardResult } from './messages.ts'
import { type Progress, ProgressBoard } from './progress.ts'
import { RolloutWatch } from './rollout-watch.ts'
import { ShardPool } from './shard-pool.ts'
import type { Stopping } from './stopping.ts'

/** What a run may ask of a stand-in of its own. */
export interface StandInControl {
  /** @param atUs when the jobs are created, @param t0Us from where fault windows count. */
  begin(atUs: number, t0Us: number): Promise<void>
  /** How many executions have not ended, those still to come included. */
  openExecutions(): Promise<number>
  ledger(): Promise<ServiceLedger>
  /** How many cores its process used of late, for example 0.4; 0 before it has told. */
  coresUsed(): number
  /** It has ended, or does not answer any more. */
  whenLost(call: (how: string) => void): void
}

export interface RunSettings {
  readonly scenario: Scenario
  readonly targets: readonly string[]
  /** The run folder, with its scenario, plan and run row. */
  readonly folder: string
  readonly workers: number
  /** Things to play alone, by index in the fleet; takes one worker. */
  readonly things?: readonly number[] | undefined
  /** Whether its workers warm up before the fleet connects. */
  readonly warmUp: boolean
  /** undefined when the target is somebody else's service. */
  readonly control: StandInControl | undefined
  readonly stopping: Stopping
  readonly onProgress: (progress: Progress) => void
  /** The run cannot go on, for this cause, and ends. */
  readonly onGivenUp?: (cause: string) => void
}

/** What a worker and a stand-in with cold code need to tell one thing of its job. */
const NOTICE_US = 400
/** A worker loads and warms up in a second or four. One that needs longer is not waited for. */
const WORKERS_UP_US = 10_000_000

/**
 * Runs the whole fleet once; what came of it stands in the run folder.
 * @throws ShakedownError FOLDER_UNUSABLE when the folder takes no more; what it has stays readable.
 */
export async function runFleet(settings: RunSettings): Promise<void> {
  const run = new FleetRun(settings)
  try {
    await run.connect()
    await run.begin()
    await run.end()
  } finally {
    await run.close()
  }
}

class FleetRun {
  readonly #settings: RunSettings
  readonly #pool: ShardPool
  readonly #board: ProgressBoard
  readonly #host: HostWatch
  readonly #abort: AbortWatch | undefined
  readonly #runStartUs = systemClock.nowUs()
  /** Why the run was given up, or why the stand-in said no more. */
  #cause: string | undefined
  #givenUp = false
  #folderFailure: unknown
  #held: Record<string, number> | undefined
  #limits: Partial<LimitCounts> | undefined
  #closed = false
  /** Ends the wait for the fleet, however often it is called. */
  #connected: () => void = () => {}
  readonly #connectLimit = new Wake(systemClock, () => this.#connected())
  readonly #rollout: RolloutWatch | undefined

  constructor(settings: RunSettings) {
    this.#settings = settings
    this.#board = new ProgressBoard(settings.things?.length ?? settings.scenario.fleet.things)
    this.#abort = AbortWatch.of({ ...settings, leftBehind: tellLeftBehind })
    this.#host = new HostWatch(
      settings.folder,
      this.#runStartUs,
      () => settings.control?.coresUsed() ?? 0,
      (error) => this.#folderFailed(error),
    )
    this.#pool = new ShardPool(settings, this.#runStartUs, {
      interval: (progress) => this.#interval(progress),
      connecting: (fromUs) => this.#connectLimit.at(fromUs + this.#connectLimitUs),
      changed: () => this.#lookWhoIsReady(),
      folderFailed: (error) => this.#folderFailed(error),
    })
    settings.stopping.onRequest((request) => {
      if (request === 'stop-now') this.#pool.endAtOnce()
      else this.#pool.tellAll({ kind: request })
      this.#lookWhoIsReady()
    })
    const { control } = settings
    if (control !== undefined) {
      this.#rollout = new RolloutWatch(control.openExecutions, () =>
        this.#pool.tellAll({ kind: 'stop' }),
      )
    }
    control?.whenLost((how) => this.#giveUp(`The stand-in is gone: ${how}.`))
  }

  /** The run has lost what it cannot do without. What is measured so far still makes a report. */
  #giveUp(cause: string): void {
    if (this.#cause !== undefined || this.#closed) return
    this.#cause = cause
    this.#givenUp = true
    this.#settings.onGivenUp?.(cause)
    this.#pool.endAtOnce()
  }

  #folderFailed(error: unknown): void {
    this.#folderFailure ??= error
    this.#givenUp = true
    this.#pool.endAtOnce()
  }

  #append(row: BeginRow | EndRow): void {
    try {
      appendRow(this.#settings.folder, row)
    } catch (error) {
      this.#folderFailed(error)
    }
  }

  #interval(report: ShardProgress): void {
    this.#host.gc(report.gcShare)
    const progress = this.#board.add(report, this.#pool.running)
    if (progress !== undefined) this.#settings.onProgress(progress)
    this.#lookAtThresholds()
  }

  /** One that aborts ends the run as soon as what was measured breaks it. */
  #lookAtThresholds(): void {
    if (this.#givenUp || this.#settings.stopping.requested) return
    try {
      const broken = this.#abort?.look((shard) => this.#pool.isRunning(shard))
      if (broken !== undefined) this.#giveUp(`${broken}, and it aborts the run.`)
    } catch (error) {
      this.#folderFailed(error)
    }
  }

  /**
   * Until every thing is ready, the limit has passed, or somebody wants to stop. The limit counts from
   * when the fleet begins to connect, as in virtual time: what workers need before is none of its time.
   */
  async connect(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#connected = resolve
      this.#connectLimit.at(this.#runStartUs + WORKERS_UP_US + this.#connectLimitUs)
      this.#lookWhoIsReady()
    })
    this.#connectLimit.close()
  }

  #lookWhoIsReady(): void {
    if (this.#pool.allReady || this.#settings.stopping.requested) this.#connected()
  }

  get #connectLimitUs(): number {
    return this.#settings.scenario.fleet.connect.limitUs
  }

  async begin(): Promise<void> {
    if (this.#settings.stopping.requested || this.#givenUp || this.#pool.running === 0) return
    const nowUs = systemClock.nowUs()
    const t0Us = nowUs + T0_AHEAD_US + this.#noticeUs()
    this.#pool.tellAll({ kind: 'begin', t0Us })
    this.#host.begin(t0Us)
    this.#abort?.begin((t0Us - this.#runStartUs) / 1e3)
    this.#append({
      kind: 'begin',
      atMs: (t0Us - this.#runStartUs) / 1e3,
      readyThings: this.#readyThings(),
    })
    const { control } = this.#settings
    if (control === undefined) return
    // A stand-in that does not begin has no jobs for the things.
    await Promise.race([
      control.begin(this.#noticeUs() > 0 ? nowUs : t0Us, t0Us),
      this.#pool.patience,
    ]).catch((error: unknown) => this.#giveUp(messageOf(error)))
    if (this.#settings.scenario.load.kind === 'rollout') this.#rollout?.begin(t0Us)
  }

  /**
   * Jobs that are there all at once are told to every thing at once. Where nothing follows from that
   * (design 4, who triggers) it is over before T0, so that the first starts are not measured in it.
   * A rollout is what the notifications bring, and begins at T0.
   */
  #noticeUs(): number {
    const { scenario, control } = this.#settings
    const isPaced = scenario.jobs.some(
      (job) => job.maximumPerMinute !== undefined || job.exponentialRate !== undefined,
    )
    if (control === undefined || scenario.load.kind === 'rollout' || isPaced) return 0
    return scenario.fleet.things * NOTICE_US
  }

  /** By the shards' last words: one that has told it is ready is so whole. */
  #readyThings(): number {
    const { scenario, workers, things } = this.#settings
    let ready = 0
    for (let shard = 0; shard < workers; shard++) {
      if (this.#pool.isLost(shard)) continue
      ready += this.#pool.isReady(shard)
        ? (things?.length ?? thingsInShard(scenario.fleet.things, shard, workers))
        : this.#board.readyOf(shard)
    }
    return ready
  }

  async end(): Promise<void> {
    const results = await this.#pool.results()
    // Without its end row the folder says by itself that its run is not whole.
    if (this.#folderFailure !== undefined)
      throw withAdvice(this.#settings.folder, this.#folderFailure)
    const ledger = await this.#reconcile(results)
    const row: EndRow = {
      kind: 'end',
      atMs: this.#sinceStartMs(),
      lastAnswerMs: Math.max(0, ...results.map(({ lastAnswerMs }) => lastAnswerMs)),
      endedBy: this.#endedBy(),
      cause: this.#cause,
      lostWorkers: this.#pool.lostWorkers,
      neverConnected: results.reduce((sum, { neverConnected }) => sum + neverConnected, 0),
      ledger,
      held: this.#held,
      limits: this.#limits,
    }
    this.#host.close()
    this.#append(row)
    if (this.#folderFailure !== undefined)
      throw withAdvice(this.#settings.folder, this.#folderFailure)
  }

  #endedBy(): EndRow['endedBy'] {
    if (this.#settings.stopping.requested) return 'stopped'
    return this.#givenUp ? 'aborted' : 'plan'
  }

  async #reconcile(results: readonly ShardResult[]): Promise<LedgerVerdict> {
    const { control } = this.#settings
    // What the things of a lost worker believed is gone with it.
    if (control === undefined || this.#pool.lostWorkers > 0) {
      return { checked: false, balanced: null, differences: [] }
    }
    const held = await Promise.race([control.ledger(), this.#pool.patience]).catch(
      (error: unknown) => {
        this.#cause ??= messageOf(error)
        return undefined
      },
    )
    if (held === undefined) {
      const difference = 'The stand-in was lost before it could hand over its ledger.'
      return { checked: true, balanced: false, differences: [difference] }
    }
    this.#held = heldByStatus(held)
    this.#limits = limitsReached(held)
    const things = results.map((result) => result.things)
    return reconcile(things, held, sumOfCounters(results))
  }

  #sinceStartMs(): number {
    return (systemClock.nowUs() - this.#runStartUs) / 1e3
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#abort?.close()
    this.#rollout?.close()
    this.#host.close()
    await this.#pool.close()
  }
}

function tellLeftBehind(worker: number): void {
  const words = `worker ${worker} has ended no second for ${LONGEST_WAIT_MS / 1e3} s`
  process.stderr.write(`${words}; thresholds that abort are judged without it until it does\n`)
}

function sumOfCounters(results: readonly ShardResult[]): Record<string, number> {
  const sums: Record<string, number> = {}
  for (const { counters } of results) {
    for (const [name, count] of Object.entries(counters)) sums[name] = (sums[name] ?? 0) + count
  }
  return sums
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
