import { type LiveSecond, progressLine, progressPanel } from '../report/progress-line.ts'
import type { Progress } from '../run/progress.ts'
import type { Scenario } from '../scenario/scenario.ts'

interface LiveOptions {
  readonly quiet: boolean
  readonly color: boolean
}

/** A log gets a plain line this often; a terminal is drawn anew with every second. */
const PLAIN_EVERY_SECONDS = 10

/** Shows a run while it goes on, on standard error, so that standard output stays the result. */
export class LiveProgress {
  readonly #of: number | undefined
  readonly #plansStarts: boolean
  readonly #quiet: boolean
  readonly #terminal: boolean
  readonly #color: boolean
  #drawnLines = 0
  #lastStage = ''

  constructor({ load }: Scenario, { quiet, color }: LiveOptions) {
    this.#of =
      load.kind === 'arrivals'
        ? load.phases.reduce((sum, { durationUs }) => sum + durationUs, 0) / 1e6
        : undefined
    this.#plansStarts = load.kind === 'arrivals'
    this.#quiet = quiet
    this.#terminal = process.stderr.isTTY === true
    this.#color = color && this.#terminal && process.env.NO_COLOR === undefined
  }

  begin(run: { folder: string; targets: readonly string[]; workers: number }): void {
    if (this.#quiet) return
    const workers = run.workers === 1 ? '1 worker' : `${run.workers} workers`
    process.stderr.write(`${workers} → ${run.targets.join(', ')}\nrun folder ${run.folder}\n`)
  }

  show(progress: Progress): void {
    if (this.#quiet) return
    const live = this.#secondOf(progress)
    if (this.#terminal) this.#draw(live)
    else if (progress.second % PLAIN_EVERY_SECONDS === 0 || progress.stage !== this.#lastStage) {
      process.stderr.write(`${progressLine(live)}\n`)
    }
    this.#lastStage = progress.stage
  }

  /** A line that stays, whatever is drawn after it. */
  say(line: string): void {
    if (this.#quiet) return
    this.end()
    process.stderr.write(`${line}\n`)
  }

  end(): void {
    if (this.#drawnLines > 0) process.stderr.write('\n')
    this.#drawnLines = 0
  }

  #draw(live: LiveSecond): void {
    const width = process.stderr.columns || 80
    const lines = progressPanel(live, { color: this.#color, width })
    const up = this.#drawnLines > 1 ? `\u001b[${this.#drawnLines - 1}A` : ''
    const text = lines.map((line) => `\u001b[2K${line}`).join('\n')
    process.stderr.write(`\r${up}${text}`)
    this.#drawnLines = lines.length
  }

  #secondOf(progress: Progress): LiveSecond {
    return {
      stage: progress.stage,
      second: progress.second,
      of: this.#of,
      online: progress.online,
      things: progress.things,
      starts: this.#plansStarts
        ? { started: progress.starts, dropped: progress.droppedStarts }
        : undefined,
      executionsEnded: progress.endedExecutions,
      acceptedPerSecond: progress.acceptedPerSecond,
      throttledPerSecond: progress.throttledPerSecond,
      p99Ms: progress.responseP99Ms,
      openRequests: progress.openRequests,
    }
  }
}
