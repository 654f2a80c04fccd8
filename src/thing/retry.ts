import type { RejectCode } from '../protocol/jobs.ts'
import type { RetryPolicy } from '../scenario/scenario.ts'

/**
 * How long to wait before the next try.
 *
 * @param failures how many tries have failed, from 1.
 * @param unit a draw above 0 and below 1; full jitter spreads the wait over its whole window.
 * @returns whole microseconds, above 0 unless the policy's base is 0.
 */
export function backoffUs(policy: RetryPolicy, failures: number, unit: number): number {
  if (policy.kind !== 'full-jitter') return policy.baseUs
  let windowUs = policy.baseUs
  for (let doubled = 1; doubled < failures && windowUs < policy.capUs; doubled++) windowUs *= 2
  windowUs = Math.min(windowUs, policy.capUs)
  return Math.min(Math.floor(unit * windowUs) + 1, windowUs)
}

/** @param tries how many have failed. */
export function mayRetry(policy: RetryPolicy, tries: number): boolean {
  return policy.kind !== 'none' && tries < policy.attempts
}

/**
 * Whether a rejection is about the moment and not about the request. Besides throttling these are
 * the service's own failures: AWS's device client repeats an update on RequestThrottled and
 * InternalError and holds every other code for final (protocol 6), and over HTTP the same failures
 * come as 5xx with or without a name. Asking again changes nothing about a wrong request.
 */
export function isPassing(code: string): boolean {
  return code === THROTTLED || code === BROKER_THROTTLED || isServiceFailure(code)
}

/** A request that was answered like this may have been carried out all the same. */
export function isServiceFailure(code: string): boolean {
  if (code === INTERNAL || code === 'ServiceUnavailable') return true
  return code.startsWith('Http5') && /^Http5\d\d$/.test(code)
}

const THROTTLED: RejectCode = 'RequestThrottled'
const INTERNAL: RejectCode = 'InternalError'
/** PUBACK 0x97 of MQTT 5, quota exceeded: the broker has not passed the request on. */
const BROKER_THROTTLED = 'Puback151'
