import type { Summary } from '../results/summary.ts'
import { counted, duration, milliseconds } from './figures.ts'

/** In the place of the workers: who made the run. */
export function makerWords({ workers, virtual }: Summary['run']): string {
  return virtual ? 'virtual time' : counted(workers, 'worker')
}

/** Sentences about the terms of a run in virtual time; none for one in real time. */
export function termsWords({ simulation, thresholds }: Summary): string[] {
  if (simulation === undefined) return []
  const { intervalSeconds, oneWayMs, latencyMs, calibratedOn } = simulation
  const law =
    calibratedOn === null ? 'the law of the scenario' : `fitted on the run ${calibratedOn}`
  const latency = `median ${milliseconds(latencyMs.median)}, p99 ${milliseconds(latencyMs.p99)}`
  return [
    'Made in virtual time: nothing was sent, and there is no generator to check.',
    `The way to the service takes ${milliseconds(oneWayMs)}, its answer ${latency} (${law}).`,
    ...(intervalSeconds > 1 ? [intervalWords(intervalSeconds, thresholds.length > 0)] : []),
  ]
}

function intervalWords(intervalSeconds: number, hasThresholds: boolean): string {
  const words = `An interval is ${duration(intervalSeconds)} long, so that a long run stays small`
  return hasThresholds
    ? `${words}: a shorter window is measured over a whole one, a phase that none fits in not at all.`
    : `${words}.`
}
