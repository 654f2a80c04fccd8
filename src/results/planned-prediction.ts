import type { Predicted } from '../scenario/forecast/predicted.ts'

/** As it stands in `plan.json`: what JSON has no number for is null there. */
export type PlannedPrediction = Predicted & { readonly leftOut: readonly string[] }

/** The part of a plan that predicts, or undefined where a plan has none that can be read. */
export function predictionIn(plan: object): PlannedPrediction | undefined {
  const predicted = 'predicted' in plan ? plan.predicted : undefined
  if (typeof predicted !== 'object' || predicted === null) return undefined
  const { leftOut, ...figures } = predicted as Partial<PlannedPrediction>
  const numbers = ['acceptedWritesPerSecond', 'throttledShare', 'timedOutShare'] as const
  if (!numbers.every((name) => typeof figures[name] === 'number')) return undefined
  if (!Array.isArray(leftOut) || !leftOut.every((one) => typeof one === 'string')) return undefined
  return predicted as PlannedPrediction
}
