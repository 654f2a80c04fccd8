import type { Scenario } from '../scenario.ts'
import { fleetCounts } from './execution-cost.ts'

/** How long the fleet takes to come up before T0. */
export interface StartUp {
  readonly mqttThings: number
  readonly filters: number
  /** At the scenario's own connect rate. */
  readonly pacedUs: number
  /** What the account's quotas take for it at least. */
  readonly connectsUs: number
  readonly subscribesUs: number
  /** The longest of the three. */
  readonly readyUs: number
  readonly bound: 'rate' | 'connects' | 'subscribes'
  /** T0 comes after this even when things are missing. */
  readonly limitUs: number
}

export function startUp(scenario: Scenario): StartUp {
  const { fleet, service } = scenario
  const { mqtt: mqttThings, filters } = fleetCounts(scenario)
  const pacedUs = usFor(fleet.things, fleet.connect.ratePerSecond)
  const connectsUs = usFor(mqttThings, service.quotas.connectsPerSecond)
  const subscribesUs = usFor(filters, service.quotas.subscribesPerSecond)
  const readyUs = Math.max(pacedUs, connectsUs, subscribesUs)
  const bound = readyUs === pacedUs ? 'rate' : readyUs === subscribesUs ? 'subscribes' : 'connects'
  const { limitUs } = fleet.connect
  return { mqttThings, filters, pacedUs, connectsUs, subscribesUs, readyUs, bound, limitUs }
}

function usFor(count: number, perSecond: number): number {
  return count === 0 ? 0 : (count * 1e6) / perSecond
}
