import { logNormalMeanUs, Z_P95, Z_P99 } from '../../clock/law.ts'
import { mixCounts } from '../mix.ts'
import type { MqttSettings, Scenario } from '../scenario.ts'

/** What one execution costs the account and its thing, when nothing goes wrong. */
export interface ExecutionCost {
  /** The one that begins it (start-next, or an update after a look), each progress update, the last. */
  readonly writes: number
  /** Means. Work as the scenario's law has it, without the timers that may end it early. */
  readonly workUs: number
  readonly answerUs: number
  /** From start-next to the accepted end: the work and an answer for each write. */
  readonly durationUs: number
}

/** An answer takes a moment, even where the scenario's service takes none. */
const LEAST_ANSWER_US = 1_000

export function executionCost({ behaviour, service }: Scenario): ExecutionCost {
  const { work, updates } = behaviour
  const writes = updates + 2
  const workUs = logNormalMeanUs(work.medianUs, work.p95Us, Z_P95)
  const { medianUs, p99Us } = service.latency
  const answerUs = Math.max(LEAST_ANSWER_US, logNormalMeanUs(medianUs, p99Us, Z_P99))
  return { writes, workUs, answerUs, durationUs: workUs + writes * answerUs }
}

/** How many executions a second an account completes at most. */
export function completionsPerSecond(
  writesPerSecond: number,
  cost: Pick<ExecutionCost, 'writes'>,
): number {
  return writesPerSecond / cost.writes
}

/** Things by what they are counted for. */
export interface FleetCounts {
  readonly mqtt: number
  readonly http: number
  /** Of all MQTT things together. */
  readonly filters: number
  /** MQTT things that have subscribed to the notification. */
  readonly hearNotify: number
  readonly hearNotifyNext: number
  /** Things that look at what is next, which is a read, before they begin it with a write. */
  readonly mqttLooking: number
  readonly httpLooking: number
}

export function fleetCounts(scenario: Scenario): FleetCounts {
  const counts = {
    ...{ mqtt: 0, http: 0, filters: 0, hearNotify: 0, hearNotifyNext: 0 },
    ...{ mqttLooking: 0, httpLooking: 0 },
  }
  const things = mixCounts(scenario)
  for (const [row, { transport, agent, mqtt }] of scenario.fleet.mix.entries()) {
    const count = things[row] ?? 0
    const looks = scenario.agents[agent]?.strategy === 'describe-next'
    if (transport === 'http') {
      counts.http += count
      if (looks) counts.httpLooking += count
      continue
    }
    counts.mqtt += count
    if (looks) counts.mqttLooking += count
    counts.filters += count * mqtt.subscribe.length
    if (hears(mqtt, 'notify')) counts.hearNotify += count
    if (hears(mqtt, 'notify-next')) counts.hearNotifyNext += count
  }
  return counts
}

function hears({ subscribe }: MqttSettings, notification: string): boolean {
  return subscribe.some((filter) => filter === notification || filter === '+' || filter === '#')
}
