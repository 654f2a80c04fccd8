import { heldByStatus } from '../ledger/held.ts'
import { limitsReached } from '../ledger/limits.ts'
import { ThingSampler } from '../metrics/thing-sampler.ts'
import type { LatencyLaw } from '../protocol/admin.ts'
import { AbortWatch } from '../results/abort-watch.ts'
import type { EndRow } from '../results/rows.ts'
import { appendRow, openWorkerLog } from '../results/run-folder.ts'
import { TimelineWriter } from '../results/timeline-writer.ts'
import type { Scenario } from '../scenario/scenario.ts'
import type { Calibration } from './calibration.ts'
import { intervalSecondsOf } from './interval-length.ts'
import { IntervalRecorder } from './interval-recorder.ts'
import { Simulation, VIRTUAL_EPOCH_MS } from './simulation.ts'
import { ONE_WAY_US } from './thing-ways.ts'

export interface RecordedSettings {
  readonly scenario: Scenario
  /** With its scenario and plan in it. */
  readonly folder: string
  readonly runId: string
  readonly version: string
  readonly calibration?: Calibration | undefined
  readonly overhead?: LatencyLaw | undefined
  /** As in `SimulationSettings`. */
  readonly repetition?: number | undefined
}

/** A simulation that writes a run folder, as a run in real time does; its run row says `virtual`. */
export class RecordedSimulation {
  readonly #settings: RecordedSettings
  readonly #simulation: Simulation
  readonly #watch: AbortWatch | undefined
  readonly #timelines: TimelineWriter
  #recorder: IntervalRecorder | undefined
  #hasBegun = false
  /** The abort-on-fail threshold that ended the run. */
  #cause: string | undefined

  constructor(settings: RecordedSettings) {
    this.#settings = settings
    const { scenario, folder, calibration, overhead, repetition } = settings
    const intervalSeconds = intervalSecondsOf(scenario)
    const latency = calibration?.latency ?? scenario.service.latency
    appendRow(folder, {
      kind: 'run',
      id: settings.runId,
      startedAt: new Date(VIRTUAL_EPOCH_MS).toISOString(),
      targets: [],
      workers: 1,
      version: settings.version,
      virtual: {
        intervalSeconds,
        oneWayMs: ONE_WAY_US / 1e3,
        latencyMs: { median: latency.medianUs / 1e3, p99: latency.p99Us / 1e3 },
        calibratedOn: calibration?.runId ?? null,
      },
    })
    const log = openWorkerLog(folder, 0)
    this.#watch = AbortWatch.of({ folder, scenario, workers: 1, intervalSeconds })
    const { things, namePrefix } = scenario.fleet
    const trace = new ThingSampler(things)
    const names = { nameOf: (slot: number) => namePrefix + slot, globalOf: (slot: number) => slot }
    this.#timelines = new TimelineWriter({ folder, worker: 0, zeroUs: 0 }, names, trace)
    this.#simulation = new Simulation(
      { scenario, latency, overhead, repetition, trace },
      ({ meter, gauges }) => {
        this.#recorder = new IntervalRecorder({
          log,
          lengthUs: intervalSeconds * 1e6,
          meter,
          gauges,
          begun: (t0Us) => this.#begun(t0Us),
          written: () => {
            this.#timelines.write()
            return this.#isBroken()
          },
        })
        return this.#recorder
      },
    )
  }

  get nowUs(): number {
    return this.#simulation.nowUs
  }

  /** A threshold that aborts has ended it. */
  get isAborted(): boolean {
    return this.#cause !== undefined
  }

  get events(): number {
    return this.#simulation.events
  }

  /** Goes on for so many points in time. @returns whether there is more to come. */
  goOn(steps: number): boolean {
    return this.#simulation.goOn(steps)
  }

  /** Writes what is left. Once. @param stopped by somebody, before its plan was over. */
  end(stopped: boolean): void {
    const end = this.#simulation.end()
    this.#recorder?.close(end.endUs)
    this.#timelines.write(true)
    const row: EndRow = {
      kind: 'end',
      atMs: end.endUs / 1e3,
      lastAnswerMs: end.lastAnswerUs / 1e3,
      endedBy: stopped ? 'stopped' : this.#cause === undefined ? 'plan' : 'aborted',
      cause: this.#cause,
      lostWorkers: 0,
      neverConnected: end.neverConnected,
      ledger: end.verdict,
      held: heldByStatus(end.ledger),
      limits: limitsReached(end.ledger),
      broken: end.broken,
      waiting: end.waiting,
    }
    appendRow(this.#settings.folder, row)
  }

  close(): void {
    this.#watch?.close()
    this.#simulation.destroy()
  }

  #begun(t0Us: number): void {
    this.#hasBegun = true
    this.#watch?.begin(t0Us / 1e3)
    const readyThings = this.#simulation.ready
    appendRow(this.#settings.folder, { kind: 'begin', atMs: t0Us / 1e3, readyThings })
  }

  #isBroken(): boolean {
    if (this.#watch !== undefined && this.#hasBegun) this.#cause ??= this.#watch.look()
    return this.#cause !== undefined
  }
}
