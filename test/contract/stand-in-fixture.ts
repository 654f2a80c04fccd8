import { onTestFinished } from 'vitest'
import { type Clock, systemClock } from '../../src/clock/clock.ts'
import type { StandInJob, StandInSettings } from '../../src/protocol/admin.ts'
import { UNLIMITED_QUOTAS } from '../../src/protocol/quotas.ts'
import { type StandIn, startStandIn } from '../../src/service/stand-in.ts'

export const DOCUMENT = { operation: 'install', version: '1.2.3' }

/** Each of the things gets `perThing` executions, of the jobs `fw-1`, `fw-2` … or what comes first. */
export function jobOf(perThing: number, more: Partial<StandInJob> = {}): StandInJob {
  return {
    id: 'fw',
    documentText: JSON.stringify(DOCUMENT),
    perThing,
    inProgressTimeoutMinutes: undefined,
    maximumPerMinute: undefined,
    ...more,
  }
}

/** Three things, `thing-0` to `thing-2`; no jobs, no quotas, no delay, no faults. */
export function settingsWith(settings: Partial<StandInSettings> = {}): StandInSettings {
  return {
    seed: 1,
    things: 3,
    namePrefix: 'thing-',
    quotas: UNLIMITED_QUOTAS,
    latency: { medianUs: 0, p99Us: 0 },
    minuteUs: 60_000_000,
    faults: [],
    jobs: [],
    ...settings,
  }
}

/** A stand-in of its own for the running test; not yet begun. */
export async function openStandIn(
  settings: Partial<StandInSettings> = {},
  clock: Clock = systemClock,
): Promise<StandIn> {
  const options = { host: '127.0.0.1', mqttPort: 0, httpPort: 0, clock }
  const standIn = await startStandIn(settingsWith(settings), options)
  onTestFinished(() => standIn.close())
  return standIn
}

/** With `perThing` executions waiting for every thing. */
export async function begunStandIn(
  perThing: number,
  settings: Partial<StandInSettings> = {},
  clock: Clock = systemClock,
): Promise<StandIn> {
  const standIn = await openStandIn({ jobs: [jobOf(perThing)], ...settings }, clock)
  standIn.begin()
  return standIn
}
