import type { MeasuredRecord } from './measured-run.ts'
import type { RunRecord } from './run-record.ts'

/** What the plan said beside what came of it. */
export interface Prediction {
  readonly rows: readonly PredictionRow[]
  /** Sentences: what the arithmetic knows nothing of. */
  readonly leftOut: readonly string[]
}

export interface PredictionRow {
  readonly name: string
  readonly unit: '/s' | 'share' | 's'
  /** null: never. */
  readonly predicted: number | null
  readonly observed: number
  /** The arithmetic knows of a part only; more is to be expected. */
  readonly atLeast?: true
}

/** undefined for a run without a prediction, or one that did not come to the end of its plan. */
export function predictionOf(
  { plan, end }: RunRecord,
  run: MeasuredRecord,
  durationSeconds: number,
): Prediction | undefined {
  const { predicted } = plan
  if (predicted === undefined || end?.endedBy !== 'plan') return undefined
  const writes = (outcomes: readonly string[], span: MeasuredRecord['load']) =>
    WRITES.reduce(
      (sum, operation) =>
        outcomes.reduce((inner, outcome) => inner + span.count(`${operation}.${outcome}`), sum),
      0,
    )
  const accepted = writes(['accepted', 'empty'], run.load)
  const throttled = writes(['throttled'], run.total)
  const issued = writes(['issued'], run.total)
  const started = run.total.count('execution.started')
  const timedOut = run.total.count('execution.timedOut')
  const { acceptedWritesPerSecond, throttledShare, timedOutShare, finishUs } = predicted
  const rows: PredictionRow[] = [
    {
      ...{ name: 'accepted writes, over the load', unit: '/s' },
      ...{ predicted: acceptedWritesPerSecond, observed: ratio(accepted, run.load.seconds) },
    },
    {
      ...{ name: 'throttled writes', unit: 'share' },
      ...{ predicted: throttledShare, observed: ratio(throttled, issued) },
      // Retries are throttled as well, and the arithmetic has none.
      ...(throttledShare > 0 ? { atLeast: true } : {}),
    },
    {
      ...{ name: 'T0 to the last answer', unit: 's' },
      predicted: typeof finishUs === 'number' ? finishUs / 1e6 : null,
      observed: durationSeconds,
      ...(throttledShare > 0 ? { atLeast: true } : {}),
    },
  ]
  if (timedOutShare > SAY_FROM || timedOut > 0) {
    rows.push({
      ...{ name: 'executions that a timer ended', unit: 'share' },
      ...{ predicted: timedOutShare, observed: ratio(timedOut, started) },
    })
  }
  return { rows, leftOut: predicted.leftOut }
}

/** A share below this is not worth a row. */
const SAY_FROM = 0.0005
const WRITES = ['start-next', 'update']

function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole
}
