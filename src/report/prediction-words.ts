import type { Prediction, PredictionRow } from '../results/prediction.ts'
import { duration, NOTHING, percent, perSecond } from './figures.ts'

/** One row in words: name, what the plan said, what came of it. */
export function predictionFigures({ rows }: Prediction): readonly [string, string, string][] {
  return rows.map((row) => [
    row.name,
    `${row.atLeast ? 'at least ' : ''}${figure(row, row.predicted)}`,
    figure(row, row.observed),
  ])
}

/** What the figures on the left do not hold, which explains a part of the difference. */
export const PREDICTION_LEAD =
  'Predicted is arithmetic over the scenario alone: of throttled writes only the first attempts, of time no backoff.'

function figure({ unit }: PredictionRow, value: number | null): string {
  if (value === null) return NOTHING
  if (unit === 'share') return percent(value)
  return unit === '/s' ? perSecond(value) : duration(value)
}
