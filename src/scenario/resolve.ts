import type { LatencyLaw } from '../protocol/admin.ts'
import { AWS_QUOTAS, type Quotas, UNLIMITED_QUOTAS } from '../protocol/quotas.ts'
import { BUILT_IN_AGENTS } from './agents/built-in.ts'
import { IDEAL, IDEAL_MQTT } from './agents/ideal.ts'
import { DEFAULTS } from './defaults.ts'
import { documentText } from './document.ts'
import { jobConfig } from './job-config.ts'
import { phaseName } from './rules/load-as-written.ts'
import type {
  AgentProfile,
  Behaviour,
  JobScenario,
  Load,
  MixRow,
  MqttSettings,
  Outcome,
  RetryPolicy,
  Scenario,
  ThresholdScenario,
} from './scenario.ts'
import type { ScenarioFile } from './schema.ts'
import { resolvedValidity } from './validity-limits.ts'

/** A file without problems becomes the scenario that the rest of the program knows. */
export function resolved(file: ScenarioFile): Scenario {
  const { service, fleet } = file
  const mix = fleet.mix.map(mixRow)
  return {
    name: file.name,
    question: file.question,
    seed: file.seed,
    service: {
      quotas: quotas(service.quotas),
      latency: latency(service.latency),
      minuteUs: service.minute,
      switches: Object.keys(service.switches).length === 0 ? undefined : service.switches,
      faults: service.faults.map(({ kind, share, from, ...row }) => ({
        kind,
        sharePercent: share,
        fromUs: from,
        forUs: row.for ?? Number.POSITIVE_INFINITY,
        byUs: row.by ?? 0,
      })),
    },
    fleet: {
      things: fleet.things,
      namePrefix: fleet.namePrefix,
      connect: { ratePerSecond: fleet.connect.rate, limitUs: fleet.connect.limit },
      mix,
    },
    agents: agents(file, mix),
    jobs: jobs(file),
    behaviour: behaviour(file.behaviour),
    load: load(file.load),
    thresholds: file.thresholds.map(threshold),
    validity: resolvedValidity(file.validity),
  }
}

function threshold(given: ScenarioFile['thresholds'][number]): ThresholdScenario {
  if (typeof given === 'string') return { expression: given, abort: false }
  return 'expression' in given ? given : { expression: given.abort, abort: true }
}

function quotas(given: ScenarioFile['service']['quotas']): Quotas {
  if (given === 'aws') return AWS_QUOTAS
  if (given === 'unlimited') return UNLIMITED_QUOTAS
  return {
    writesPerSecond: given.writes ?? AWS_QUOTAS.writesPerSecond,
    readsPerSecond: given.reads ?? AWS_QUOTAS.readsPerSecond,
    connectsPerSecond: given.connects ?? AWS_QUOTAS.connectsPerSecond,
    clientConnectsPerSecond: given.clientConnects ?? AWS_QUOTAS.clientConnectsPerSecond,
    subscribesPerSecond: given.subscribes ?? AWS_QUOTAS.subscribesPerSecond,
    connectionPublishesPerSecond:
      given.connectionPublishes ?? AWS_QUOTAS.connectionPublishesPerSecond,
    burstSeconds: given.burst === undefined ? AWS_QUOTAS.burstSeconds : given.burst / 1_000_000,
  }
}

function latency(given: ScenarioFile['service']['latency']): LatencyLaw {
  if (typeof given === 'number') return { medianUs: given, p99Us: given }
  return { medianUs: given.median, p99Us: given.p99 }
}

function mixRow(row: ScenarioFile['fleet']['mix'][number]): MixRow {
  const { share, transport, agent, mqtt } = row
  return { sharePercent: share, transport, agent, mqtt: mqttSettings(mqtt ?? {}) }
}

type GivenMqtt = NonNullable<ScenarioFile['fleet']['mix'][number]['mqtt']>

function mqttSettings(given: GivenMqtt): MqttSettings {
  const { version, keepAlive, clean, qos, subscribe } = given
  return {
    version: version === undefined ? IDEAL_MQTT.version : version === 5 ? 5 : 4,
    keepAliveSeconds: keepAlive === undefined ? IDEAL_MQTT.keepAliveSeconds : keepAlive / 1_000_000,
    clean: clean ?? IDEAL_MQTT.clean,
    qos: qos ?? IDEAL_MQTT.qos,
    subscribe: subscribe ?? IDEAL_MQTT.subscribe,
  }
}

/** The file's own profiles, and of the built-in ones those that the fleet uses. */
function agents(file: ScenarioFile, mix: readonly MixRow[]): Scenario['agents'] {
  const names = new Set([...Object.keys(file.agents), ...mix.map(({ agent }) => agent)])
  return Object.fromEntries([...names].map((name) => [name, profile(file, name)]))
}

function profile(file: ScenarioFile, name: string): AgentProfile {
  const builtIn = BUILT_IN_AGENTS.get(name)
  if (builtIn !== undefined) return builtIn
  const own = Object.hasOwn(file.agents, name) ? file.agents[name] : undefined
  // Names without a profile, and circles, are told before it comes to this.
  if (own === undefined) throw new TypeError(`no agent is called ${name}`)
  const base = profile(file, own.extends)
  return {
    retry: own.retry === undefined ? base.retry : retryPolicy(own.retry, base.retry),
    expectedVersion: own.expectedVersion ?? base.expectedVersion,
    strategy: own.strategy ?? base.strategy,
  }
}

type GivenRetry = NonNullable<ScenarioFile['behaviour']['retry']>

function retryPolicy(given: GivenRetry, base: RetryPolicy): RetryPolicy {
  const kind = given.kind ?? base.kind
  if (kind === 'none') return { kind, baseUs: 0, capUs: 0, attempts: 1 }
  // What `none` has for the rest is no basis for a kind that does try again.
  const from = base.kind === 'none' ? IDEAL.retry : base
  const baseUs = given.base ?? from.baseUs
  const capUs = kind === 'fixed' ? baseUs : (given.cap ?? from.capUs)
  return { kind, baseUs, capUs, attempts: given.attempts ?? from.attempts }
}

function jobs(file: ScenarioFile): JobScenario[] {
  const perThing = file.load.rollout === undefined ? Number.POSITIVE_INFINITY : 1
  const given = file.jobs ?? [{ id: DEFAULTS.jobId }]
  return given.map((row) => ({
    id: row.id,
    documentText: jsonText(row.document ?? DEFAULTS.jobDocument),
    perThing: row.perThing === 'endless' ? Number.POSITIVE_INFINITY : (row.perThing ?? perThing),
    inProgressTimeoutMinutes: row.timeout?.inProgressMinutes,
    maximumPerMinute: row.rollout?.maximumPerMinute,
    ...jobConfig(row),
  }))
}

function jsonText(document: unknown): string {
  const text = documentText(document)
  if ('problem' in text) throw new TypeError(text.problem)
  return text.json
}

const OUTCOMES: readonly Outcome[] = ['SUCCEEDED', 'FAILED', 'REJECTED']

function behaviour(given: ScenarioFile['behaviour']): Behaviour {
  const { work, outcomes, retry } = given
  return {
    work:
      typeof work === 'number'
        ? { medianUs: work, p95Us: work }
        : { medianUs: work.median, p95Us: work.p95 },
    updates: given.updates,
    outcomes: OUTCOMES.flatMap((outcome) => {
      const sharePercent = outcomes[outcome] ?? 0
      return sharePercent === 0 ? [] : [{ outcome, sharePercent }]
    }),
    stepTimeoutMinutes: given.stepTimeoutMinutes,
    requestTimeoutUs: given.requestTimeout,
    retry: retry === undefined ? undefined : retryPolicy(retry, IDEAL.retry),
  }
}

function load({ arrivals, rollout, loop, drain: drainUs }: ScenarioFile['load']): Load {
  if (rollout !== undefined) {
    return { kind: 'rollout', limitUs: rollout.limit, pollUs: rollout.poll, drainUs }
  }
  if (loop !== undefined) return { kind: 'loop', forUs: loop.for, pauseUs: loop.pause, drainUs }
  const phases = (arrivals ?? []).map(
    ({ name, rate = 0, from = rate, to = rate, ...row }, index) => ({
      name: name ?? phaseName(index),
      fromPerSecond: from,
      toPerSecond: to,
      durationUs: row.for,
    }),
  )
  return { kind: 'arrivals', phases, drainUs }
}
