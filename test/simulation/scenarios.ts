import { type Quotas, UNLIMITED_QUOTAS } from '../../src/protocol/quotas.ts'
import { IDEAL } from '../../src/scenario/agents/ideal.ts'
import type {
  AgentProfile,
  ArrivalsLoad,
  Behaviour,
  Load,
  MixRow,
  Scenario,
  ServiceScenario,
} from '../../src/scenario/scenario.ts'
import { DEFAULT_VALIDITY } from '../../src/scenario/validity-limits.ts'

export const SECOND_US = 1_000_000

const IDEAL_RETRY = {
  kind: 'full-jitter',
  baseUs: SECOND_US,
  capUs: 60 * SECOND_US,
  attempts: 1_000,
} as const

export const MQTT: MixRow = {
  sharePercent: 100,
  transport: 'mqtt',
  agent: 'ideal',
  mqtt: { version: 4, keepAliveSeconds: 1_200, clean: true, qos: 1, subscribe: ['notify-next'] },
}
export const HTTP: MixRow = { ...MQTT, transport: 'http' }

interface Wanted {
  readonly seed?: number
  readonly things: number
  readonly mix?: readonly MixRow[]
  readonly connectPerSecond?: number
  readonly perThing?: number
  readonly inProgressTimeoutMinutes?: number
  readonly quotas?: Quotas
  readonly service?: Partial<ServiceScenario>
  readonly behaviour?: Partial<Behaviour>
  /** What the agent of all things has other than the ideal one. */
  readonly agent?: Partial<AgentProfile>
  readonly load: Load
}

/** A scenario as `parseScenario` would make it, without a file. Quotas are off unless given. */
export function scenarioOf(wanted: Wanted): Scenario {
  const { things, seed = 1, mix = [MQTT], load } = wanted
  return {
    name: 'simulation',
    question: undefined,
    seed,
    service: {
      quotas: wanted.quotas ?? UNLIMITED_QUOTAS,
      latency: { medianUs: 15_000, p99Us: 60_000 },
      minuteUs: 60 * SECOND_US,
      faults: [],
      ...wanted.service,
    },
    fleet: {
      things,
      namePrefix: 'thing-',
      connect: { ratePerSecond: wanted.connectPerSecond ?? 10_000, limitUs: 120 * SECOND_US },
      mix,
    },
    agents: { ideal: { ...IDEAL, retry: IDEAL_RETRY, ...wanted.agent } },
    jobs: [
      {
        id: 'firmware',
        documentText: '{"operation":"install"}',
        perThing: wanted.perThing ?? Number.POSITIVE_INFINITY,
        inProgressTimeoutMinutes: wanted.inProgressTimeoutMinutes,
        maximumPerMinute: undefined,
      },
    ],
    behaviour: {
      work: { medianUs: 2 * SECOND_US, p95Us: 8 * SECOND_US },
      updates: 1,
      outcomes: [
        { outcome: 'SUCCEEDED', sharePercent: 97 },
        { outcome: 'FAILED', sharePercent: 2 },
        { outcome: 'REJECTED', sharePercent: 1 },
      ],
      stepTimeoutMinutes: undefined,
      requestTimeoutUs: 10 * SECOND_US,
      retry: undefined,
      ...wanted.behaviour,
    },
    load,
    thresholds: [],
    validity: DEFAULT_VALIDITY,
  }
}

export function arrivals(ratePerSecond: number, seconds: number, drainSeconds = 600): ArrivalsLoad {
  const phase = {
    name: 'steady',
    fromPerSecond: ratePerSecond,
    toPerSecond: ratePerSecond,
    durationUs: seconds * SECOND_US,
  }
  return { kind: 'arrivals', phases: [phase], drainUs: drainSeconds * SECOND_US }
}
